import Identity
import Ledger

extension Lineage {
  /// The lineage as `lineage --json` tells it, which may name very many files.
  func json(_ reader: LedgerReader) throws -> [UInt8] {
    let members: [(String, JSONValue)] = [
      ("song", try song.map { try reader.json(ofSong: $0.id) } ?? .null),
      ("run", try run.map { try reader.json(ofRun: $0.id) } ?? .null), ("weights", weights?.json ?? .null),
      ("parents", .array(parents.map(\.json))), ("unknown_parents", .array(unknownParents.map { .hash($0) })),
      ("snapshot", .hash(snapshot)),
    ]
    var json = JSONBytes()
    json.append("{")
    for (name, value) in members {
      json.append("\n  \(JSONValue.string(name).text()): \(value.text(depth: 1)),")
    }
    json.append("\n  \"files\": ")
    files.write(to: &json)
    json.append(",\n  \"earlier_files\": ")
    earlierFiles.write(to: &json)
    json.append("\n}\n")
    return json.bytes
  }

  /// The lineage for people, a line a fact, nearest first, which may name very many files.
  func text(width: Int?) -> [UInt8] {
    var lines: [String] = []
    if let song {
      lines += [
        "song      \(song.id)", "  path    \(FileName(song.path).shown)", "  sha256  \(song.sha256)",
        "  seed    \(song.seed)",
      ]
    }
    if let run {
      lines += [
        "run       \(run.id), \(run.state.rawValue)", "  queued  \(Table.cell(run.queuedAt))",
        "  ended   \(Table.cell(run.endedAt))",
      ]
    }
    if let weights {
      lines += Self.lines("weights ", weights)
    } else if let hash = song?.weights ?? run?.weightsOut ?? run?.weightsIn {
      lines.append("weights   \(hash), not trained here")
    }
    for parent in parents { lines += Self.lines("  from  ", parent) }
    lines += unknownParents.map { "  from    \($0), not trained here" }
    if let snapshot {
      lines.append("snapshot  \(snapshot), \(files.count) \(files.count == 1 ? "file" : "files")")
    }
    var text = lines.map { Array(($0 + "\n").utf8) }.reduce([], +) + files.text()
    if !earlierFiles.isEmpty {
      text += Array("earlier   files that only the weights before were trained on\n".utf8) + earlierFiles.text()
    }
    guard let width else { return text }
    return String(decoding: text, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).dropLast()
      .flatMap { Array((Table([.init(title: String($0), cut: .keepsStart)], []).text(width: width) + "\n").utf8) }
  }

  private static func lines(_ title: String, _ weights: WeightsRecord) -> [String] {
    let loss = weights.validationLoss.map { ", validation loss \(Table.decimal($0, places: 4))" } ?? ""
    let run = weights.run.map { " by \($0)" } ?? ""
    let pruned = weights.prunedAt == nil ? "" : ", pruned"
    return ["\(title)  \(weights.sha256)", "          \(weights.iterations) iterations\(run)\(loss)\(pruned)"]
  }
}
