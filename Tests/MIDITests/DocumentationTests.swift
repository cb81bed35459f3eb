import Foundation
import Testing

@testable import MIDI

@Suite("The page of MIDI files")
struct DocumentationTests {
  /// The first cells of the tables of a section, without their backticks.
  private func codes(in section: String) throws -> [String] {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../docs/midi.md")
    let page = try String(contentsOf: url.standardizedFileURL, encoding: .utf8)
    let part = try #require(page.components(separatedBy: "\n## ").first { $0.hasPrefix(section + "\n") })
    return part.split(separator: "\n").filter { $0.hasPrefix("| `") }.compactMap {
      $0.dropFirst(3).split(separator: "`").first.map(String.init)
    }
  }

  @Test("every code of a warning has its one row, in the order of the code")
  func tolerances() throws {
    #expect(try codes(in: "Repaired") == MIDITolerance.allCases.map(\.rawValue))
  }

  @Test("every fault that refuses a file has its one row")
  func faults() throws {
    let faults: [MIDIError.Fault] = [.empty, .notMIDI, .headerCutShort, .header, .division, .noTrack, .limit]
    #expect(try codes(in: "Refused") == faults.map(\.rawValue))
  }
}
