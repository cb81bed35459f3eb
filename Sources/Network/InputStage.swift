internal import CKernels

/// What the first recurrent layer reads, and its input product.
///
/// Three ways, by what is read:
/// - classes without dropout: the product is made once for each class (a table of V rows) and looked up;
/// - classes with dropout, or vectors through a dense layer: rows of width E, then a product of all rows;
/// - vectors as they are: sums of the matrix's rows.
final class InputStage {
  private let engine: Engine
  private let layout: PackedLayout
  private let architecture: Architecture
  private let layer: PackedLayout.Layer
  /// G, padded.
  private let width: Int
  private var table: FloatBuffer?
  private var tableIsReady = false
  private let transposed: FloatBuffer
  /// Pairs of rows of the matrix and of its transpose, rounded to bfloat16, where rows are.
  private let pairs: (matrix: FloatBuffer, transposed: FloatBuffer)?
  private var readHalves = GrowingBuffer()
  private var readPairs = GrowingBuffer()
  private var rowsRead = GrowingBuffer()
  private var gradientOfRows = GrowingBuffer()
  private var gradientOfTable = GrowingBuffer()
  /// The rows of a class look-up: one place a row.
  private var offsets: [Int32] = [0]

  init(_ architecture: Architecture, _ layout: PackedLayout, trains: Bool, precision: Precision, engine: Engine) {
    self.engine = engine
    self.layout = layout
    self.architecture = architecture
    layer = layout.layers[0]
    width = architecture.cell.gates * layout.hidden
    let embedding = architecture.embedding > 0 ? padded(architecture.embedding) : 0
    transposed = FloatBuffer(trains ? embedding * width : 0)
    var looksUp = false
    if case .classes = architecture.reading { looksUp = architecture.dropout.input == 0 }
    let half = looksUp ? 0 : embedding * width / 2
    pairs = precision == .bf16 && half > 0 ? (FloatBuffer(half), FloatBuffer(half)) : nil
  }

  /// The width of the dropout mask of what the first layer reads.
  var maskWidth: Int { architecture.embedding > 0 ? padded(architecture.embedding) : architecture.readingWidth }

  /// Forgets what was made from other weights.
  func prepare(_ weights: UnsafePointer<Float>, trains: Bool) {
    tableIsReady = false
    guard trains, architecture.embedding > 0 else { return }
    engine.transpose(
      weights + layer.input.offset, rows: layer.input.rows, panels: width / 64, tiles: layer.input.rows / 64,
      into: transposed.base)
    guard let pairs else { return }
    engine.pairRows(
      weights + layer.input.offset, rows: layer.input.rows, panels: width / 64, into: pairs.matrix.base)
    engine.pairRows(transposed.base, rows: width, panels: layer.input.rows / 64, into: pairs.transposed.base)
  }

  /// Calls `body` with the product that writes bias + input product of all rows into `gates`.
  func withGateInput(
    _ weights: UnsafePointer<Float>, _ reads: StepBatch.Reads, rows: Int, lanes: Int, bias: FloatBuffer,
    mask: FloatBuffer?, gates: FloatBuffer, _ body: (GateInput) -> Void
  ) {
    withSparse(reads, rows: rows, lanes: lanes) { sparse in
      if usesTable(mask: mask) {
        let table = makeTable(weights, bias)
        body(
          GateInput(
            sparse: sparse,
            product: ck_product(
              a: table.base, aRows: 0, b: table.base, bRows: architecture.readingWidth, k: 0, c: gates.base,
              cRows: rows, start: .zero), looksUp: true))
      } else if architecture.embedding > 0 {
        let read = readRows(weights, sparse, rows: rows, lanes: lanes, mask: mask)
        let product = ck_product(
          a: read, aRows: rows, b: weights + layer.input.offset, bRows: layer.input.rows, k: layer.input.rows,
          c: gates.base, cRows: rows, start: .bias(bias.base))
        guard let pairs else { return body(GateInput(product: product)) }
        let halves = readHalves.base(for: rows * layer.input.rows / 2)
        engine.halve(read, count: rows * layer.input.rows, into: halves)
        body(GateInput(product: product.inPairs(a: halves, b: pairs.matrix.base)))
      } else {
        body(
          GateInput(
            sparse: masked(sparse, mask, lanes),
            product: ck_product(
              a: bias.base, aRows: 0, b: weights + layer.input.offset, bRows: layer.input.rows, k: 0, c: gates.base,
              cRows: rows, start: .bias(bias.base))))
      }
    }
  }

  /// Writes the gradients of the input's matrices from that of the sums, `gates`.
  func backward(
    _ weights: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>, _ reads: StepBatch.Reads, rows: Int,
    lanes: Int, mask: FloatBuffer?, from recurrent: RecurrentLayer
  ) {
    let gates = recurrent.gates
    withSparse(reads, rows: rows, lanes: lanes) { sparse in
      if usesTable(mask: mask), let embedding = layout.embedding {
        let classes = architecture.readingWidth
        let d = gradientOfTable.base(for: classes * width)
        engine.sparseTransposed(
          sparse, d: gates.base, dRows: rows, g: d, gRows: classes, cleared: classes, rows: rows, panels: width / 64)
        engine.productTransposed(
          ck_product(
            a: weights + embedding.offset, aRows: classes, b: d, bRows: classes, k: classes,
            c: gradients + layer.input.offset, cRows: layer.input.rows, start: .zero),
          tiles: layer.input.rows / 64, panels: width / 64)
        engine.product(
          ck_product(
            a: d, aRows: classes, b: transposed.base, bRows: width, k: width, c: gradients + embedding.offset,
            cRows: classes, start: .zero), rows: classes, panels: embedding.panels)
      } else if architecture.embedding > 0 {
        backwardThroughRows(weights, gradients, sparse, rows: rows, lanes: lanes, mask: mask, from: recurrent)
      } else {
        engine.sparseTransposed(
          masked(sparse, mask, lanes), d: gates.base, dRows: rows, g: gradients + layer.input.offset,
          gRows: layer.input.rows, cleared: layer.input.rows, rows: rows, panels: width / 64)
      }
    }
  }

