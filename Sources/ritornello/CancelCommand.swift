import ArgumentParser
import Logging
import Studio

/// `ritornello cancel RUN`.
struct CancelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel",
    abstract: "Cancel a run that has not ended.",
    discussion: """
      A run that is going on is stopped. Beside a watcher the request is handed to it and acted on within 2 seconds.

      ritornello cancel nightly-chorales/0007
      """)

  @Argument(help: ArgumentHelp("The run, as JOB/0007.", valueName: "run"))
  var name: String

  @Option(help: StudioOpening.studioHelp, completion: .directory)
  var studio: String?

  func run() throws {
    let paths = try StudioOpening.paths(studio)
    let name = name
    let state = try StudioOpening.reporting {
      try StudioOpening.onOwnThread {
        try RunChange(paths: paths, environment: StudioOpening.environment(level: .warning)).make(.cancel, name)
      }
    }
    print("\(name) is \(state)")
  }
}
