import TestSupport
import Testing

@testable import Network

/// A small network of one kind with random weights, and random batches for it.
struct NetworkCase: CustomTestStringConvertible, Sendable {
  var testDescription: String
  var architecture: Architecture

  static let dropout = Architecture.Dropout(input: 0.2, between: 0.3, recurrent: 0.25, output: 0.4, head: 0.3)

  static let voices = WrittenHead(
    head: 9,
    tables: [
      WrittenHead.Table(name: "written.weight", rows: 4, isLinear: true),
      WrittenHead.Table(name: "last.weight", rows: 5, isLinear: false),
    ], outputs: ["output.0", "output.1"], classes: 6, masks: [1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 1, 1])

  static let all: [NetworkCase] = [
    NetworkCase("classes, 2 layers", .classes(count: 6), 3, 5, 2, .classes(count: 7)),
    NetworkCase("classes, dropout", .classes(count: 6), 3, 5, 2, .classes(count: 7), dropout),
    NetworkCase("vectors, mse", .vectors(width: 7), 4, 5, 1, .values(width: 6, loss: .mse), dropout),
    NetworkCase("vectors, mae", .vectors(width: 7), 0, 5, 2, .values(width: 6, loss: .mae), dropout),
    NetworkCase("vectors, bce", .vectors(width: 7), 4, 5, 2, .values(width: 6, loss: .bce)),
    NetworkCase("independent", .vectors(width: 7), 0, 5, 1, .independent(head: 8, width: 6), dropout),
    NetworkCase("written", .vectors(width: 7), 0, 5, 2, .written(voices)),
    NetworkCase("written, dropout", .vectors(width: 7), 0, 5, 1, .written(voices), dropout),
    NetworkCase("classes, written", .classes(count: 6), 3, 5, 1, .written(voices), dropout),
    NetworkCase("gru", .classes(count: 6), 3, 5, 2, .classes(count: 7), cell: .gru),
    NetworkCase("gru, dropout", .vectors(width: 7), 0, 5, 2, .written(voices), dropout, cell: .gru),
    NetworkCase("rnn", .classes(count: 6), 3, 5, 2, .classes(count: 7), cell: .rnn),
    NetworkCase("rnn, dropout", .vectors(width: 7), 4, 5, 2, .values(width: 6, loss: .mse), dropout, cell: .rnn),
  ]

  /// Residual connections and layer normalisation, together and alone.
  static let handingUp: [NetworkCase] = Architecture.Cell.allCases.flatMap { cell in
    [
      NetworkCase("\(cell), residual", .classes(count: 6), 2, 4, 3, .classes(count: 5), cell: cell, residual: true),
      NetworkCase(
        "\(cell), norm", .vectors(width: 5), 0, 4, 2, .values(width: 4, loss: .mse), dropout, cell: cell,
        layerNorm: true),
      NetworkCase(
        "\(cell), residual, norm", .vectors(width: 5), 3, 4, 3, .independent(head: 4, width: 3), dropout, cell: cell,
        residual: true, layerNorm: true),
    ]
  }

  /// The same, past a panel.
  static let largeHandingUp: [NetworkCase] = Architecture.Cell.allCases.map { cell in
    NetworkCase(
      "wide \(cell), residual, norm", .classes(count: 9), 3, 66, 2, .classes(count: 7), dropout, cell: cell,
      residual: true, layerNorm: true)
  }

  static let small = all + handingUp
  static let everySize = small + large + largeHandingUp

  /// Widths past a panel, and lanes past a tile.
  static let large: [NetworkCase] = [
    NetworkCase("wide classes", .classes(count: 90), 70, 66, 2, .classes(count: 130)),
    NetworkCase("wide classes, dropout", .classes(count: 90), 70, 66, 1, .classes(count: 130), dropout),
    NetworkCase("wide values", .vectors(width: 70), 65, 80, 1, .values(width: 100, loss: .bce), dropout),
    NetworkCase("wide head", .vectors(width: 70), 0, 66, 2, .independent(head: 72, width: 90), dropout),
    NetworkCase("wide gru", .classes(count: 90), 70, 66, 2, .classes(count: 70), dropout, cell: .gru),
    NetworkCase("wide rnn", .vectors(width: 70), 0, 130, 2, .classes(count: 70), dropout, cell: .rnn),
    NetworkCase("wide writing", .vectors(width: 70), 0, 66, 1, .written(wideVoices), dropout),
  ]

