import ArgumentParser
import Logging
import Studio

/// `ritornello retry RUN`.
struct RetryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry",
    abstract: "Queue a run again that is failed, waiting or blocked.",
    discussion: """
      It is tried at once, and its tries are counted afresh. Without a watcher it is queued for the next pass.

      ritornello retry nightly-chorales/0007
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
        try RunChange(paths: paths, environment: StudioOpening.environment(level: .warning)).make(.retry, name)
      }
    }
    print("\(name) is \(state)")
  }
}
