import ArgumentParser
import Identity
import Ledger

/// `ritornello lineage`: from a song, run or weights back to files.
struct LineageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lineage",
    abstract: "Tell where a song, run or weights came from.",
    discussion: """
      Walks from a song to its run, the weights that made it, the weights that those began from, and the files that \
      they were trained on. A file inside the studio is known by its path, any other by its bytes.

      ritornello lineage nightly-chorales/0007/01
      ritornello lineage outbox/nightly-chorales/0007/nightly-chorales-0007-01.mid --json
      """)

  /// How the lineage is written.
  enum Format: String, ExpressibleByArgument, CaseIterable { case text, json, prov, svg }

  @Option(help: "The studio's folder; otherwise the nearest one upwards that holds jobs.yaml.", completion: .directory)
  var studio: String?

  @Option(help: "How it is written.")
  var format: Format?

  @Flag(help: "The same as --format json.")
  var json = false

  @Argument(
    help: "A song's or run's id, a hash, or a path of a song or weights file.", completion: .file())
  var subject: String

  func validate() throws {
    if json, let format, format != .json { throw ValidationError("--json and --format \(format.rawValue) disagree") }
    if format == .prov || format == .svg {
      throw ValidationError("this version writes lineage as text or json, not as \(format?.rawValue ?? "")")
    }
  }

  func run() throws {
    let folder = try StudioFolder.find(explicit: studio)
    try LedgerAnswers.telling {
      let lineage = try LineageSubject(studio: folder).lineage(of: subject)
      if json || format == .json {
        try StandardOutput.write(lineage.json(LedgerReader(studio: folder)))
      } else {
        try StandardOutput.write(lineage.text(width: Terminal.width))
      }
    }
  }
}
