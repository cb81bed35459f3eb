internal import CKernels

/// The way through a network and back, with its buffers and the lanes' state.
final class NetworkPass {
  let architecture: Architecture
  let layout: PackedLayout
  let lanes: Int
  let steps: Int
  let layers: [RecurrentLayer]
  /// What each layer hands up.
  let handedUp: [LayerOutput]
  let input: InputStage
  let output: OutputStage
  private let engine: Engine
  private let trains: Bool
  private let precision: Precision
  private let keep: FloatBuffer
  private let allLanes: [Int]

  /// - Throws: `NetworkError` if the architecture cannot be run.
  init(
    _ architecture: Architecture, lanes: Int, steps: Int, trains: Bool, precision: Precision = .f32, pool: WorkerPool,
    kernels: Kernels
  ) throws(NetworkError) {
    try architecture.check()
    guard (1...65_536).contains(lanes), (1...65_536).contains(steps), lanes * steps <= 1 << 22 else {
      throw NetworkError("\(lanes) lanes of \(steps) steps; each must be 1 to 65536, their product at most \(1 << 22)")
    }
    let engine = Engine(pool: pool, kernels: kernels)
    let layout = PackedLayout(architecture)
    self.architecture = architecture
    self.layout = layout
    self.lanes = lanes
    self.steps = steps
    self.engine = engine
    self.trains = trains
    layers = layout.layers.indices.map {
      RecurrentLayer(
        architecture.cell, places: layout.layers[$0], hidden: layout.hidden, lanes: lanes, steps: steps,
        trains: trains, precision: precision, isHandedUp: LayerOutput.isPlain(architecture, layer: $0), engine: engine)
    }
    handedUp = LayerOutput.stack(
      on: layers, architecture, layout, rows: lanes * steps, trains: trains, precision: precision, engine: engine)
    input = InputStage(architecture, layout, trains: trains, precision: precision, engine: engine)
    output = OutputStage(architecture, layout, trains: trains, precision: precision, engine: engine)
    self.precision = precision
    keep = FloatBuffer(lanes * steps)
    allLanes = Array(0..<lanes)
  }

  /// What the last layer has given out.
  var top: LayerOutput { handedUp[handedUp.count - 1] }

  /// Prepares what depends on the weights alone; to be called whenever they have changed.
  func prepare(_ weights: UnsafePointer<Float>) {
    for (index, layer) in layers.enumerated() {
      layer.prepare(weights, trains: trains)
      guard trains, index > 0 else { continue }
      engine.transpose(
        weights + layout.layers[index].input.offset, rows: layout.hidden, panels: layer.width / 64,
        tiles: layout.hidden / 64, into: transposedInputs[index - 1].base)
      guard precision == .bf16 else { continue }
      let (matrix, transposed) = inputPairs[index - 1]
      engine.pairRows(
        weights + layout.layers[index].input.offset, rows: layout.hidden, panels: layer.width / 64, into: matrix.base)
      engine.pairRows(
        transposedInputs[index - 1].base, rows: layer.width, panels: layout.hidden / 64, into: transposed.base)
    }
    input.prepare(weights, trains: trains)
    output.prepare(weights, trains: trains)
  }

  private lazy var transposedInputs = layers.dropFirst().map {
    FloatBuffer($0.width * layout.hidden)
  }

  /// The same matrices and their transposes rounded to bfloat16, in pairs of rows.
  private lazy var inputPairs = layers.dropFirst().map {
    (FloatBuffer($0.width * layout.hidden / 2), FloatBuffer($0.width * layout.hidden / 2))
  }

  func clear(lane: Int) {
    for layer in layers { layer.clear(lane: lane) }
  }

