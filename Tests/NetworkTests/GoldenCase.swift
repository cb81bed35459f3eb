import Foundation
import Testing

@testable import Network

/// A golden file: a small network, a batch, and what PyTorch makes of them.
struct GoldenCase: CustomTestStringConvertible {
  static let names =
    [
      "classes", "wide", "mse", "mae", "bce", "independent", "written", "voices", "gru", "gru-wide", "rnn", "rnn-wide",
      "norm-wide", "ways",
    ] + ["lstm", "gru", "rnn"].flatMap { cell in ["residual", "norm", "both"].map { cell + "-" + $0 } }
  static let lanes = 7
  static let steps = 5

  let name: String
  let file: Safetensors

  var testDescription: String { name }

  init(_ name: String) throws {
    self.name = name
    let url = try #require(
      Bundle.module.url(forResource: name, withExtension: "safetensors", subdirectory: "Golden"))
    file = try Safetensors(bytes: [UInt8](Data(contentsOf: url)))
  }

  func numbers(_ name: String) throws -> [Float] { try #require(file[name]).values }

  private func integers(_ name: String) throws -> [Int32] { try numbers("batch." + name).map { Int32($0) } }

  private func text(_ name: String) throws -> String { try #require(file.metadata[name]) }

  private func integer(_ name: String) throws -> Int { try #require(Int(text(name))) }

  var optimisers: [String] { get throws { try text("optimisers").split(separator: " ").map(String.init) } }

  /// Tensors whose name begins with `prefix`, without it.
  func tensors(_ prefix: String) -> [Tensor] {
    file.tensors.filter { $0.name.hasPrefix(prefix) && $0.name != prefix + "losses" }.map {
      Tensor(name: String($0.name.dropFirst(prefix.count)), shape: $0.shape, values: $0.values)
    }
  }

  var architecture: Architecture {
    get throws {
      let width = try integer("width"), classes = try integer("classes"), head = try integer("head")
      let writing: Architecture.Writing =
        switch try text("writing") {
        case "classes": .classes(count: classes)
        case "mse": .values(width: classes, loss: .mse)
        case "mae": .values(width: classes, loss: .mae)
        case "bce": .values(width: classes, loss: .bce)
        case "independent": .independent(head: head, width: classes)
        default:
          .written(
            WrittenHead(
              head: head,
              tables: try text("tables").split(separator: " ").map { table in
                let parts = table.split(separator: ":")
                return WrittenHead.Table(
                  name: String(parts[0]), rows: try #require(Int(parts[1])), isLinear: parts[2] == "1")
              }, outputs: try text("outputs").split(separator: " ").map(String.init), classes: classes,
              masks: try text("masks").map { $0 == "1" ? 1 : 0 }))
        }
      return Architecture(
        reading: try text("reading") == "classes" ? .classes(count: width) : .vectors(width: width),
        embedding: try integer("embedding"),
        cell: file.metadata["cell"].flatMap { Architecture.Cell(rawValue: $0) } ?? .lstm, hidden: try integer("hidden"),
        layers: try integer("layers"), residual: file.metadata["residual"] == "1",
        layerNorm: file.metadata["layer_norm"] == "1", writing: writing)
    }
  }

  var network: Network { get throws { try Network(architecture, tensors: tensors("weights.")) } }

  var batch: StepBatch {
    get throws {
      let architecture = try architecture
      let reads: StepBatch.Reads =
        switch architecture.reading {
        case .classes: .classes(try integers("reads"))
        case .vectors(let width): .vectors(SparseRows(dense: try numbers("batch.reads"), width: width))
        }
      let targets: StepBatch.Targets
      switch architecture.writing {
      case .classes:
        targets = .classes(try integers("targets"))
      case .values(let width, _), .independent(_, let width):
        targets = .values(
          SparseRows(dense: try numbers("batch.targets"), width: width),
          scored: try integers("scored").map { UInt8($0) })
      case .written:
        var tokens = WrittenTokens()
        tokens.row = try integers("row")
        tokens.tableOffsets = try integers("table_offsets")
        tokens.tableRows = try integers("table_rows")
        tokens.output = try integers("output")
        tokens.mask = try integers("mask")
        tokens.target = try integers("target")
        targets = .written(tokens)
      }
      return StepBatch(
        steps: Self.steps, lanes: Self.lanes, reads: reads, keep: try integers("keep").map { UInt8($0) },
        targets: targets, divisor: try numbers("batch.divisor")[0])
    }
  }
}

extension SparseRows {
  /// The rows of a dense matrix.
  init(dense: [Float], width: Int) {
    self.init(width: width, values: [])
    for row in 0..<dense.count / width {
      for place in 0..<width where dense[row * width + place] != 0 {
        indices.append(Int32(place))
        values?.append(dense[row * width + place])
      }
      offsets.append(Int32(indices.count))
    }
  }
}
