import Foundation

/// Ends the process where a law is broken, as libFuzzer takes note of it then and keeps the bytes.
func hold(_ law: @autoclosure () -> Bool, _ what: @autoclosure () -> String) {
  guard !law() else { return }
  FileHandle.standardError.write(Data("law broken: \(what())\n".utf8))
  abort()
}

/// Says whether a text can be shown on a terminal: no control characters but line breaks, none that turn its direction.
func isHarmless(_ text: String) -> Bool {
  text.unicodeScalars.allSatisfy { scalar in
    let value = scalar.value
    if value == 0x0A { return true }
    return value >= 0x20 && !(0x7F...0x9F).contains(value) && ![0x2028, 0x2029, 0x200E, 0x200F, 0x061C].contains(value)
      && !(0x202A...0x202E).contains(value) && !(0x2066...0x2069).contains(value)
  }
}
