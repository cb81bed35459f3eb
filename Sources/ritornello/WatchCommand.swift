import ArgumentParser
import Identity
import Logging
import Studio

/// `ritornello watch`: takes in, schedules and runs until a signal comes.
struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Take in, schedule and run until SIGTERM or SIGINT.",
    discussion: """
      One process at a time owns a studio; a second one exits 75 and names the first one's pid. The first SIGTERM or \
      SIGINT lets workers write their checkpoints and exits 0 within 5 seconds; a second one ends it at once. Nothing \
      is lost either way.

      ritornello watch --studio ~/music
      """)

  @Option(help: StudioOpening.studioHelp, completion: .directory)
  var studio: String?

  @OptionGroup var log: LogOptions

  @Flag(help: "Print one JSON document once it has stopped.")
  var json = false

  func run() throws {
    let paths = try StudioOpening.paths(studio)
    let signals = StopSignals()
    let format = log.logFormat
    try StudioOpening.reporting {
      try StudioOpening.onOwnThread {
        let environment = StudioOpening.environment(format: format)
        let log = environment.log
        let loop = StudioLoop(
          paths: paths, environment: environment, signals: signals,
          progress: StandardErrorProgress(format: format) { log.info("\($0)") })
        try loop.watch()
      }
    }
    if json {
      let studio = JSONValue.members(naming: paths.root, key: "studio")
      print(JSONValue.object(studio + [("stopped_by", .number(signals.stop.map(Int.init)))]).text())
    }
  }
}
