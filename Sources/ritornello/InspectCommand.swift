import ArgumentParser
import Composition
import Identity
import MIDI

/// `ritornello inspect`: the facts of MIDI files.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Tell the facts of MIDI files.",
    discussion: """
      Reads each file and tells what it holds: notes, length, tempo, metre and key changes, programs, and what is odd \
      about it. Exits 65 if a file is no usable MIDI file.

      ritornello inspect inbox/bach --json
      """)

  @Argument(help: "MIDI files, or folders that are walked for .mid, .midi, .kar and .rmi.", completion: .file())
  var path: [String]

  @Flag(help: "Print one JSON array, one object a file.")
  var json = false

  @Flag(help: "Draw the notes as text: a column a sixteenth, a row a pitch.")
  var roll = false

  func validate() throws {
    if path.isEmpty { throw ValidationError("name at least one file or folder") }
    if json, roll { throw ValidationError("--roll draws for people; leave out --json") }
  }

  func run() throws {
    var files: [FileName] = []
    var unfound: Int32?
    for argument in path.map(PathWalk.argument) {
      do {
        files += try PathWalk.files(at: [argument])
      } catch {
        Terminal.log("\(error.path.shown): \(error.message)")
        unfound = unfound ?? (error.kind == .noSuchPath ? 66 : error.kind == .machine ? 74 : 65)
      }
    }
    // What is printed at once is not kept: a folder may hold a hundred thousand files.
    var reports: [InspectReport] = []
    var (isMachineFault, isBad) = (false, false)
    var output = JSONStream()
    if json { output.begin("[") }
    try OrderedWork().run(files.count) {
      InspectReport(of: files[$0], keepsScores: roll)
    } take: { report, _ in
      isMachineFault = isMachineFault || report.isMachineFault
      isBad = isBad || !report.isOK
      if json {
        output.add(report.json)
      } else if roll {
        print(report.roll(width: Terminal.width))
      } else {
        reports.append(report)
      }
    }
    if json { output.end() }
    if !json, !roll { print(InspectReport.table(reports, width: Terminal.width)) }
    if let unfound { throw ExitCode(unfound) }
    if isMachineFault { throw ExitCode(74) }
    if isBad { throw ExitCode(65) }
  }
}
