import ArgumentParser
import Identity
import Logging
import Network
import Studio

/// `ritornello doctor`: looks at the machine and the studio, and says what to do about what is wrong.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Find what is wrong with the machine or the studio, and say the remedy.",
    discussion: """
      Looks at libraries, instruction set, disks, permissions, clock, jobs.yaml and standing problems; with --deep also \
      at every object, weights file and song against its hash, at the ledger's integrity, and at the outbox against the \
      ledger. Writes nothing, and works beside a watcher. Exits 1 if anything is a fault, 0 if there are only notices.

      ritornello doctor --deep
      """)

  @Option(help: StudioOpening.studioHelp, completion: .directory)
  var studio: String?

  @Flag(help: "Read every object, weights file and song and compare it with its hash.")
  var deep = false

  @Flag(help: "Print one JSON document.")
  var json = false

  func run() throws {
    let paths = try StudioOpening.paths(studio)
    let environment = StudioOpening.environment(level: .error)
    let kernels = try KernelChoice.select()
    let report = Doctor(paths: paths, environment: environment).examine(instructionSet: kernels, deep: deep)
    if json {
      print(report.json.text())
    } else {
      for line in report.lines { print(line) }
    }
    if report.grade == .fault { throw ExitCode(1) }
  }
}
