internal import CKernels

/// Reads one step at a time, for generating.
///
/// A lane's numbers do not depend on which other lanes are read.
package final class Stepper {
  private let pass: NetworkPass
  private let weights: FloatBuffer
  private let engine: Engine
  /// What the output layers or the head's hidden layer start from: [width/64][lanes][64].
  private let seen: FloatBuffer
  private let width: Int
  /// The lanes that were read last, and their outputs [P/64][lanes][64], made when they are first asked for.
  private var lanesRead: [Int] = []
  private var areOutputsMade = false
  private var outputsRead = GrowingBuffer()
  private var outputsOfLane = GrowingBuffer()
  private var hiddenOfLane = GrowingBuffer()
  private var plan = TokenPlan()

  /// Prepares reading with all lanes' states clear.
  ///
  /// - Throws: `NetworkError` if the architecture cannot be run.
  package convenience init(network: Network, lanes: Int, pool: WorkerPool) throws(NetworkError) {
    try self.init(network: network, lanes: lanes, pool: pool, kernels: Kernels.selected)
  }

  init(network: Network, lanes: Int, pool: WorkerPool, kernels: Kernels) throws(NetworkError) {
    pass = try NetworkPass(network.architecture, lanes: lanes, steps: 1, trains: false, pool: pool, kernels: kernels)
    engine = Engine(pool: pool, kernels: kernels)
    weights = FloatBuffer(pass.layout.count)
    pass.layout.pack(network.tensors(), into: weights.base)
    pass.prepare(weights.base)
    width = pass.output.head?.width ?? pass.layout.hidden
    seen = FloatBuffer(lanes * width)
  }

  /// Clears the state of a lane.
  package func clear(lane: Int) {
    guard (0..<pass.lanes).contains(lane) else { return }
    pass.clear(lane: lane)
  }

  /// Makes one recurrent step in some lanes.
  ///
  /// - Parameters:
  ///   - reads: What is read, a row for each of `lanes`.
  ///   - lanes: Different lanes.
  /// - Throws: `NetworkError` if they do not fit.
  package func read(_ reads: StepBatch.Reads, lanes: [Int]) throws(NetworkError) {
    guard lanes.allSatisfy((0..<pass.lanes).contains), Set(lanes).count == lanes.count else {
      throw NetworkError("lanes \(lanes) are read; they must be different and below \(pass.lanes)")
    }
    try reads.check(pass.architecture, rows: lanes.count)
    guard !lanes.isEmpty else { return }
    let rows = lanes.count
    pass.forward(weights.base, reads, shape: PassShape(steps: 1, lanes: lanes), flags: nil, masks: nil)
    var top = UnsafePointer(pass.top.out.base)
    if let head = pass.output.head {
      pass.input.withSparse(reads, rows: rows, lanes: rows) { sparse in
        top = UnsafePointer(head.rowSums(weights.base, out: pass.top, sparse: sparse, rows: rows))
      }
    }
    lanesRead = lanes
    areOutputsMade = false
    if lanes.count == pass.lanes, lanes.elementsEqual(0..<pass.lanes) {
      seen.base.update(from: top, count: rows * width)
      return
    }
    for panel in 0..<width / 64 {
      for (row, lane) in lanes.enumerated() {
        (seen.base + (panel * pass.lanes + lane) * 64).update(from: top + (panel * rows + row) * 64, count: 64)
      }
    }
  }

  /// The raw outputs of a lane after what it read last: logits of classes, values, or logits of independent bits.
  ///
  /// Those of all lanes that were read together are made together. Empty where there is no such lane, or where tokens
  /// are written.
  package func logits(lane: Int) -> [Float] {
    if case .written = pass.architecture.writing { return [] }
    guard pass.output.head == nil, let row = lanesRead.firstIndex(of: lane), let place = pass.layout.outputs.first
    else {
      return outputs(lane: lane, tableRows: [], output: 0)
    }
    let rows = lanesRead.count, count = pass.architecture.outputWidth
    let made = outputsRead.base(for: rows * place.weight.width)
    if !areOutputsMade {
      product(place, a: pass.top.out.base, aRows: rows, rows: rows, into: made)
      areOutputsMade = true
    }
    return [Float](unsafeUninitializedCapacity: count) { values, initialized in
      for first in stride(from: 0, to: count, by: 64) {
        let part = UnsafeBufferPointer(start: made + first * rows + row * 64, count: min(64, count - first))
        _ = UnsafeMutableBufferPointer(rebasing: values[first..<first + part.count]).initialize(fromContentsOf: part)
      }
      initialized = count
    }
  }

  /// The logits of the next token of a written step, -infinity where the mask forbids a class.
  ///
  /// - Parameters:
  ///   - lane: The lane, after what it read last.
  ///   - tableRows: The rows of the head's tables, numbered through, in the order of training.
  ///   - output: Which output layer.
  ///   - mask: Which mask.
  /// - Returns: A logit for each class; nothing where there is no such lane, table row, output layer or mask.
  package func writtenLogits(lane: Int, tableRows: [Int32], output: Int, mask: Int) -> [Float] {
    guard case .written(let head) = pass.architecture.writing, mask >= 0, mask < head.masks.count / head.classes,
      tableRows.allSatisfy({ $0 >= 0 && Int($0) < pass.layout.tables?.rows ?? 0 })
    else { return [] }
    var logits = outputs(lane: lane, tableRows: tableRows, output: output)
    for place in logits.indices where head.masks[mask * head.classes + place] == 0 { logits[place] = -.infinity }
    return logits
  }

  private func outputs(lane: Int, tableRows: [Int32], output: Int) -> [Float] {
    guard (0..<pass.lanes).contains(lane), pass.layout.outputs.indices.contains(output) else { return [] }
    var z = UnsafePointer(seen.base + lane * 64)
    var zRows = pass.lanes
    if let head = pass.output.head {
      let hidden = hiddenOfLane.base(for: width)
      plan.plan(row: Int32(lane), tableRows: tableRows)
      head.hiddenLayer(weights.base, a: seen.base, aRows: pass.lanes, plan: plan, mask: nil, z: hidden)
      z = UnsafePointer(hidden)
      zRows = 1
    }
    let place = pass.layout.outputs[output]
    let logits = outputsOfLane.base(for: place.weight.width)
    product(place, a: z, aRows: zRows, rows: 1, into: logits)
    return Array(UnsafeBufferPointer(start: logits, count: pass.architecture.outputWidth))
  }

  private func product(
    _ place: PackedLayout.Dense, a: UnsafePointer<Float>, aRows: Int, rows: Int, into c: UnsafeMutablePointer<Float>
  ) {
    engine.product(
      ck_product(
        a: a, aRows: aRows, b: weights.base + place.weight.offset, bRows: place.weight.rows, k: place.weight.rows,
        c: c, cRows: rows, start: .bias(weights.base + place.bias.offset), columns: pass.architecture.outputWidth),
      rows: rows, panels: place.weight.panels)
  }
}
