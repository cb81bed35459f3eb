import ArgumentParser
import Foundation
import Identity

/// `ritornello init`: makes a studio.
struct InitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Make a studio: an inbox, an outbox and a jobs.yaml with comments.",
    discussion: """
      Makes DIR (the present folder if none is named) a studio. An existing jobs.yaml is never overwritten.

      ritornello init ~/music
      """)

  @Argument(help: "The folder that becomes a studio.", completion: .directory)
  var directory = "."

  @Flag(help: "Print one JSON document.")
  var json = false

  func run() throws {
    let shown = FileName(directory).shown
    let folder = URL(fileURLWithPath: directory).standardizedFileURL
    do {
      for name in ["inbox", "outbox"] {
        try FileManager.default.createDirectory(
          at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
      }
    } catch {
      throw fail("cannot make the folders of a studio in '\(shown)': \(error.localizedDescription)", Exit.cannotCreate)
    }
    do {
      // Without overwriting, in one step: another process may be making one too.
      try Data(JobsTemplate.text.utf8).write(
        to: folder.appendingPathComponent("jobs.yaml"), options: .withoutOverwriting)
    } catch CocoaError.fileWriteFileExists {
      throw fail("'\(shown)' has a jobs.yaml already; it is left as it is", Exit.cannotCreate)
    } catch {
      throw fail("cannot write jobs.yaml in '\(shown)': \(error.localizedDescription)", Exit.cannotCreate)
    }
    guard !json else {
      print(JSONValue.object(JSONValue.members(naming: FileName(folder.path), key: "studio")).text())
      return
    }
    print("made a studio in \(FileName(folder.path).shown)")
    print("next: drop MIDI files into inbox/, edit jobs.yaml, then: ritornello check, ritornello watch")
  }
}
