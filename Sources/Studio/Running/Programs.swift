import Foundation
import Glibc
import Identity
import Jobs
import Ledger
import Logging
import Work

/// The programs that jobs name in `on_finish` and `on_failure`: started without a shell, with the run's report on standard
/// input.
///
/// Each is started at most once, and its failure is a problem and no failed run.
final class Programs {
  let paths: StudioPaths
  let environment: StudioEnvironment
  private struct Active {
    var run: RunID
    var name: String
    var deadline: Double
    var isLate = false
  }
  private var active: [Int32: Active] = [:]
  /// What went wrong, by job, until a program of the job ends well.
  private var faults: [String: Problem] = [:]

  /// Seconds that a program may take.
  static let limit = 60.0

  init(paths: StudioPaths, environment: StudioEnvironment) {
    self.paths = paths
    self.environment = environment
  }

  var isBusy: Bool { !active.isEmpty }
  var problems: [Problem] { faults.sorted { $0.key < $1.key }.map(\.value) }

  /// Starts a program, given the report; an empty command starts none.
  func start(_ command: [String], for run: RunID, report: [UInt8]) {
    guard let program = command.first else { return }
    let folder = paths.run(run)
    let input = folder / "report.json"
    do {
      try environment.makeFolders(folder)
      let files = environment.files
      let descriptor = try files.open(
        input, in: workingFolder, flags: O_WRONLY | O_CREAT | O_TRUNC, permissions: 0o644)
      defer { files.close(descriptor) }
      try files.write(report, to: descriptor, of: input)
      let process = try environment.launcher.start(command, input: input, log: folder / RunFolder.log, in: paths.root)
      active[process] = Active(run: run, name: program, deadline: environment.clock.monotonic + Self.limit)
    } catch {
      fail(run, program, "cannot be started: \(error)")
    }
  }

  /// Looks how the programs are.
  func poll() {
    for (process, program) in active {
      if let ending = environment.launcher.ending(of: process) {
        environment.launcher.signal(SIGKILL, to: process)
        active[process] = nil
        switch ending {
        case .exited(0): faults[program.run.job] = nil
        case .exited(let status): fail(program.run, program.name, "ended with status \(status)")
        case .signalled(let number):
          let why = program.isLate ? "took more than \(Int(Self.limit)) s" : "was ended by signal \(number)"
          fail(program.run, program.name, why)
        }
      } else if environment.clock.monotonic > program.deadline {
        active[process]?.isLate = true
        environment.launcher.signal(SIGKILL, to: process)
      }
    }
  }

  /// Ends what still goes on.
  func end() {
    for process in active.keys { environment.launcher.signal(SIGKILL, to: process) }
  }

  private func fail(_ run: RunID, _ program: String, _ what: String) {
    let name = FileName(program).shown
    faults[run.job] = Problem(
      code: "program-failed", subject: run.job, message: "the program '\(name)' for the run \(run) \(what)",
      remedy: "its output is in .ritornello/runs/\(run)/log; see on_finish and on_failure in jobs.yaml",
      since: environment.clock.now)
  }
}
