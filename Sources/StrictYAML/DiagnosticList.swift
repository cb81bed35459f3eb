/// The diagnostics of one file as they are found; told at once at the end.
package final class DiagnosticList {
  /// The most that are told; of a file with more, it is said how many more there are.
  private static let limit = 100

  private let path: String
  private let source: SourceText
  private var found: [Diagnostic] = []
  private var untold = 0

  /// Takes the file's name as it is to be shown, and its bytes, from which lines are quoted.
  package init(path: String, bytes: [UInt8]) {
    self.path = path
    source = SourceText(bytes)
  }

  /// Says whether nothing was found.
  package var isEmpty: Bool { found.isEmpty }

  /// Says whether further ones are only counted.
  var isFull: Bool { found.count >= Self.limit }

  /// Adds one.
  package func report(
    _ message: String, at mark: Mark, key: String? = nil, expected: String? = nil, nearest: String? = nil
  ) {
    guard found.count < Self.limit else {
      untold += 1
      return
    }
    found.append(
      Diagnostic(path: path, mark: mark, key: key, message: message, expected: expected, nearest: nearest))
  }

  /// All of them by place, each with its line.
  package var sorted: [Diagnostic] {
    var result = found.sorted { ($0.mark, $0.message) < ($1.mark, $1.message) }
    var last: (number: Int, line: [Unicode.Scalar])?
    for index in result.indices where result[index].line > 0 {
      let number = result[index].line
      if last?.number != number { last = (number, source.line(number)) }
      if let line = last?.line { result[index].excerpt = SourceText.excerpt(of: line, at: result[index].column) }
    }
    if untold > 0, let mark = result.last?.mark {
      result.append(Diagnostic(path: path, mark: mark, message: "\(untold) more errors, not told"))
    }
    return result
  }
}
