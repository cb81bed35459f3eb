internal import CKernels

/// What a recurrent layer hands up.
///
///     y_l = mask · norm_l(h_l) + y_(l-1)
///
/// h is the layer's own output and mask its dropout; norm is there with `layerNorm` (Ba, Kiros & Hinton 2016), the sum
/// with `residual` in layers above the first (He et al. 2016). The layer's state is h, unchanged. With neither, this is
/// the layer's own output, masked there, and costs nothing.
final class LayerOutput {
  /// Y: [H/64][T·B][64].
  let out: FloatBuffer
  /// Its gradient.
  let gradientOfOut: FloatBuffer
  /// Whether the layer's own output is handed up as it is.
  let isPlain: Bool

  private let layer: RecurrentLayer
  private let below: LayerOutput?
  private let norm: PackedLayout.Dense?
  /// H of the file.
  private let width: Int
  private let statistics: FloatBuffer
  /// Y rounded to bfloat16, and pairs of its rows, where they are and y is not the layer's own.
  private let halves: (out: FloatBuffer, pairs: FloatBuffer)?
  private let engine: Engine

  /// Whether a layer's own output is handed up as it is.
  static func isPlain(_ architecture: Architecture, layer: Int) -> Bool {
    !architecture.layerNorm && !(architecture.residual && layer > 0)
  }

  /// The outputs of all layers, each on the one below.
  static func stack(
    on layers: [RecurrentLayer], _ architecture: Architecture, _ layout: PackedLayout, rows: Int, trains: Bool,
    precision: Precision, engine: Engine
  ) -> [LayerOutput] {
    var outputs: [LayerOutput] = []
    for (index, layer) in layers.enumerated() {
      outputs.append(
        LayerOutput(
          layer, below: architecture.residual ? outputs.last : nil,
          norm: architecture.layerNorm ? layout.norms[index] : nil, width: architecture.hidden, rows: rows,
          trains: trains, precision: precision, engine: engine))
    }
    return outputs
  }

  private init(
    _ layer: RecurrentLayer, below: LayerOutput?, norm: PackedLayout.Dense?, width: Int, rows: Int, trains: Bool,
    precision: Precision, engine: Engine
  ) {
    self.layer = layer
    self.below = below
    self.norm = norm
    self.width = width
    self.engine = engine
    isPlain = below == nil && norm == nil
    out = isPlain ? layer.out : FloatBuffer(rows * layer.hidden)
    gradientOfOut = isPlain ? layer.gradientOfOut : FloatBuffer(trains ? rows * layer.hidden : 0)
    statistics = FloatBuffer(norm == nil ? 0 : 2 * rows)
    halves =
      isPlain || precision == .f32
      ? nil : (FloatBuffer(rows * layer.hidden / 2), FloatBuffer(ck_product.pairs(rows) * layer.hidden))
  }

  /// Makes y from the layer's output.
  func forward(_ weights: UnsafePointer<Float>, shape: PassShape, mask: FloatBuffer?) {
    guard !isPlain else { return }
    let kernels = engine.kernels
    withUnsafePointer(to: handUp(weights, shape, mask)) { handUp in
      run(shape.rows) { kernels.hand_up(handUp, $0.lowerBound, $0.upperBound) }
    }
    if let halves { engine.halve(out.base, count: shape.rows * layer.hidden, into: halves.out.base) }
  }

  /// Makes the gradient of the layer's output from that of y, and writes those of the norm.
  func backward(
    _ weights: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>, shape: PassShape, mask: FloatBuffer?
  ) {
    guard !isPlain else { return }
    let kernels = engine.kernels
    withUnsafePointer(to: handUp(weights, shape, mask)) { handUp in
      run(shape.rows) { kernels.hand_up_backward(handUp, $0.lowerBound, $0.upperBound) }
      guard let norm else { return }
      engine.pool.runRanges(layer.hidden / 64) {
        kernels.norm_gradients(
          handUp, gradients + norm.weight.offset, gradients + norm.bias.offset, $0.lowerBound, $0.upperBound)
      }
    }
  }

  /// Y rounded to bfloat16, where it is.
  var outHalves: UnsafePointer<Float>? { isPlain ? layer.outHalves : halves.map { UnsafePointer($0.out.base) } }

  /// Pairs of rows of y, made anew.
  func makeOutPairs(rows: Int) -> UnsafePointer<Float>? {
    guard let halves else { return isPlain ? layer.makeOutPairs(rows: rows) : nil }
    engine.pairRows(out.base, rows: rows, panels: layer.hidden / 64, into: halves.pairs.base)
    return UnsafePointer(halves.pairs.base)
  }

  /// What the gradient of the y below begins with: this y's own, where it holds that one as a summand.
  var startOfGradientBelow: ck_product.Start {
    below == nil ? .zero : .rows(UnsafePointer(gradientOfOut.base))
  }

  /// Calls `body` with ranges of rows; a few are not worth waking other threads.
  private func run(_ rows: Int, _ body: (Range<Int>) -> Void) {
    guard rows * layer.hidden * 16 >= Engine.smallest else { return body(0..<rows) }
    engine.pool.runRanges(rows, body)
  }

  private func handUp(_ weights: UnsafePointer<Float>, _ shape: PassShape, _ mask: FloatBuffer?) -> ck_hand_up {
    ck_hand_up(
      rows: shape.rows, lanes: shape.lanes.count, width: width, x: layer.out.base,
      weight: norm.map { weights + $0.weight.offset }, bias: norm.map { weights + $0.bias.offset },
      statistics: statistics.base, mask: mask.map { UnsafePointer($0.base) },
      below: below.map { UnsafePointer($0.out.base) }, y: out.base, d_y: gradientOfOut.base,
      d_x: layer.gradientOfOut.base)
  }
}
