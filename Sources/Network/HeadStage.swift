internal import CKernels

/// The hidden layer of a head: what is the same for all tokens of a step once a row, and each token's own part.
///
///     a_r = W [h_r, x_r] + b         z_n = ReLU(a_row(n) + Σ table rows of n)
///
/// Kept for the way back: z, which is positive just where the ReLU let through what dropout kept.
final class HeadStage {
  private let engine: Engine
  private let places: PackedLayout.Dense
  private let tables: PackedLayout.Matrix?
  private let hidden: Int
  /// The width of the hidden layer, padded, and of the sparse part of what it reads.
  let width: Int
  private let inputs: Int
  private let transposed: FloatBuffer
  /// Pairs of rows of the matrix, of those that `out` meets, and of its transpose, rounded to bfloat16, where they are.
  private let pairs: (matrix: FloatBuffer, transposed: FloatBuffer)?
  private var sumsHalves = GrowingBuffer()
  private var sumsPairs = GrowingBuffer()
  private var sums = GrowingBuffer()
  private var gradientOfSums = GrowingBuffer()
  private var kept = GrowingBuffer()

  init(
    _ places: PackedLayout.Dense, _ layout: PackedLayout, inputs: Int, trains: Bool, precision: Precision,
    engine: Engine
  ) {
    self.engine = engine
    self.places = places
    self.inputs = inputs
    tables = layout.tables
    hidden = layout.hidden
    width = places.weight.width
    transposed = FloatBuffer(trains ? hidden * width : 0)
    pairs =
      precision == .f32
      ? nil
      : (FloatBuffer(hidden * width / 2), FloatBuffer(hidden * width / 2))
  }

  func prepare(_ weights: UnsafePointer<Float>, trains: Bool) {
    guard trains else { return }
    engine.transpose(
      weights + places.weight.offset, rows: places.weight.rows, panels: width / 64, tiles: hidden / 64,
      into: transposed.base)
    guard let pairs else { return }
    engine.pairRows(
      weights + places.weight.offset, xRows: places.weight.rows, rows: 0..<hidden, panels: width / 64,
      into: pairs.matrix.base, yRows: hidden / 2)
    engine.pairRows(transposed.base, rows: width, panels: hidden / 64, into: pairs.transposed.base)
  }

  /// Makes a [width/64][rows][64] of all rows.
  func rowSums(
    _ weights: UnsafePointer<Float>, out top: LayerOutput, sparse: ck_sparse, rows: Int
  ) -> UnsafeMutablePointer<Float> {
    let a = sums.base(for: rows * width)
    let w = weights + places.weight.offset
    var product = ck_product(
      a: top.out.base, aRows: rows, b: w, bRows: places.weight.rows, k: hidden, c: a, cRows: rows,
      start: .bias(weights + places.bias.offset))
    if let pairs, let halves = top.outHalves {
      product = product.inPairs(a: halves, b: pairs.matrix.base)
      product.b_rows = hidden / 2
    }
    engine.product(product, rows: rows, panels: width / 64)
    engine.sparseProduct(
      sparse,
      ck_product(
        a: a, aRows: 0, b: w + hidden * 64, bRows: places.weight.rows, k: 0, c: a, cRows: rows, start: .sum),
      rows: rows, panels: width / 64)
    return a
  }

  /// Makes z of all tokens, each at its place.
  func hiddenLayer(
    _ weights: UnsafePointer<Float>, a: UnsafePointer<Float>, aRows: Int, plan: TokenPlan,
    mask: DropoutMasks.HeadMask?, z: UnsafeMutablePointer<Float>
  ) {
    let count = plan.count, kernels = engine.kernels, width = width
    var keep: UnsafeMutablePointer<UInt8>?
    if let mask {
      // A byte a number.
      let kept = kept.bytes(for: count * width)
      engine.pool.runRanges(count) { tokens in
        for token in tokens { mask.fill(kept + token * width, token: token, width: width) }
      }
      keep = kept
    }
    plan.withPointers { tableRows, rows, at in
      let head = ck_head(
        a: a, a_rows: aRows, row: rows.indices, tables: tableRows, table: tables.map { weights + $0.offset },
        table_rows: tables?.rows ?? 0, at: at, keep: keep, keep_width: width, scale: mask?.scale ?? 1, z: z,
        z_rows: count)
      withUnsafePointer(to: head) { head in
        engine.pool.runRanges(count) { kernels.head_forward(head, $0.lowerBound, $0.upperBound, 0, width / 64) }
      }
    }
  }

  /// Turns `d`, the gradient of z, into that of the sums, and writes all gradients of the hidden layer and of `out`.
  func backward(
    gradients: UnsafeMutablePointer<Float>, plan: TokenPlan, z: UnsafePointer<Float>, d: UnsafeMutablePointer<Float>,
    scale: Float, out top: LayerOutput, sparse: ck_sparse, rows: Int
  ) {
    let count = plan.count, kernels = engine.kernels, panels = width / 64
    engine.pool.runRanges(count) { kernels.head_backward(z, d, count, scale, $0.lowerBound, $0.upperBound, 0, panels) }
    let a = gradientOfSums.base(for: rows * width)
    plan.withPointers { tableRows, stepRows, at in
      if let tables {
        engine.sparseTransposed(
          tableRows, d: d, dRows: count, at: at, g: gradients + tables.offset, gRows: tables.rows,
          cleared: tables.rows, rows: count, panels: panels)
      }
      engine.sparseTransposed(
        stepRows, d: d, dRows: count, at: at, g: a, gRows: rows, cleared: rows, rows: count, panels: panels)
    }
    let weight = gradients + places.weight.offset
    var weightsGradient = ck_product(
      a: top.out.base, aRows: rows, b: a, bRows: rows, k: rows, c: weight, cRows: places.weight.rows, start: .zero)
    var outGradient = ck_product(
      a: a, aRows: rows, b: transposed.base, bRows: width, k: width, c: top.gradientOfOut.base, cRows: rows,
      start: .zero)
    if let pairs, let outPairs = top.makeOutPairs(rows: rows) {
      let sumsPairs = sumsPairs.base(for: ck_product.pairs(rows) * width)
      engine.pairRows(a, rows: rows, panels: panels, into: sumsPairs)
      weightsGradient = weightsGradient.transposedInPairs(a: outPairs, b: sumsPairs)
      let halves = sumsHalves.base(for: rows * width / 2)
      engine.halve(a, count: rows * width, into: halves)
      outGradient = outGradient.inPairs(a: halves, b: pairs.transposed.base)
    }
    engine.productTransposed(weightsGradient, tiles: hidden / 64, panels: panels)
    engine.sparseTransposed(
      sparse, d: a, dRows: rows, g: weight + hidden * 64, gRows: places.weight.rows, cleared: inputs, rows: rows,
      panels: panels)
    engine.columnSums(a, dRows: rows, rows: 0..<rows, into: gradients + places.bias.offset, panels: panels)
    engine.product(outGradient, rows: rows, panels: hidden / 64)
  }
}
