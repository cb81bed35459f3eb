/// Where each tensor lies among the packed weights.
///
/// All weights, and likewise gradients, moments and averages, are one array of matrices "in panels": a matrix of R rows
/// and 64·P columns lies [P][R][64]. A linear layer's rows are its inputs, its columns its outputs. The 4H columns of
/// an LSTM lie (unit / 16, gate, unit % 16), so that one panel holds all gates of 16 units. Those of a GRU lie gate by
/// gate: n, r, z of the input, r, z, n of the state, so that each product's sums lie together though n's are apart.
///
///     file  weight [outputs, inputs]  ->  packed [outputs / 64][inputs][64]
struct PackedLayout: Sendable {
  struct Matrix: Sendable {
    var offset: Int
    var rows: Int
    var width: Int
    var panels: Int { width / 64 }
    var count: Int { rows * width }
  }

  struct Layer: Sendable {
    var input: Matrix
    var recurrent: Matrix
    var inputBias: Matrix
    var recurrentBias: Matrix
  }

  struct Dense: Sendable {
    var weight: Matrix
    var bias: Matrix
  }

  /// A tensor of the file inside a matrix.
  private struct Placement: Sendable {
    var matrix: Matrix
    /// The matrix's row of the tensor's first one.
    var firstRow = 0
    /// Whether the tensor is [columns, rows].
    var isTransposed = false
    /// How columns are gates.
    var gates: Gates?
    /// Rows from `at` on lie `by` further down.
    var gap: (at: Int, by: Int)?
  }

  /// Columns (gate, unit) of the file, and where they lie.
  private struct Gates: Sendable {
    /// H of the file, and padded.
    var hidden: Int
    var padded: Int
    /// Where each gate's units lie one after another; nil: interleaved by 16.
    var order: [Int]?

    func place(_ column: Int) -> Int {
      let gate = column / hidden, unit = column % hidden
      guard let order else { return unit / 16 * 64 + gate * 16 + unit % 16 }
      return order[gate] * padded + unit
    }
  }

  let shapes: [TensorShape]
  private var placements: [Placement] = []
  private(set) var count = 0

  /// The padded widths.
  let hidden: Int
  private(set) var embedding: Matrix?
  private(set) var dense: Dense?
  private(set) var layers: [Layer] = []
  /// Weights and biases of the layers' norms; empty without.
  private(set) var norms: [Dense] = []
  private(set) var head: Dense?
  private(set) var tables: Matrix?
  private(set) var outputs: [Dense] = []

  init(_ architecture: Architecture) {
    shapes = architecture.tensorShapes
    hidden = padded(architecture.hidden)
    placeInput(architecture)
    placeLayers(architecture)
    if architecture.layerNorm { placeNorms(architecture) }
    let headWidth = padded(architecture.headWidth)
    if headWidth > 0 { placeHead(architecture, headWidth) }
    let rows = headWidth > 0 ? headWidth : hidden
    for _ in architecture.outputNames { outputs.append(addDense(rows, architecture.outputWidth)) }
  }

  private mutating func add(rows: Int, width: Int) -> Matrix {
    let matrix = Matrix(offset: count, rows: rows, width: padded(width))
    count += matrix.count
    return matrix
  }

  private mutating func addDense(_ rows: Int, _ width: Int) -> Dense {
    let dense = Dense(weight: add(rows: rows, width: width), bias: add(rows: 1, width: width))
    placements.append(Placement(matrix: dense.weight, isTransposed: true))
    placements.append(Placement(matrix: dense.bias))
    return dense
  }

  private mutating func placeInput(_ architecture: Architecture) {
    switch architecture.reading {
    case .classes(let classes):
      let matrix = add(rows: classes, width: architecture.embedding)
      placements.append(Placement(matrix: matrix))
      embedding = matrix
    case .vectors(let width):
      if architecture.embedding > 0 { dense = addDense(width, architecture.embedding) }
    }
  }