  private static let wideVoices: WrittenHead = {
    var head = voices
    head.head = 130
    return head
  }()

  private init(
    _ name: String, _ reading: Architecture.Reading, _ embedding: Int, _ hidden: Int, _ layers: Int,
    _ writing: Architecture.Writing, _ dropout: Architecture.Dropout = Architecture.Dropout(),
    cell: Architecture.Cell = .lstm, residual: Bool = false, layerNorm: Bool = false
  ) {
    testDescription = name
    architecture = Architecture(
      reading: reading, embedding: embedding, cell: cell, hidden: hidden, layers: layers, dropout: dropout,
      residual: residual, layerNorm: layerNorm, writing: writing)
  }

  func network(seed: UInt64 = 1) -> Network { Network(architecture, seed: seed) }

  /// Weights of about 0.4, so that no gradient is small.
  func livelyNetwork() throws -> Network {
    var numbers = SeededGenerator(seed: 3)
    return try Network(
      architecture,
      tensors: network().tensors().map { tensor in
        var tensor = tensor
        tensor.values = tensor.values.map { _ in Float.random(in: -0.6...0.6, using: &numbers) }
        return tensor
      })
  }

  func batch(steps: Int, lanes: Int, seed: UInt64) -> StepBatch {
    var numbers = SeededGenerator(seed: seed)
    let rows = steps * lanes
    let keep: [UInt8] = (0..<rows).map { _ in UInt8.random(in: 0...3, using: &numbers) == 0 ? 0 : 1 }
    let scored: [UInt8] = (0..<rows).map { _ in UInt8.random(in: 0...5, using: &numbers) == 0 ? 0 : 1 }
    let reads: StepBatch.Reads =
      switch architecture.reading {
      case .classes(let count): .classes((0..<rows).map { _ in Int32.random(in: 0..<Int32(count), using: &numbers) })
      case .vectors(let width): .vectors(sparse(rows, width, valued: true, &numbers))
      }
    let targets: StepBatch.Targets
    switch architecture.writing {
    case .classes(let count):
      targets = .classes(scored.map { $0 == 0 ? -1 : Int32.random(in: 0..<Int32(count), using: &numbers) })
    case .values(let width, _), .independent(_, let width):
      targets = .values(sparse(rows, width, valued: false, &numbers), scored: scored)
    case .written(let head):
      targets = .written(tokens(rows, head, &numbers))
    }
    return StepBatch(
      steps: steps, lanes: lanes, reads: reads, keep: keep, targets: targets, divisor: Float(rows) * 0.75)
  }

  private func sparse(_ rows: Int, _ width: Int, valued: Bool, _ numbers: inout SeededGenerator) -> SparseRows {
    var result = SparseRows(width: width)
    for _ in 0..<rows { result.append(onesAt: (0..<Int32(width)).filter { _ in Bool.random(using: &numbers) }) }
    if valued { result.values = result.indices.map { _ in Float.random(in: 0.25...1.5, using: &numbers) } }
    return result
  }

  private func tokens(_ rows: Int, _ head: WrittenHead, _ numbers: inout SeededGenerator) -> WrittenTokens {
    var tokens = WrittenTokens()
    let tableRows = Int32(head.tables.reduce(0) { $0 + $1.rows })
    for row in 0..<rows {
      for _ in 0..<Int.random(in: 0...3, using: &numbers) {
        let mask = Int.random(in: 0..<head.masks.count / head.classes, using: &numbers)
        let allowed = (0..<head.classes).filter { head.masks[mask * head.classes + $0] == 1 }
        tokens.append(
          row: Int32(row),
          tableRows: (0..<Int.random(in: 0...3, using: &numbers)).map { _ in
            Int32.random(in: 0..<tableRows, using: &numbers)
          }, output: Int32.random(in: 0..<Int32(head.outputs.count), using: &numbers), mask: Int32(mask),
          target: Int32(allowed.randomElement(using: &numbers) ?? 0))
      }
    }
    return tokens
  }
}