  /// Calls `body` with what is read as sparse rows; a class is a row with one 1.
  func withSparse(_ reads: StepBatch.Reads, rows: Int, lanes: Int, _ body: (ck_sparse) -> Void) {
    switch reads {
    case .classes(let classes):
      while offsets.count <= rows { offsets.append(Int32(offsets.count)) }
      offsets.withUnsafeBufferPointer { offsets in
        classes.withUnsafeBufferPointer { body(ck_sparse(offsets, $0, nil)) }
      }
    case .vectors(let vectors):
      vectors.withPointers(body)
    }
  }

  private func usesTable(mask: FloatBuffer?) -> Bool {
    if case .classes = architecture.reading { return mask == nil }
    return false
  }

  private func masked(_ sparse: ck_sparse, _ mask: FloatBuffer?, _ lanes: Int) -> ck_sparse {
    var sparse = sparse
    sparse.mask = mask.map { UnsafePointer($0.base) }
    sparse.mask_lanes = lanes
    sparse.mask_width = maskWidth
    return sparse
  }

  private func makeTable(_ weights: UnsafePointer<Float>, _ bias: FloatBuffer) -> FloatBuffer {
    let classes = architecture.readingWidth
    let table = table ?? FloatBuffer(classes * width)
    self.table = table
    guard !tableIsReady, let embedding = layout.embedding else { return table }
    engine.product(
      ck_product(
        a: weights + embedding.offset, aRows: classes, b: weights + layer.input.offset, bRows: layer.input.rows,
        k: layer.input.rows, c: table.base, cRows: classes, start: .bias(bias.base)), rows: classes,
      panels: width / 64)
    tableIsReady = true
    return table
  }

  private func readRows(
    _ weights: UnsafePointer<Float>, _ sparse: ck_sparse, rows: Int, lanes: Int, mask: FloatBuffer?
  ) -> UnsafePointer<Float> {
    let inner = layer.input.rows
    let read = rowsRead.base(for: rows * inner)
    let matrix = layout.embedding ?? layout.dense?.weight ?? layer.input
    let start: ck_product.Start = layout.dense.map { .bias(weights + $0.bias.offset) } ?? .zero
    engine.sparseProduct(
      sparse,
      ck_product(
        a: read, aRows: 0, b: weights + matrix.offset, bRows: matrix.rows, k: 0, c: read, cRows: rows, start: start),
      rows: rows, panels: inner / 64)
    if let mask { engine.mask(read, rows: rows, by: mask.base, lanes: lanes, width: inner) }
    return UnsafePointer(read)
  }

  private func backwardThroughRows(
    _ weights: UnsafePointer<Float>, _ gradients: UnsafeMutablePointer<Float>, _ sparse: ck_sparse, rows: Int,
    lanes: Int, mask: FloatBuffer?, from recurrent: RecurrentLayer
  ) {
    let inner = layer.input.rows, gates = recurrent.gates, read = rowsRead.base(for: rows * inner)
    let d = gradientOfRows.base(for: rows * inner)
    var weightsGradient = ck_product(
      a: read, aRows: rows, b: gates.base, bRows: rows, k: rows, c: gradients + layer.input.offset, cRows: inner,
      start: .zero)
    var rowsGradient = ck_product(
      a: gates.base, aRows: rows, b: transposed.base, bRows: width, k: width, c: d, cRows: rows, start: .zero)
    if let pairs, let gatesPairs = recurrent.gatesPairs, let gatesHalves = recurrent.gatesHalves {
      let a = readPairs.base(for: ck_product.pairs(rows) * inner)
      engine.pairRows(read, rows: rows, panels: inner / 64, into: a)
      weightsGradient = weightsGradient.transposedInPairs(a: a, b: gatesPairs)
      rowsGradient = rowsGradient.inPairs(a: gatesHalves, b: pairs.transposed.base)
    }
    engine.productTransposed(weightsGradient, tiles: inner / 64, panels: width / 64)
    engine.product(rowsGradient, rows: rows, panels: inner / 64)
    if let mask { engine.mask(d, rows: rows, by: mask.base, lanes: lanes, width: inner) }
    let matrix = layout.embedding ?? layout.dense?.weight ?? layer.input
    engine.sparseTransposed(
      sparse, d: d, dRows: rows, g: gradients + matrix.offset, gRows: matrix.rows, cleared: matrix.rows, rows: rows,
      panels: inner / 64)
    if let dense = layout.dense {
      engine.columnSums(d, dRows: rows, rows: 0..<rows, into: gradients + dense.bias.offset, panels: inner / 64)
    }
  }
}
