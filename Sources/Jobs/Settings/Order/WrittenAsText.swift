/// A value that YAML, JSON and options write as one text.
package protocol WrittenAsText: Codable, Hashable, Sendable, CustomStringConvertible {
  /// Reads a text, or nil where it is none of these.
  init?(_ text: String)
}

extension WrittenAsText {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let value = Self(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a \(Self.self)")
    }
    self = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
