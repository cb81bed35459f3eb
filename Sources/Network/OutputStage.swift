internal import CKernels

/// The output layers and the loss, with the head before them where there is one.
///
/// Without a head, "tokens" are the step rows themselves and z is the recurrent output.
final class OutputStage {
  private let engine: Engine
  private let architecture: Architecture
  private let layout: PackedLayout
  let head: HeadStage?
  /// The width of z and of the logits, padded.
  private let inner: Int
  private let width: Int
  private let transposed: [FloatBuffer]
  private var hiddenLayer = GrowingBuffer()
  private var gradientOfHidden = GrowingBuffer()
  private var logits = GrowingBuffer()
  private var dense = GrowingBuffer()
  private var plan = TokenPlan(rows: 0)

  init(_ architecture: Architecture, _ layout: PackedLayout, trains: Bool, engine: Engine) {
    self.engine = engine
    self.architecture = architecture
    self.layout = layout
    head = layout.head.map {
      HeadStage($0, layout, inputs: architecture.readingWidth, trains: trains, engine: engine)
    }
    let inner = head?.width ?? layout.hidden
    self.inner = inner
    width = padded(architecture.outputWidth)
    let width = width
    transposed = layout.outputs.map { _ in FloatBuffer(trains ? inner * width : 0) }
  }

  func prepare(_ weights: UnsafePointer<Float>, trains: Bool) {
    head?.prepare(weights, trains: trains)
    guard trains else { return }
    for (output, transposed) in zip(layout.outputs, transposed) {
      engine.transpose(
        weights + output.weight.offset, rows: inner, panels: width / 64, tiles: inner / 64, into: transposed.base)
    }
  }

  /// Scores a batch's targets; with `gradientScale` the gradient of the loss times it is kept for `backward`.
  func forward(
    _ weights: UnsafePointer<Float>, out: FloatBuffer, sparse: ck_sparse, batch: StepBatch,
    mask: DropoutMasks.HeadMask?, gradientScale: Float?, watching: Int32?
  ) -> BatchScore {
    let rows = batch.steps * batch.lanes
    switch batch.targets {
    case .classes(let targets): plan = TokenPlan(rows: rows, targets: targets)
    case .values: plan = TokenPlan(rows: rows)
    case .written(let tokens): plan = TokenPlan(tokens, outputs: layout.outputs.count)
    }
    var z = UnsafePointer(out.base)
    if let head {
      let a = head.rowSums(weights, out: out, sparse: sparse, rows: rows)
      let made = hiddenLayer.base(for: plan.count * inner)
      head.hiddenLayer(weights, a: a, aRows: rows, plan: plan, mask: mask, z: made)
      z = UnsafePointer(made)
    }
    makeLogits(weights, z)
    if case .values(let targets, let scored) = batch.targets {
      return scoreValues(targets, scored, gradientScale)
    }
    return scoreClasses(gradientScale, watching)
  }

  private func makeLogits(_ weights: UnsafePointer<Float>, _ z: UnsafePointer<Float>) {
    let logits = logits.base(for: plan.count * width)
    for (output, group) in zip(layout.outputs, plan.groups) where !group.isEmpty {
      let first = group.lowerBound * 64
      engine.product(
        ck_product(
          a: z + first, aRows: plan.count, b: weights + output.weight.offset, bRows: inner, k: inner,
          c: logits + first, cRows: plan.count, start: .bias(weights + output.bias.offset),
          columns: architecture.outputWidth), rows: group.count, panels: width / 64)
    }
  }

