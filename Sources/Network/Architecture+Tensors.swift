extension Architecture.Cell {
  /// How many gates the cell has: rows of its matrices are this many times H.
  var gates: Int {
    switch self {
    case .lstm: 4
    case .gru: 3
    case .rnn: 1
    }
  }
}

extension Architecture {
  /// The width of what a step reads: classes as one-hot vectors.
  var readingWidth: Int {
    switch reading {
    case .classes(let count): count
    case .vectors(let width): width
    }
  }

  /// The width of what the first recurrent layer reads.
  var firstWidth: Int { embedding > 0 ? embedding : readingWidth }

  /// The width of the head's hidden layer; 0 without a head.
  var headWidth: Int {
    switch writing {
    case .classes, .values: 0
    case .independent(let head, _): head
    case .written(let head): head.head
    }
  }

  /// The width of every output layer.
  var outputWidth: Int {
    switch writing {
    case .classes(let count): count
    case .values(let width, _), .independent(_, let width): width
    case .written(let head): head.classes
    }
  }

  /// The names of the output layers.
  var outputNames: [String] {
    guard case .written(let head) = writing else { return ["output"] }
    return head.outputs
  }

  /// The additive tables of the head.
  var tables: [WrittenHead.Table] {
    guard case .written(let head) = writing else { return [] }
    return head.tables
  }

  /// All tensors, in the order of the file.
  var tensorShapes: [TensorShape] { inputShapes + recurrentShapes + normShapes + headShapes + outputShapes }

  /// How many numbers there are to train; the architecture has been checked.
  package var parameterCount: Int { tensorShapes.reduce(0) { $0 + $1.shape.reduce(1, *) } }

  private var inputShapes: [TensorShape] {
    switch reading {
    case .classes(let count):
      let deviation = 1 / Float(max(embedding, 1)).squareRoot()
      return [TensorShape(name: "input.weight", shape: [count, embedding], start: .normal(deviation: deviation))]
    case .vectors(let width):
      return embedding > 0 ? Self.dense("input", embedding, width) : []
    }
  }

  private var recurrentShapes: [TensorShape] {
    let rows = cell.gates * hidden
    return (0..<max(layers, 0)).flatMap { layer in
      let width = layer == 0 ? firstWidth : hidden
      return [
        TensorShape(
          name: "\(cell.rawValue).weight_ih_l\(layer)", shape: [rows, width], start: .uniform(bound: Self.bound(width))),
        TensorShape(name: "\(cell.rawValue).weight_hh_l\(layer)", shape: [rows, hidden], start: .orthogonal),
        TensorShape(
          name: "\(cell.rawValue).bias_ih_l\(layer)", shape: [rows], start: cell == .lstm ? .forgetBias : .zeros),
        TensorShape(name: "\(cell.rawValue).bias_hh_l\(layer)", shape: [rows], start: .zeros),
      ]
    }
  }

  private var normShapes: [TensorShape] {
    guard layerNorm else { return [] }
    return (0..<max(layers, 0)).flatMap { layer in
      [
        TensorShape(name: "norm.\(layer).weight", shape: [hidden], start: .ones),
        TensorShape(name: "norm.\(layer).bias", shape: [hidden], start: .zeros),
      ]
    }
  }

  private var headShapes: [TensorShape] {
    guard headWidth > 0 else { return [] }
    return Self.dense("head", headWidth, hidden + readingWidth)
      + tables.map { table in
        table.isLinear
          ? TensorShape(
            name: table.name, shape: [headWidth, table.rows], start: .uniform(bound: Self.bound(table.rows)))
          : TensorShape(name: table.name, shape: [table.rows, headWidth], start: .normal(deviation: 0.05))
      }
  }

  private var outputShapes: [TensorShape] {
    outputNames.flatMap { Self.dense($0, outputWidth, headWidth > 0 ? headWidth : hidden) }
  }

  private static func dense(_ name: String, _ outputs: Int, _ inputs: Int) -> [TensorShape] {
    [
      TensorShape(name: name + ".weight", shape: [outputs, inputs], start: .uniform(bound: bound(inputs))),
      TensorShape(name: name + ".bias", shape: [outputs], start: .zeros),
    ]
  }

  private static func bound(_ inputs: Int) -> Float { 1 / Float(max(inputs, 1)).squareRoot() }
}
