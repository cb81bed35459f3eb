import ArgumentParser
import Foundation
import Identity
import Jobs
import StrictYAML

/// `ritornello check`: validates `jobs.yaml` and pending specs, and tells when each job is next due.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Check jobs.yaml and the specs in the inbox.",
    discussion: """
      Tells everything that is wrong, with file, line and column, and otherwise each job's next five times. Exits 65 \
      if anything is wrong. RITORNELLO_NOW, an ISO 8601 time with an offset, stands for the present time.

      ritornello check --json
      """)

  @Option(help: "The studio's folder; otherwise the nearest one upwards that holds jobs.yaml.", completion: .directory)
  var studio: String?

  @Flag(help: "Print one JSON document.")
  var json = false

  @Flag(help: "Print every key of jobs.yaml as JSON, with type, default, unit and range; needs no studio.")
  var schema = false

  func run() throws {
    if schema {
      print(CheckReport.schema.text())
      return
    }
    let report = try CheckReport(studio: try StudioFolder.find(explicit: studio), now: try Self.now())
    for fault in report.faults { printError(fault.diagnostic.rendered) }
    for warning in report.warnings { printError(warning) }
    if json {
      print(report.json.text())
    } else if report.faults.isEmpty {
      print(report.lines.joined(separator: "\n"))
    }
    guard report.faults.isEmpty else { throw ExitCode(Exit.data) }
  }

  /// The present time, or the one that stands for it, which is said.
  private static func now() throws -> UTCTime {
    guard let text = ProcessInfo.processInfo.environment["RITORNELLO_NOW"], !text.isEmpty else {
      return UTCTime(seconds: Int(Date().timeIntervalSince1970))
    }
    guard let now = UTCTime(text) else {
      throw fail(
        "RITORNELLO_NOW is '\(FileName(text).shown)'; write a time with an offset, such as 2026-03-28T12:00:00Z",
        Exit.usage)
    }
    printError("now is \(now), as RITORNELLO_NOW says")
    return now
  }
}
