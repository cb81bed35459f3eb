import ArgumentParser
import Foundation
import Identity
import Logging
import Studio

/// `ritornello status`: how things stand, and what to do about what is wrong.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Tell the queue, what runs, the last runs, the schedule and the problems.",
    discussion: """
      Only reads, and so works beside a watcher and on a full disk.

      ritornello status --json
      """)

  @Option(help: StudioOpening.studioHelp, completion: .directory)
  var studio: String?

  @Flag(help: "Print one JSON document.")
  var json = false

  func run() throws {
    let paths = try StudioOpening.paths(studio)
    let report = StatusReport(paths: paths, environment: StudioOpening.environment(level: .error))
    if json {
      print(report.json.text())
    } else {
      for line in report.lines(now: Date()) { print(line) }
    }
  }
}
