/// A name or path as the file system has it: bytes, which need not be UTF-8.
///
/// Text is for showing.
package struct FileName: Hashable, Sendable, Comparable {
  package let bytes: [UInt8]

  package init(bytes: [UInt8]) { self.bytes = bytes }
  package init(_ text: String) { bytes = Array(text.utf8) }

  /// The exact text, or nil where the bytes are not UTF-8.
  package var text: String? { String(validating: bytes, as: UTF8.self) }

  /// The name made safe to show: controls, bidirectional controls and invalid bytes stand as `\xNN`, each byte.
  package var shown: String {
    // Nearly all names are plain.
    if bytes.allSatisfy({ (0x20...0x7E).contains($0) }) { return String(decoding: bytes, as: UTF8.self) }
    var result = ""
    var index = 0
    while index < bytes.count {
      if let (scalar, width) = decodeScalar(at: index) {
        if Self.isHarmful(scalar) {
          for byte in bytes[index..<index + width] { result += Self.escape(byte) }
        } else {
          result.unicodeScalars.append(scalar)
        }
        index += width
      } else {
        result += Self.escape(bytes[index])
        index += 1
      }
    }
    return result
  }

  /// The last component.
  package var last: FileName {
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return self }
    return FileName(bytes: Array(bytes[(slash + 1)...]))
  }

  /// The path of an entry of this folder.
  package func appending(_ name: FileName) -> FileName {
    if bytes.isEmpty { return name }
    return FileName(bytes: bytes + (bytes.last == UInt8(ascii: "/") ? [] : [UInt8(ascii: "/")]) + name.bytes)
  }

  package static func < (a: Self, b: Self) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }

  /// Says whether a character could move the cursor, break a line or turn text around: C0, DEL, C1, line and
  /// paragraph separators, bidirectional controls.
  package static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0...0x1F, 0x7F...0x9F, 0x200E, 0x200F, 0x202A...0x202E, 0x2028, 0x2029, 0x2066...0x2069, 0x061C: true
    default: false
    }
  }

  private static func escape(_ byte: UInt8) -> String {
    let digits = Array("0123456789ABCDEF")
    return "\\x" + String(digits[Int(byte >> 4)]) + String(digits[Int(byte & 15)])
  }

  private func decodeScalar(at index: Int) -> (Unicode.Scalar, Int)? {
    let width: Int
    switch bytes[index] {
    case 0..<0x80: width = 1
    case 0xC2...0xDF: width = 2
    case 0xE0...0xEF: width = 3
    case 0xF0...0xF4: width = 4
    default: return nil
    }
    guard index + width <= bytes.count,
      let text = String(validating: bytes[index..<index + width], as: UTF8.self),
      let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1
    else { return nil }
    return (scalar, width)
  }
}