  /// Runs the recurrent layers; `flags` nil: all is kept.
  func forward(
    _ weights: UnsafePointer<Float>, _ reads: StepBatch.Reads, shape: PassShape, flags: [UInt8]?, masks: DropoutMasks?
  ) {
    let rows = shape.rows
    for row in 0..<rows { keep.base[row] = flags.map { $0[row] == 0 ? 0 : 1 } ?? 1 }
    for (index, layer) in layers.enumerated() {
      func run(_ gateInput: GateInput) {
        layer.forward(
          weights, input: gateInput, shape: shape, keep: keep.base, recurrentMask: masks?.recurrent[index],
          outMask: handedUp[index].isPlain ? masks?.output[index] : nil)
      }
      if index == 0 {
        input.withGateInput(
          weights, reads, rows: rows, lanes: shape.lanes.count, bias: layer.bias, mask: masks?.input,
          gates: layer.gates, run)
      } else {
        let below = handedUp[index - 1]
        let product = ck_product(
          a: below.out.base, aRows: rows, b: weights + layout.layers[index].input.offset, bRows: layout.hidden,
          k: layout.hidden, c: layer.gates.base, cRows: rows, start: .bias(layer.bias.base))
        run(
          GateInput(
            product: below.outHalves.map { product.inPairs(a: $0, b: inputPairs[index - 1].0.base) } ?? product))
      }
      handedUp[index].forward(weights, shape: shape, mask: masks?.output[index])
    }
  }

  /// Runs a whole batch and scores it; `output` then tells the score.
  func run(
    _ weights: UnsafePointer<Float>, _ batch: StepBatch, masks: DropoutMasks?, gradientScale: Float?, watching: Int32?
  ) {
    let shape = PassShape(steps: batch.steps, lanes: allLanes)
    forward(weights, batch.reads, shape: shape, flags: batch.keep, masks: masks)
    input.withSparse(batch.reads, rows: shape.rows, lanes: lanes) { sparse in
      output.forward(
        weights, out: top, sparse: sparse, batch: batch, mask: masks?.head, gradientScale: gradientScale,
        watching: watching)
    }
  }

  /// Writes all gradients of the batch just scored.
  func backward(
    _ weights: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>, _ batch: StepBatch, masks: DropoutMasks?
  ) {
    let shape = PassShape(steps: batch.steps, lanes: allLanes), rows = shape.rows
    input.withSparse(batch.reads, rows: rows, lanes: lanes) { sparse in
      output.backward(
        weights, gradients: gradients, out: top, sparse: sparse, rows: rows, mask: masks?.head)
    }
    for index in layers.indices.reversed() {
      let layer = layers[index], output = handedUp[index]
      output.backward(weights, gradients: gradients, shape: shape, mask: masks?.output[index])
      layer.backward(
        weights, gradients: gradients, shape: shape, keep: keep.base, recurrentMask: masks?.recurrent[index],
        outMask: output.isPlain ? masks?.output[index] : nil)
      guard index > 0 else { continue }
      let below = handedUp[index - 1], hidden = layout.hidden
      var weightsGradient = ck_product(
        a: below.out.base, aRows: rows, b: layer.gates.base, bRows: rows, k: rows,
        c: gradients + layout.layers[index].input.offset, cRows: hidden, start: .zero)
      if let a = below.makeOutPairs(rows: rows), let b = layer.gatesPairs {
        weightsGradient = weightsGradient.transposedInPairs(a: a, b: b)
      }
      engine.productTransposed(weightsGradient, tiles: hidden / 64, panels: layer.width / 64)
      let outGradient = ck_product(
        a: layer.gates.base, aRows: rows, b: transposedInputs[index - 1].base, bRows: layer.width, k: layer.width,
        c: below.gradientOfOut.base, cRows: rows, start: output.startOfGradientBelow)
      engine.product(
        layer.gatesHalves.map { outGradient.inPairs(a: $0, b: inputPairs[index - 1].1.base) } ?? outGradient,
        rows: rows, panels: hidden / 64)
    }
    input.backward(
      weights, gradients: gradients, batch.reads, rows: rows, lanes: lanes, mask: masks?.input,
      from: layers[0])
  }
}
