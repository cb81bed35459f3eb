/// The lines of a file as YAML 1.1 counts them, to be quoted and pointed at.
struct SourceText {
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = SourceText.withoutByteOrderMark(bytes) }

  /// The bytes behind a UTF-8 byte order mark, if there is one.
  static func withoutByteOrderMark(_ bytes: [UInt8]) -> [UInt8] {
    bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
  }

  /// A line by its number from 1, without its end; empty where there is none.
  ///
  /// Invalid bytes stand as U+FFFD.
  func line(_ number: Int) -> [Unicode.Scalar] {
    var result: [Unicode.Scalar] = []
    var current = 1
    var afterReturn = false
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      if afterReturn {
        afterReturn = false
        if scalar == "\n" { continue }
      }
      if Self.endsLine(scalar) {
        if current == number { return result }
        current += 1
        afterReturn = scalar == "\r"
      } else if current == number {
        result.append(scalar)
      }
    }
    return result
  }

  /// Says whether a character ends a line (YAML 1.1, section 4.1.4).
  static func endsLine(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0A, 0x0D, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }

  /// The part of a line round a column, made safe to show, with the columns of a terminal before the place.
  static func excerpt(of line: [Unicode.Scalar], at column: Int) -> Diagnostic.Excerpt {
    let index = max(0, min(column - 1, line.count))
    let start = index > 80 ? index - 60 : 0
    let end = min(line.count, start + 110)
    let before = shown(line[start..<index])
    let behind = shown(line[index..<max(index, end)])
    return Diagnostic.Excerpt(
      text: (start > 0 ? "…" : "") + before + behind + (end < line.count ? "…" : ""),
      indent: width(of: before) + (start > 0 ? 1 : 0))
  }

  private static func shown(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    // A tab is as wide as the terminal likes, so the caret could not stand under its place.
    escaped(String(String.UnicodeScalarView(scalars.map { $0 == "\t" ? " " : $0 })))
  }

  private static func width(of text: String) -> Int {
    text.unicodeScalars.reduce(0) { total, scalar in
      switch scalar.properties.generalCategory {
      case .nonspacingMark, .enclosingMark, .format: return total
      default: break
      }
      switch scalar.value {
      case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
        0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
        return total + 2
      default: return total + 1
      }
    }
  }

  /// The first character that YAML does not allow, or the first byte that is no UTF-8, with a message; nil: none.
  func firstFault() -> (mark: Mark, message: String)? {
    var line = 1
    var column = 1
    var afterReturn = false
    var index = 0
    while index < bytes.count {
      guard let (scalar, width) = Self.scalar(in: bytes, at: index) else {
        let hex = String(bytes[index], radix: 16, uppercase: true)
        return (Mark(line: line, column: column), "the byte \\x\(hex) is not UTF-8")
      }
      index += width
      if afterReturn {
        afterReturn = false
        if scalar == "\n" { continue }
      }
      if Self.endsLine(scalar) {
        line += 1
        column = 1
        afterReturn = scalar == "\r"
        continue
      }
      switch scalar.value {
      case 0x09, 0x20...0x7E, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD, 0x10000...0x10FFFF: column += 1
      default:
        return (Mark(line: line, column: column), "the control character \(escaped(String(scalar))) is not allowed")
      }
    }
    return nil
  }

  private static func scalar(in bytes: [UInt8], at index: Int) -> (Unicode.Scalar, Int)? {
    let first = bytes[index]
    if first < 0x80 { return (Unicode.Scalar(first), 1) }
    let width = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
    guard index + width <= bytes.count,
      let text = String(validating: bytes[index..<index + width], as: UTF8.self),
      let scalar = text.unicodeScalars.first, text.unicodeScalars.count == 1
    else { return nil }
    return (scalar, width)
  }
}
