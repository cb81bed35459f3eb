import ArgumentParser
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
    var reports: [InspectReport] = []
    for file in files {
      let report = InspectReport(of: file, keepsScores: roll)
      if roll { print(report.roll(width: Terminal.width)) }
      reports.append(report.withoutScores)
    }
    if json {
      print(JSONValue.array(reports.map(\.json)).text())
    } else if !roll {
      print(InspectReport.table(reports, width: Terminal.width))
    }
    if let unfound { throw ExitCode(unfound) }
    if reports.contains(where: \.isMachineFault) { throw ExitCode(74) }
    if reports.contains(where: { !$0.isOK }) { throw ExitCode(65) }
  }
}
