/// A part of a YAML document, with the place where it begins.
package struct Node: Sendable {
  /// How a scalar is written; only a plain one can be a number, `true`, `false` or nothing.
  package enum ScalarStyle: Sendable { case plain, quoted, block }

  /// What a part is.
  package indirect enum Content: Sendable {
    case scalar(String, ScalarStyle)
    case sequence([Node])
    case mapping([Entry])
    /// Something that is refused and has been reported; reading it reports nothing more.
    case refused
  }

  package let content: Content
  package let mark: Mark

  package init(_ content: Content, at mark: Mark) {
    self.content = content
    self.mark = mark
  }

  /// A scalar's text, or nil where the node is none.
  package var text: String? {
    if case .scalar(let text, _) = content { text } else { nil }
  }

  /// A plain scalar's text, or nil where the node is none.
  package var plainText: String? {
    if case .scalar(let text, .plain) = content { text } else { nil }
  }

  /// Says whether nothing is written: an empty plain scalar, `~` or `null`.
  package var isNull: Bool {
    guard let plainText else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(plainText)
  }

  /// Says whether the node was refused and reported.
  package var isRefused: Bool {
    if case .refused = content { true } else { false }
  }

  /// What the node is, in a few words for a message: `'many'`, `a list`, `a map`, `empty`.
  package var shown: String {
    switch content {
    case .scalar(let text, _): isNull ? "empty" : quoted(text)
    case .sequence: "a list"
    case .mapping: "a map"
    case .refused: "refused"
    }
  }
}

/// A key with its value, in a mapping.
package struct Entry: Sendable {
  package let key: String
  package let keyMark: Mark
  package let value: Node

  package init(key: String, keyMark: Mark, value: Node) {
    self.key = key
    self.keyMark = keyMark
    self.value = value
  }
}
