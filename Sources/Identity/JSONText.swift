/// A JSON value whose objects keep the order of their members.
package enum JSONValue: Sendable {
  case null
  case bool(Bool)
  case int(Int)
  /// Written in the fewest digits that read back the same; what is not finite is written as null.
  case double(Double)
  case string(String)
  case array([JSONValue])
  case object([(String, JSONValue)])
  /// JSON text that is written as it stands; it is valid and holds no control characters.
  case raw(String)
}

extension JSONValue {
  /// A string, or null.
  package static func text(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }
  /// A whole number, or null.
  package static func number(_ number: Int?) -> JSONValue { number.map(JSONValue.int) ?? .null }
  /// A decimal number, or null.
  package static func number(_ number: Double?) -> JSONValue { number.map(JSONValue.double) ?? .null }

  /// The members that name a file: `path` is exact where the name is UTF-8, else its shown form beside `path_base64`.
  ///
  /// `key` is the member's name, where it is another than `path`.
  package static func members(naming name: FileName, key: String = "path") -> [(String, JSONValue)] {
    if let text = name.text { return [(key, .string(text))] }
    return [(key, .string(name.shown)), (key + "_base64", .string(base64(name.bytes)))]
  }

  /// The JSON text, one member a line where it is `pretty`, else all on one line.
  ///
  /// `depth` is how deep it stands in a document. It has no line break at its end; harmful characters (`FileName.isHarmful`) stand as `\uXXXX`.
  package func text(pretty: Bool = true, depth: Int = 0) -> String {
    var result = ""
    write(to: &result, pretty: pretty, depth: depth)
    return result
  }

  private func write(to result: inout String, pretty: Bool, depth: Int) {
    switch self {
    case .null: result += "null"
    case .bool(let value): result += value ? "true" : "false"
    case .int(let value): result += value.description
    case .double(let value): result += value.isFinite ? value.description : "null"
    case .string(let text): Self.write(text, to: &result)
    case .raw(let text): result += text
    case .array(let elements):
      Self.write(elements, between: ("[", "]"), to: &result, pretty: pretty, depth: depth) { element, result in
        element.write(to: &result, pretty: pretty, depth: depth + 1)
      }
    case .object(let members):
      Self.write(members, between: ("{", "}"), to: &result, pretty: pretty, depth: depth) { member, result in
        Self.write(member.0, to: &result)
        result += pretty ? ": " : ":"
        member.1.write(to: &result, pretty: pretty, depth: depth + 1)
      }
    }
  }

  private static func write<Element>(
    _ elements: [Element], between brackets: (String, String), to result: inout String, pretty: Bool, depth: Int,
    element write: (Element, inout String) -> Void
  ) {
    result += brackets.0
    for (index, element) in elements.enumerated() {
      if index > 0 { result += "," }
      if pretty { result += "\n" + String(repeating: "  ", count: depth + 1) }
      write(element, &result)
    }
    if pretty, !elements.isEmpty { result += "\n" + String(repeating: "  ", count: depth) }
    result += brackets.1
  }

  private static func write(_ text: String, to result: inout String) {
    result += "\""
    // Nearly all texts are plain.
    if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }) {
      result += text
      result += "\""
      return
    }
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where FileName.isHarmful(scalar): result += escape(of: scalar)
      default: result.unicodeScalars.append(scalar)
      }
    }
    result += "\""
  }

  /// The escape of a harmful character, all of which lie below U+10000.
  static func escape(of scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    return "\\u" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
  }

  /// A name's bytes in base64, as they stand beside the shown form of one that is not UTF-8.
  package static func base64(of name: FileName) -> JSONValue { .string(base64(name.bytes)) }

  private static func base64(_ bytes: [UInt8]) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    var result = ""
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for place in 0..<4 {
        result.append(place <= group.count ? alphabet[bits >> (18 - 6 * place) & 63] : "=")
      }
    }
    return result
  }
}