  private mutating func placeLayers(_ architecture: Architecture) {
    for index in 0..<architecture.layers {
      let inputs =
        index > 0 ? hidden : architecture.embedding > 0 ? padded(architecture.embedding) : architecture.readingWidth
      let width = architecture.cell.gates * hidden
      let layer = Layer(
        input: add(rows: inputs, width: width), recurrent: add(rows: hidden, width: width),
        inputBias: add(rows: 1, width: width), recurrentBias: add(rows: 1, width: width))
      layers.append(layer)
      var gates = Gates(hidden: architecture.hidden, padded: hidden), recurrent = gates
      switch architecture.cell {
      case .lstm: break
      case .gru:
        gates.order = [1, 2, 0]
        recurrent.order = [0, 1, 2]
      case .rnn:
        gates.order = [0]
        recurrent.order = [0]
      }
      placements.append(Placement(matrix: layer.input, isTransposed: true, gates: gates))
      placements.append(Placement(matrix: layer.recurrent, isTransposed: true, gates: recurrent))
      placements.append(Placement(matrix: layer.inputBias, gates: gates))
      placements.append(Placement(matrix: layer.recurrentBias, gates: recurrent))
    }
  }

  private mutating func placeNorms(_ architecture: Architecture) {
    for _ in 0..<architecture.layers {
      let norm = Dense(
        weight: add(rows: 1, width: architecture.hidden), bias: add(rows: 1, width: architecture.hidden))
      norms.append(norm)
      placements.append(Placement(matrix: norm.weight))
      placements.append(Placement(matrix: norm.bias))
    }
  }

  private mutating func placeHead(_ architecture: Architecture, _ width: Int) {
    let dense = addDense(hidden + architecture.readingWidth, width)
    head = dense
    placements[placements.count - 2].gap = (at: architecture.hidden, by: hidden - architecture.hidden)
    guard !architecture.tables.isEmpty else { return }
    let matrix = add(rows: architecture.tables.reduce(0) { $0 + $1.rows }, width: width)
    tables = matrix
    var row = 0
    for table in architecture.tables {
      placements.append(Placement(matrix: matrix, firstRow: row, isTransposed: table.isLinear))
      row += table.rows
    }
  }

  /// Writes tensors, in the order of `shapes`, into packed numbers.
  func pack(_ tensors: [Tensor], into base: UnsafeMutablePointer<Float>) {
    for (index, tensor) in tensors.enumerated() {
      tensor.values.withUnsafeBufferPointer { values in
        forEachRow(index) { value, step, places, first in
          for (column, place) in places.enumerated() { base[first + place] = values[value + column * step] }
        }
      }
    }
  }

  /// Reads packed numbers as tensors, in the order of `shapes`, with `prefix` before each name.
  func unpack(_ base: UnsafePointer<Float>, prefix: String = "") -> [Tensor] {
    shapes.indices.map { unpack($0, base, prefix: prefix) }
  }

  /// Reads one tensor, of that place in `shapes`.
  func unpack(_ index: Int, _ base: UnsafePointer<Float>, prefix: String = "") -> Tensor {
    let shape = shapes[index]
    let values = [Float](unsafeUninitializedCapacity: shape.count) { values, count in
      forEachRow(index) { value, step, places, first in
        for (column, place) in places.enumerated() { values[value + column * step] = base[first + place] }
      }
      count = shape.count
    }
    return Tensor(name: prefix + shape.name, shape: shape.shape, values: values)
  }

  /// Calls `body` for each row of a tensor's matrix with the tensor's first place, the step to the next column's, the
  /// packed places of the columns, and what to add to them.
  private func forEachRow(_ index: Int, _ body: (Int, Int, [Int], Int) -> Void) {
    let shape = shapes[index].shape, placement = placements[index], matrix = placement.matrix
    let outer = shape.count > 1 ? shape[0] : 1, inner = shape.last ?? 1
    let rows = placement.isTransposed ? inner : outer, columns = placement.isTransposed ? outer : inner
    let places = (0..<columns).map { column in
      let packed = placement.gates?.place(column) ?? column
      return packed / 64 * matrix.rows * 64 + packed % 64
    }
    for row in 0..<rows {
      var packed = placement.firstRow + row
      if let gap = placement.gap, row >= gap.at { packed += gap.by }
      body(
        placement.isTransposed ? row : row * inner, placement.isTransposed ? inner : 1, places,
        matrix.offset + packed * 64)
    }
  }
}
