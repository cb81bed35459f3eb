package import StrictYAML

/// The fields of one `train:` or `generate:` map, from a file (`--settings`) and from options, which override it.
package enum SettingsFile {
  /// Reads what a training is to do.
  ///
  /// - Parameters:
  ///   - bytes: the settings file, if one is given.
  ///   - path: its name as diagnostics show it.
  ///   - options: what options give: texts by field, in kebab-case or snake_case; several for `validation` alone.
  /// - Returns: the settings after preset and defaults, or nil where anything is wrong; and everything that is wrong.
  package static func parseTrain(
    bytes: [UInt8]? = nil, path: String = "", options: [String: [String]] = [:]
  ) -> (TrainSettings?, [Diagnostic]) {
    let list = DiagnosticList(path: path, bytes: bytes ?? [])
    var fields = TrainFields()
    if let reader = reader(bytes, list) { fields = TrainFields(reader, scope: .paths) }
    fields = TrainFields(reader(options, list), scope: .paths).overlaid(on: fields)
    let settings = fields.resolved(from: "scratch", reportingTo: list, at: Mark(line: 0, column: 0))
    return (list.isEmpty ? settings : nil, list.sorted)
  }

  /// Reads what a generation is to do; the weights' own defaults fill in what is not written.
  ///
  /// - Parameters: as for `parseTrain`.
  /// - Returns: the fields that are written, or nil where anything is wrong; and everything that is wrong.
  package static func parseGenerate(
    bytes: [UInt8]? = nil, path: String = "", options: [String: [String]] = [:]
  ) -> (GenerateFields?, [Diagnostic]) {
    let list = DiagnosticList(path: path, bytes: bytes ?? [])
    var fields = GenerateFields()
    if let reader = reader(bytes, list) { fields = GenerateFields(reader, scope: .paths) }
    fields = GenerateFields(reader(options, list), scope: .paths).overlaid(on: fields)
    if let reason = fields.order.contradiction { list.report(reason, at: Mark(line: 0, column: 0), key: "scale") }
    return (list.isEmpty ? fields : nil, list.sorted)
  }

  private static func reader(_ bytes: [UInt8]?, _ list: DiagnosticList) -> MappingReader? {
    guard let bytes, let root = Document.root(of: bytes, reportingTo: list) else { return nil }
    return MappingReader(root, path: "", list: list)
  }

  /// Options as a map whose places are all in line 0.
  private static func reader(_ options: [String: [String]], _ list: DiagnosticList) -> MappingReader {
    var entries: [Entry] = []
    for (index, option) in options.sorted(by: { $0.key < $1.key }).enumerated() where !option.value.isEmpty {
      let mark = Mark(line: 0, column: index + 1)
      entries.append(
        Entry(
          key: option.key.replacing("-", with: "_"), keyMark: mark, value: node(option.value, mark)))
    }
    return MappingReader(entries: entries, mark: Mark(line: 0, column: 0), path: "", list: list)
  }

  private static func node(_ texts: [String], _ mark: Mark) -> Node {
    var texts = texts
    if texts.count == 1, let text = texts.first {
      // A map is written as YAML writes it in one line.
      if text.hasPrefix("{") {
        let inner = DiagnosticList(path: "", bytes: Array(text.utf8))
        if let root = Document.root(of: Array(text.utf8), reportingTo: inner), inner.isEmpty {
          return root.placed(at: mark)
        }
      }
      guard text.hasPrefix("["), text.hasSuffix("]"), text.utf8.count >= 2 else {
        return Node(.scalar(text, .plain), at: mark)
      }
      texts = text.dropFirst().dropLast().split(separator: ",", omittingEmptySubsequences: false).map {
        String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
      }
    }
    return Node(.sequence(texts.map { Node(.scalar($0, .plain), at: mark) }), at: mark)
  }
}

extension Node {
  /// The same at one place throughout, which is none of a file.
  fileprivate func placed(at mark: Mark) -> Node {
    switch content {
    case .scalar, .refused: Node(content, at: mark)
    case .sequence(let items): Node(.sequence(items.map { $0.placed(at: mark) }), at: mark)
    case .mapping(let entries):
      Node(
        .mapping(entries.map { Entry(key: $0.key, keyMark: mark, value: $0.value.placed(at: mark)) }), at: mark)
    }
  }
}
