/// A text from outside between quotes, made safe to show and not longer than a line.
package func quoted(_ text: String) -> String {
  let limit = 60
  let short = text.unicodeScalars.prefix(limit)
  let isCut = short.endIndex < text.unicodeScalars.endIndex
  return "'" + escaped(String(String.UnicodeScalarView(short))) + (isCut ? "…'" : "'")
}

/// A text with controls, line and paragraph separators and bidirectional controls written as `\xNN`, each byte.
package func escaped(_ text: String) -> String {
  guard text.unicodeScalars.contains(where: isHarmful) else { return text }
  var result = ""
  for scalar in text.unicodeScalars {
    if isHarmful(scalar) {
      for byte in Array(String(scalar).utf8) {
        result += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    } else {
      result.unicodeScalars.append(scalar)
    }
  }
  return result
}

/// Says whether a character could move the cursor, break a line or turn text around.
func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0...0x1F, 0x7F...0x9F, 0x061C, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: true
  default: false
  }
}
