/// Help as we print it: examples stand at its end, where ArgumentParser has no place of its own for them.
enum HelpText {
  /// The help of a command with the lines of its discussion that begin with `ritornello ` moved to the end.
  static func withExamplesLast(_ help: String) -> String {
    var lines = help.split(separator: "\n", omittingEmptySubsequences: false)
    guard let usage = lines.firstIndex(where: { $0.hasPrefix("USAGE:") }) else { return help }
    let examples = lines[..<usage].filter { $0.hasPrefix("ritornello ") }
    guard !examples.isEmpty else { return help }
    lines = lines[..<usage].filter { !$0.hasPrefix("ritornello ") } + lines[usage...]
    while lines.last?.isEmpty == true { lines.removeLast() }
    // The blank line before the examples would be left double.
    var kept: [Substring] = []
    for line in lines where !(line.isEmpty && kept.last?.isEmpty == true) { kept.append(line) }
    return (kept + ["", "EXAMPLES:"] + examples).joined(separator: "\n")
  }
}