  private func scoreClasses(_ gradientScale: Float?, _ watching: Int32?) -> BatchScore {
    let count = plan.count, kernels = engine.kernels
    var masks: [UInt8]?
    if case .written(let head) = architecture.writing { masks = head.masks }
    // By place.
    var logProbability = [Float](repeating: 0, count: count)
    var watched = [Float](repeating: 0, count: watching == nil ? 0 : count)
    var hits = [UInt8](repeating: 0, count: count)
    guard count > 0 else { return BatchScore() }
    let logits = logits.base(for: count * width)
    plan.target.withUnsafeBufferPointer { target in
      plan.mask.withUnsafeBufferPointer { mask in
        (masks ?? []).withUnsafeBufferPointer { allowed in
          var softmax = ck_softmax()
          softmax.logits = logits
          softmax.rows = count
          softmax.width = architecture.outputWidth
          softmax.masks = masks == nil ? nil : allowed.baseAddress
          softmax.mask = masks == nil ? nil : mask.baseAddress
          softmax.target = target.baseAddress
          softmax.watching = watching ?? 0
          softmax.gradient = gradientScale == nil ? 0 : 1
          softmax.scale = gradientScale ?? 0
          logProbability.withUnsafeMutableBufferPointer { p in
            watched.withUnsafeMutableBufferPointer { w in
              hits.withUnsafeMutableBufferPointer { h in
                softmax.log_probability = p.baseAddress
                softmax.watched = watching == nil ? nil : w.baseAddress
                softmax.hits = h.baseAddress
                withUnsafePointer(to: softmax) { softmax in
                  engine.pool.runRanges(count) { kernels.softmax(softmax, $0.lowerBound, $0.upperBound) }
                }
              }
            }
          }
        }
      }
    }
    let log = plan.at.map { logProbability[Int($0)] }
    return BatchScore(
      logProbability: log, loss: log.map { $0 == 0 ? 0 : -$0 },
      watched: watching == nil ? [] : plan.at.map { watched[Int($0)] }, hits: plan.at.map { hits[Int($0)] })
  }

  private func scoreValues(_ targets: SparseRows, _ scored: [UInt8], _ gradientScale: Float?) -> BatchScore {
    let count = plan.count, kernels = engine.kernels
    var score = BatchScore(
      logProbability: [Float](repeating: 0, count: count), loss: [Float](repeating: 0, count: count),
      hits: [UInt8](repeating: 0, count: count))
    let kind: Int32 =
      switch architecture.writing {
      case .values(_, .mse): Int32(ck_mse)
      case .values(_, .mae): Int32(ck_mae)
      default: Int32(ck_bce)
      }
    let logits = logits.base(for: count * width), dense = dense.base(for: count * width)
    targets.withPointers { targets in
      scored.withUnsafeBufferPointer { scored in
        score.logProbability.withUnsafeMutableBufferPointer { p in
          score.loss.withUnsafeMutableBufferPointer { loss in
            score.hits.withUnsafeMutableBufferPointer { h in
              var values = ck_values()
              values.outputs = logits
              values.dense = dense
              values.rows = count
              values.width = architecture.outputWidth
              values.loss_kind = kind
              values.targets = targets
              values.scored = scored.baseAddress
              values.gradient = gradientScale == nil ? 0 : 1
              values.scale = gradientScale ?? 0
              values.loss = loss.baseAddress
              values.log_probability = p.baseAddress
              values.hits = h.baseAddress
              withUnsafePointer(to: values) { values in
                engine.pool.runRanges(count) { kernels.values(values, $0.lowerBound, $0.upperBound) }
              }
            }
          }
        }
      }
    }
    return score
  }

  /// Writes the gradients of the output layers and the head, and that of the recurrent output.
  func backward(
    _ weights: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>, out: FloatBuffer,
    gradientOfOut: FloatBuffer, sparse: ck_sparse, rows: Int, mask: DropoutMasks.HeadMask?
  ) {
    let count = plan.count
    let logits = logits.base(for: count * width)
    let z = head == nil ? out.base : hiddenLayer.base(for: count * inner)
    let d = head == nil ? gradientOfOut.base : gradientOfHidden.base(for: count * inner)
    for (index, group) in plan.groups.enumerated() {
      let output = layout.outputs[index], first = group.lowerBound * 64
      engine.productTransposed(
        ck_product(
          a: z + first, aRows: count, b: logits + first, bRows: count, k: group.count,
          c: gradients + output.weight.offset, cRows: inner, start: .zero, columns: architecture.outputWidth),
        tiles: inner / 64, panels: width / 64)
      engine.columnSums(
        logits, dRows: count, rows: group, into: gradients + output.bias.offset, panels: width / 64)
      engine.product(
        ck_product(
          a: logits + first, aRows: count, b: transposed[index].base, bRows: width,
          k: architecture.outputWidth, c: d + first, cRows: count, start: .zero), rows: group.count, panels: inner / 64)
    }
    head?.backward(
      gradients: gradients, plan: plan, z: z, d: d, scale: mask?.scale ?? 1, out: out, gradientOfOut: gradientOfOut,
      sparse: sparse, rows: rows)
  }
}
