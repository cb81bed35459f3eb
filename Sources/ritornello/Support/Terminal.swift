import Glibc

/// What is known of the terminal, and the width of text on it.
enum Terminal {
  /// The columns of standard output; nil where it is no terminal, and nothing is to be cut.
  static var width: Int? {
    guard isatty(STDOUT_FILENO) == 1 else { return nil }
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return max(60, Int(size.ws_col))
  }

  /// Writes a line to standard error.
  static func log(_ line: String) {
    var bytes = Array((line + "\n").utf8)
    while !bytes.isEmpty {
      let count = write(STDERR_FILENO, bytes, bytes.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      bytes.removeFirst(count)
    }
  }

  /// The columns that a text takes: wide characters count as two, marks that join the one before as none.
  static func columns(_ text: String) -> Int {
    // Nearly all texts are plain.
    if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return text.utf8.count }
    return text.unicodeScalars.reduce(0) { $0 + columns($1) }
  }

  /// The text, or as much of its end as fits behind an ellipsis.
  static func fitted(_ text: String, to width: Int) -> String {
    guard columns(text) > width else { return text }
    var left = width - 1
    var kept: [Unicode.Scalar] = []
    for scalar in text.unicodeScalars.reversed() {
      left -= columns(scalar)
      guard left >= 0 else { break }
      kept.append(scalar)
    }
    var result = "…"
    for scalar in kept.reversed() { result.unicodeScalars.append(scalar) }
    return result
  }

  private static func columns(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF,
      0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }
}
