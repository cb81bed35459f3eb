import Foundation

/// Help as we print it: examples stand at its end, where ArgumentParser has no place of its own for them.
enum HelpText {
  /// The help of a command with its discussion's examples moved to the end.
  ///
  /// An example is a line of the discussion that begins with `ritornello `. ArgumentParser has wrapped it by then to the
  /// width of the terminal, so it is `discussion` that tells where each one ends.
  static func withExamplesLast(_ help: String, discussion: String) -> String {
    let examples = discussion.split(separator: "\n").filter { $0.hasPrefix("ritornello ") }
    guard !examples.isEmpty, let usage = help.range(of: "\nUSAGE:") else { return help }
    var words = help[..<usage.lowerBound].split(separator: "\n", omittingEmptySubsequences: false)[...]
    var kept: [Substring] = []
    while let line = words.first {
      words.removeFirst()
      guard let example = examples.first(where: { line.hasPrefix("ritornello ") && $0.hasPrefix(line) }) else {
        // The blank line before the examples would be left double.
        if !(line.isEmpty && kept.last?.isEmpty == true) { kept.append(line) }
        continue
      }
      var length = line.utf8.count
      while length < example.utf8.count, let rest = words.first, !rest.isEmpty {
        length += 1 + rest.utf8.count
        words.removeFirst()
      }
    }
    while kept.last?.isEmpty == true { kept.removeLast() }
    var rest = help[usage.lowerBound...]
    while rest.last == "\n" { rest.removeLast() }
    return kept.joined(separator: "\n") + "\n" + rest + "\n\nEXAMPLES:\n" + examples.joined(separator: "\n")
  }
}
