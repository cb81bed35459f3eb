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
  /// Pairs of rows of each matrix and of its transpose, rounded to bfloat16; empty where they are not.
  private let pairs: [(matrix: FloatBuffer, transposed: FloatBuffer)]
  private var hiddenHalves = GrowingBuffer()
  private var hiddenPairs = GrowingBuffer()
  private var logitsHalves = GrowingBuffer()
  private var logitsPairs = GrowingBuffer()
  private var hiddenLayer = GrowingBuffer()
  private var gradientOfHidden = GrowingBuffer()
  private var logits = GrowingBuffer()
  private var dense = GrowingBuffer()
  private var plan = TokenPlan(rows: 0)

  init(_ architecture: Architecture, _ layout: PackedLayout, trains: Bool, precision: Precision, engine: Engine) {
    self.engine = engine
    self.architecture = architecture
    self.layout = layout
    head = layout.head.map {
      HeadStage($0, layout, inputs: architecture.readingWidth, trains: trains, precision: precision, engine: engine)
    }
    let inner = head?.width ?? layout.hidden
    self.inner = inner
    width = padded(architecture.outputWidth)
    let width = width
    transposed = layout.outputs.map { _ in FloatBuffer(trains ? inner * width : 0) }
    let half = inner * width / 2
    pairs = precision == .f32 ? [] : layout.outputs.map { _ in (FloatBuffer(half), FloatBuffer(half)) }
  }

  func prepare(_ weights: UnsafePointer<Float>, trains: Bool) {
    head?.prepare(weights, trains: trains)
    guard trains else { return }
    for (output, transposed) in zip(layout.outputs, transposed) {
      engine.transpose(
        weights + output.weight.offset, rows: inner, panels: width / 64, tiles: inner / 64, into: transposed.base)
    }
    for (index, pairs) in pairs.enumerated() {
      engine.pairRows(
        weights + layout.outputs[index].weight.offset, rows: inner, panels: width / 64, into: pairs.matrix.base)
      engine.pairRows(transposed[index].base, rows: width, panels: inner / 64, into: pairs.transposed.base)
    }
  }

  /// Scores a batch's targets; with `gradientScale` the gradient of the loss times it is kept for `backward`.
  func forward(
    _ weights: UnsafePointer<Float>, out top: LayerOutput, sparse: ck_sparse, batch: StepBatch,
    mask: DropoutMasks.HeadMask?, gradientScale: Float?, watching: Int32?
  ) -> BatchScore {
    let rows = batch.steps * batch.lanes
    switch batch.targets {
    case .classes(let targets): plan = TokenPlan(rows: rows, targets: targets)
    case .values: plan = TokenPlan(rows: rows)
    case .written(let tokens): plan = TokenPlan(tokens, outputs: layout.outputs.count)
    }
    var z = UnsafePointer(top.out.base), zHalves = top.outHalves
    if let head {
      let a = head.rowSums(weights, out: top, sparse: sparse, rows: rows)
      let made = hiddenLayer.base(for: plan.count * inner)
      head.hiddenLayer(weights, a: a, aRows: rows, plan: plan, mask: mask, z: made)
      z = UnsafePointer(made)
      if !pairs.isEmpty {
        let halves = hiddenHalves.base(for: plan.count * inner / 2)
        engine.halve(z, count: plan.count * inner, into: halves)
        zHalves = UnsafePointer(halves)
      }
    }
    makeLogits(weights, z, zHalves)
    if case .values(let targets, let scored) = batch.targets {
      return scoreValues(targets, scored, gradientScale)
    }
    return scoreClasses(gradientScale, watching)
  }

  private func makeLogits(
    _ weights: UnsafePointer<Float>, _ z: UnsafePointer<Float>, _ zHalves: UnsafePointer<Float>?
  ) {
    let logits = logits.base(for: plan.count * width)
    for (index, group) in plan.groups.enumerated() where !group.isEmpty {
      let first = group.lowerBound * 64, output = layout.outputs[index]
      let product = ck_product(
        a: z + first, aRows: plan.count, b: weights + output.weight.offset, bRows: inner, k: inner,
        c: logits + first, cRows: plan.count, start: .bias(weights + output.bias.offset),
        columns: architecture.outputWidth)
      engine.product(
        zHalves.map { product.inPairs(a: $0 + first / 2, b: pairs[index].matrix.base) } ?? product,
        rows: group.count, panels: width / 64)
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
    _ weights: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>, out top: LayerOutput,
    sparse: ck_sparse, rows: Int, mask: DropoutMasks.HeadMask?
  ) {
    let count = plan.count
    let logits = logits.base(for: count * width)
    let z = head == nil ? top.out.base : hiddenLayer.base(for: count * inner)
    let d = head == nil ? top.gradientOfOut.base : gradientOfHidden.base(for: count * inner)
    let halves = logitsHalves.base(for: pairs.isEmpty ? 0 : count * width / 2)
    if !pairs.isEmpty { engine.halve(logits, count: count * width, into: halves) }
    for (index, group) in plan.groups.enumerated() {
      let output = layout.outputs[index], first = group.lowerBound * 64
      var weightsGradient = ck_product(
        a: z + first, aRows: count, b: logits + first, bRows: count, k: group.count,
        c: gradients + output.weight.offset, cRows: inner, start: .zero, columns: architecture.outputWidth)
      var hiddenGradient = ck_product(
        a: logits + first, aRows: count, b: transposed[index].base, bRows: width, k: architecture.outputWidth,
        c: d + first, cRows: count, start: .zero)
      if !pairs.isEmpty {
        let rows = (group.count + 1) / 2
        let a = hiddenPairs.base(for: rows * inner), b = logitsPairs.base(for: rows * width)
        engine.pairRows(z, xRows: count, rows: group, panels: inner / 64, into: a, yRows: rows)
        engine.pairRows(logits, xRows: count, rows: group, panels: width / 64, into: b, yRows: rows)
        weightsGradient = weightsGradient.transposedInPairs(a: a, b: b)
        weightsGradient.a_rows = rows
        weightsGradient.b_rows = rows
        hiddenGradient = hiddenGradient.inPairs(a: halves + first / 2, b: pairs[index].transposed.base)
      }
      engine.productTransposed(weightsGradient, tiles: inner / 64, panels: width / 64)
      engine.columnSums(
        logits, dRows: count, rows: group, into: gradients + output.bias.offset, panels: width / 64)
      engine.product(hiddenGradient, rows: group.count, panels: inner / 64)
    }
    head?.backward(
      gradients: gradients, plan: plan, z: z, d: d, scale: mask?.scale ?? 1, out: top, sparse: sparse,
      rows: rows)
  }
}
