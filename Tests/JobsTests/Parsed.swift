import StrictYAML
import Testing

@testable import Jobs

/// A `jobs.yaml` as it was read, for tests.
struct Parsed {
  let file: JobsFile?
  let diagnostics: [Diagnostic]

  init(_ text: String) { (file, diagnostics) = JobsFile.parse(bytes: Array(text.utf8), path: "jobs.yaml") }

  /// A job named `j` of corpus `c` with these lines under `train:`.
  init(train lines: String...) {
    self.init(
      "jobs:\n  j:\n    corpus: c\n    train:\n"
        + (lines.isEmpty ? ["{}"] : lines).map { "      " + $0 + "\n" }.joined())
  }

  var said: [String] { diagnostics.map { $0.place + ": " + $0.text } }

  func train() throws -> TrainSettings {
    #expect(said == [])
    return try #require(file?.jobs.first?.train)
  }
}
