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
  private var plan = TokenPlan()
  /// What was found of each place.
  private var logProbabilities = GrowingBuffer()
  private var losses = GrowingBuffer()
  private var watched = GrowingBuffer()
  private var hits = GrowingBuffer()
  private var isWatched = false

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
  ///
  /// `score` and `lossSum` then tell what was found.
  func forward(
    _ weights: UnsafePointer<Float>, out top: LayerOutput, sparse: ck_sparse, batch: StepBatch,
    mask: DropoutMasks.HeadMask?, gradientScale: Float?, watching: Int32?
  ) {
    let rows = batch.steps * batch.lanes
    switch batch.targets {
    case .classes(let targets): plan.plan(rows: rows, targets: targets)
    case .values: plan.plan(rows: rows)
    case .written(let tokens): plan.plan(tokens, outputs: layout.outputs.count)
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
    isWatched = false
    guard plan.count > 0 else { return }
    if case .values(let targets, let scored) = batch.targets {
      scoreValues(targets, scored, gradientScale)
    } else {
      scoreClasses(gradientScale, watching)
    }
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

  private func scoreClasses(_ gradientScale: Float?, _ watching: Int32?) {
    let count = plan.count, kernels = engine.kernels
    var masks: [UInt8]?
    if case .written(let head) = architecture.writing { masks = head.masks }
    isWatched = watching != nil
    var softmax = ck_softmax()
    softmax.logits = logits.base(for: count * width)
    softmax.rows = count
    softmax.width = architecture.outputWidth
    softmax.watching = watching ?? 0
    softmax.gradient = gradientScale == nil ? 0 : 1
    softmax.scale = gradientScale ?? 0
    softmax.log_probability = logProbabilities.base(for: count)
    softmax.watched = isWatched ? watched.base(for: count) : nil
    softmax.hits = hits.bytes(for: count)
    let losses = losses.base(for: count)
    plan.target.withUnsafeBufferPointer { target in
      plan.mask.withUnsafeBufferPointer { mask in
        (masks ?? []).withUnsafeBufferPointer { allowed in
          softmax.masks = masks == nil ? nil : allowed.baseAddress
          softmax.mask = masks == nil ? nil : mask.baseAddress
          softmax.target = target.baseAddress
          withUnsafePointer(to: softmax) { softmax in
            engine.pool.runRanges(count) { places in
              kernels.softmax(softmax, places.lowerBound, places.upperBound)
              guard let log = softmax.pointee.log_probability else { return }
              for place in places { losses[place] = log[place] == 0 ? 0 : -log[place] }
            }
          }
        }
      }
    }
  }

  private func scoreValues(_ targets: SparseRows, _ scored: [UInt8], _ gradientScale: Float?) {
    let count = plan.count, kernels = engine.kernels
    var values = ck_values()
    values.outputs = logits.base(for: count * width)
    values.dense = dense.base(for: count * width)
    values.rows = count
    values.width = architecture.outputWidth
    values.loss_kind =
      switch architecture.writing {
      case .values(_, .mse): Int32(ck_mse)
      case .values(_, .mae): Int32(ck_mae)
      default: Int32(ck_bce)
      }
    values.gradient = gradientScale == nil ? 0 : 1
    values.scale = gradientScale ?? 0
    values.loss = losses.base(for: count)
    values.log_probability = logProbabilities.base(for: count)
    values.hits = hits.bytes(for: count)
    targets.withPointers { targets in
      scored.withUnsafeBufferPointer { scored in
        values.targets = targets
        values.scored = scored.baseAddress
        withUnsafePointer(to: values) { values in
          engine.pool.runRanges(count) { kernels.values(values, $0.lowerBound, $0.upperBound) }
        }
      }
    }
  }

  /// The sum of the losses of the batch scored last, in the order of its tokens.
  var lossSum: Double {
    let losses = losses.base(for: plan.count)
    return plan.at.reduce(0.0) { $0 + Double(losses[Int($1)]) }
  }

  /// What was found of each token of the batch scored last, in their order.
  var score: BatchScore {
    let count = plan.count, log = logProbabilities.base(for: count), losses = losses.base(for: count)
    let hits = hits.bytes(for: count), watched = watched.base(for: isWatched ? count : 0)
    return BatchScore(
      logProbability: plan.at.map { log[Int($0)] }, loss: plan.at.map { losses[Int($0)] },
      watched: isWatched ? plan.at.map { watched[Int($0)] } : [], hits: plan.at.map { hits[Int($0)] })
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
        let rows = ck_product.pairs(group.count)
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
