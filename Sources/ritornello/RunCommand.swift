import ArgumentParser
import Foundation
import Identity
import Logging
import Studio

/// `ritornello run`: one pass for cron, or jobs by hand.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Take in, run what is due (or the jobs named, now), and exit.",
    discussion: """
      Exits 0 when there was nothing to do, 1 when a run failed, 75 or 74 when the machine failed. While another \
      process owns the studio, the jobs named are handed to it; without names there is nothing to do.

      ritornello run nightly-chorales --wait
      """)

  @Argument(help: "Jobs to run now; none: what is due.")
  var jobs: [String] = []

  @Option(help: StudioOpening.studioHelp, completion: .directory)
  var studio: String?

  @Flag(help: "Wait for runs that are handed to another process.")
  var wait = false

  @Flag(help: "Print one JSON document.")
  var json = false

  @OptionGroup var log: LogOptions

  func run() throws {
    let paths = try StudioOpening.paths(studio)
    let signals = StopSignals()
    let format = log.logFormat
    let names = jobs
    let outcome: PassOutcome = try StudioOpening.reporting {
      do {
        return try StudioOpening.onOwnThread {
          let environment = StudioOpening.environment(format: format)
          let log = environment.log
          let loop = StudioLoop(
            paths: paths, environment: environment, signals: signals,
            progress: StandardErrorProgress(format: format) { log.info("\($0)") })
          return try loop.pass(jobs: names)
        }
      } catch StudioError.busy(let pid) {
        return try handOver(to: pid, paths, signals)
      }
    }
    if json {
      let runs = outcome.runs.sorted { $0.key < $1.key }.map { id, state -> JSONValue in
        .object([("id", .string(id.description)), ("state", .string(state))])
      }
      print(JSONValue.object([("status", .int(Int(outcome.status))), ("runs", .array(runs))]).text())
    }
    if outcome.status != 0 { throw ExitCode(outcome.status) }
  }

  /// Leaves the jobs to the process that owns the studio.
  private func handOver(to pid: Int32?, _ paths: StudioPaths, _ signals: StopSignals) throws -> PassOutcome {
    let owner = "pid \(pid.map(String.init) ?? "unknown")"
    let environment = StudioOpening.environment(format: log.logFormat)
    guard !jobs.isEmpty else {
      environment.log.info("another process (\(owner)) owns the studio; nothing to do")
      return PassOutcome(status: 0, runs: [:])
    }
    let handing = HandingOver(paths: paths, environment: environment)
    let requests = try handing.leave(jobs: jobs)
    environment.log.info("handed \(jobs.joined(separator: ", ")) to the process that owns the studio (\(owner))")
    guard wait else { return PassOutcome(status: 0, runs: [:]) }
    let outcome = try handing.wait(for: requests, signals: signals)
    if !json {
      for (run, state) in outcome.runs.sorted(by: { $0.key < $1.key }) { print("\(run) is \(state)") }
    }
    return outcome
  }
}
