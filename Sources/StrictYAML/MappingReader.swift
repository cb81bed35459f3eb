/// Reads a mapping field by field; what is never asked for is an unknown key.
///
/// The same code that reads a file tells the schema: over `recorder` it is run with nothing written, and each field that
/// it asks for becomes a row.
package final class MappingReader {
  /// One field of the schema.
  package struct Row: Sendable, Equatable {
    package let key: String
    package let type: String
    package let `default`: String?
    package let unit: String?
    package let range: String?

    package init(key: String, type: String, default standard: String?, unit: String?, range: String?) {
      self.key = key
      self.type = type
      self.default = standard
      self.unit = unit
      self.range = range
    }
  }

  /// Gathers the rows of a schema.
  package final class Recorder {
    package fileprivate(set) var rows: [Row] = []

    package init() {}
  }

  package let list: DiagnosticList
  package let recorder: Recorder?
  /// The place of the mapping.
  package let mark: Mark
  /// The keys that lead here: `jobs.nightly.train`.
  package let path: String
  private let entries: [Entry]
  private var known: [String] = []
  private var refused: [String] = []

  /// Takes a mapping; anything else is reported, and gives nil.
  package init?(_ node: Node, path: String, list: DiagnosticList) {
    guard case .mapping(let entries) = node.content else {
      if !node.isRefused {
        let last = path.split(separator: ".").last.map(String.init)
        list.report("\(last ?? "the file") is \(node.shown)", at: node.mark, key: last, expected: "a map")
      }
      return nil
    }
    self.entries = entries
    self.list = list
    self.path = path
    mark = node.mark
    recorder = nil
  }

  /// Takes entries, of a file or of a command line.
  package init(entries: [Entry], mark: Mark, path: String, list: DiagnosticList, recorder: Recorder? = nil) {
    self.entries = entries
    self.mark = mark
    self.path = path
    self.list = list
    self.recorder = recorder
  }

  /// What is written for a key, which is known from now on.
  package func node(_ key: String) -> Node? {
    if !known.contains(key) { known.append(key) }
    return entries.first { $0.key == key }?.value
  }

  /// The place of a key.
  package func keyMark(_ key: String) -> Mark? { entries.first { $0.key == key }?.keyMark }

  /// The value of a field, or nil where it is not written or is wrong, which is reported.
  package func value<Value>(_ key: String, _ kind: Kind<Value>, default standard: String? = nil) -> Value? {
    record(key, type: kind.type, default: standard, unit: kind.unit, range: kind.range)
    guard let node = node(key) else { return nil }
    return kind.read(node, FieldPlace(key: key, expected: kind.expected, list: list))
  }

  /// Adds a row to the schema, if it is being told.
  package func record(
    _ key: String, type: String, default standard: String? = nil, unit: String? = nil, range: String? = nil
  ) {
    let full = path.isEmpty ? key : path + "." + key
    recorder?.rows.append(Row(key: full, type: type, default: standard, unit: unit, range: range))
  }

  /// The reader of a mapping within this one, or nil where it is not written or is none, which is reported.
  package func mapping(_ key: String) -> MappingReader? {
    let inner = path.isEmpty ? key : path + "." + key
    guard let node = node(key) else {
      return recorder.map { MappingReader(entries: [], mark: mark, path: inner, list: list, recorder: $0) }
    }
    return MappingReader(node, path: inner, list: list)
  }

  /// All keys with their values, none of which is unknown.
  package func all() -> [Entry] {
    known += entries.map(\.key)
    return entries
  }

  /// Reports a key that is known, but not here.
  package func refuse(_ key: String, _ reason: String) {
    guard let entry = entries.first(where: { $0.key == key }) else { return }
    if !known.contains(key) { refused.append(key) }
    list.report("\(key) is not allowed here: \(reason)", at: entry.keyMark, key: key)
  }

  /// Reports every key that was never asked for.
  package func finish() {
    for entry in entries where !known.contains(entry.key) && !refused.contains(entry.key) {
      list.report(
        "unknown key \(quoted(entry.key))" + (path.isEmpty ? "" : " in \(escaped(path))"), at: entry.keyMark,
        key: entry.key, nearest: list.isFull ? nil : nearest(to: entry.key, among: known))
    }
  }
}
