/// One thing that is wrong with a file: where, what, what was expected, and what was most likely meant.
package struct Diagnostic: Error, Sendable, Equatable {
  /// The file's name as it is to be shown.
  package var path: String
  /// The place; line 0 stands for an option of the command line, which `key` names.
  package var mark: Mark
  /// The key that it is about, as written in the file; nil where it is about none.
  package var key: String?
  /// What is wrong.
  package var message: String
  /// What was expected in its place.
  package var expected: String?
  /// The valid key or value that is nearest to what is written.
  package var nearest: String?
  /// The line with the place in it, cut round the place if it is long.
  package var excerpt: Excerpt?

  /// A line of a file with a place to point at.
  package struct Excerpt: Sendable, Equatable {
    package var text: String
    /// Columns of a terminal before the place.
    package var indent: Int
  }

  package init(
    path: String, mark: Mark, key: String? = nil, message: String, expected: String? = nil, nearest: String? = nil
  ) {
    self.path = path
    self.mark = mark
    self.key = key
    self.message = message
    self.expected = expected
    self.nearest = nearest
  }

  package var line: Int { mark.line }
  package var column: Int { mark.column }

  /// What is wrong and what was expected, in one line.
  package var text: String {
    guard let expected else { return message }
    return message + ": expected " + expected
  }

  /// `jobs.yaml:4:7`, or `--batch` for an option.
  package var place: String {
    mark.line == 0 ? "--" + (key ?? "").replacing("_", with: "-") : "\(path):\(mark.line):\(mark.column)"
  }

  /// The whole message: `PATH:LINE:COLUMN: text`, the line, a caret, and what was most likely meant.
  package var rendered: String {
    var lines = [place + ": " + text]
    if let excerpt {
      let number = String(mark.line)
      lines.append(" " + number + " | " + excerpt.text)
      lines.append(
        String(repeating: " ", count: number.utf8.count + 1) + " | "
          + String(repeating: " ", count: excerpt.indent) + "^")
    }
    if let nearest { lines.append("  did you mean '\(nearest)'?") }
    return lines.joined(separator: "\n")
  }
}
