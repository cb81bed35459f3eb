import ArgumentParser
import Identity
import Logging
import Studio

/// What `cancel` and `retry` take, and how they change a run.
struct RunChangeOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("The run, as JOB/0007.", valueName: "run"))
  var name: String

  @Option(help: StudioOpening.studioHelp, completion: .directory)
  var studio: String?

  @Flag(help: "Print one JSON document.")
  var json = false

  /// Makes the change and prints the run's state after it.
  func make(_ change: StudioRequest.Kind) throws {
    let paths = try StudioOpening.paths(studio)
    let name = name
    let state = try StudioOpening.reporting {
      try StudioOpening.onOwnThread {
        try RunChange(paths: paths, environment: StudioOpening.environment(level: .warning)).make(change, name)
      }
    }
    if json {
      print(JSONValue.object([("run", .string(name)), ("state", .string(state))]).text())
    } else {
      print("\(name) is \(state)")
    }
  }
}
