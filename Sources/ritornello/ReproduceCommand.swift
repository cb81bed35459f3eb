import ArgumentParser
import Foundation
import Identity
import Ledger
import Logging
import Studio

/// `ritornello reproduce ID|PATH`: makes a song again and compares.
struct ReproduceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reproduce",
    abstract: "Make a song again from the ledger and compare it, byte for byte.",
    discussion: """
      Exits 0 only if the bytes are the same, 1 if they differ, 65 if the song was made with another version of the \
      arithmetic.

      ritornello reproduce nightly-chorales/0007/01
      ritornello reproduce --deep outbox/nightly-chorales/0007/nightly-chorales-0007-01.mid
      """)

  @Argument(help: "The song, as JOB/0007/01, or its file.", completion: .file())
  var song: String

  @Option(help: StudioOpening.studioHelp, completion: .directory)
  var studio: String?

  @Flag(help: "Train the weights again too.")
  var deep = false

  @Flag(help: "Print one JSON document.")
  var json = false

  func run() throws {
    let paths = try StudioOpening.paths(studio)
    let signals = StopSignals()
    let (name, isDeep) = (song, deep)
    let found = try StudioOpening.reporting {
      try StudioOpening.onOwnThread {
        let environment = StudioOpening.environment(level: .warning)
        let log = environment.log
        let reproduction = Reproduction(
          paths: paths, environment: environment, signals: signals,
          progress: StandardErrorProgress { log.info("\($0)") })
        return try reproduction.compare(name, deep: isDeep)
      }
    }
    tell(found)
    if found.hasOtherNumerics {
      throw fail(
        "the song was made with numerics \(found.recordedNumerics ?? 0); this program has \(found.numerics)", Exit.data)
    }
    if !found.isSame { throw ExitCode(1) }
  }

  private func tell(_ found: Reproduction.Comparison) {
    let id = found.song.id.description
    if json {
      let document = JSONValue.object([
        ("song", .string(id)), ("sha256", .string(found.song.sha256.hex)), ("again", .text(found.again?.hex)),
        ("file", .text(found.asked?.hex)), ("same", .bool(found.isSame)), ("numerics", .int(found.numerics)),
        ("recorded_numerics", .number(found.recordedNumerics)),
      ])
      print(document.text())
      return
    }
    guard let again = found.again else { return }
    if found.isSame {
      print("\(id) is the same, byte for byte: \(again)")
    } else if again == found.song.sha256 {
      print("\(id) came out as it was recorded, \(again); the file has been changed since")
    } else {
      print("\(id) differs: it was \(found.song.sha256) and came out as \(again)")
    }
  }
}
