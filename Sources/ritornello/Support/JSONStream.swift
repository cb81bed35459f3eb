import Identity

/// Prints a JSON document on standard output, element by element, as `JSONValue.text()` would write it whole.
struct JSONStream {
  private var closing: [String] = []
  private var isFirst = true

  /// Begins an array or an object: `[` or `{`, with its name where it is a member.
  mutating func begin(_ bracket: String, _ name: String? = nil) {
    separate(name)
    print(bracket, terminator: "")
    closing.append(bracket == "[" ? "]" : "}")
    isFirst = true
  }

  /// Prints an element, or with its name a member.
  mutating func add(_ value: JSONValue, _ name: String? = nil) {
    separate(name)
    print(value.text(depth: closing.count), terminator: "")
    isFirst = false
  }

  /// Ends what was begun last.
  mutating func end() {
    let bracket = closing.popLast() ?? ""
    print((isFirst ? "" : lineBreak) + bracket, terminator: closing.isEmpty ? "\n" : "")
    isFirst = false
  }

  private func separate(_ name: String?) {
    guard !closing.isEmpty else { return }
    print((isFirst ? "" : ",") + lineBreak, terminator: "")
    if let name { print(JSONValue.string(name).text() + ": ", terminator: "") }
  }

  private var lineBreak: String { "\n" + String(repeating: "  ", count: closing.count) }
}
