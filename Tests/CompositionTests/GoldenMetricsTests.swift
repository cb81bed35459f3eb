import Composition
import Foundation
import MIDI
import Testing

@Suite("Metrics beside MusPy's")
struct GoldenMetricsTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../..").standardizedFileURL

  private static func golden() throws -> [String: [String: Double]] {
    let url = root.appendingPathComponent("Tests/CompositionTests/Golden/song_metrics.json")
    return try JSONDecoder().decode([String: [String: Double]].self, from: Data(contentsOf: url))
  }

  @Test("every metric of every golden file is what MusPy or its formula gives")
  func same() throws {
    let golden = try Self.golden()
    #expect(golden.count > 4)
    for (path, values) in golden {
      let bytes = [UInt8](try Data(contentsOf: Self.root.appendingPathComponent(path)))
      let file = try MIDIFile(bytes: bytes)
      let score = try #require(file.scores().first)
      let metrics = SongMetrics(of: score, hangingNotes: file.hangingNotes.first ?? -1)
      #expect(Set(values.keys) == Set(SongMetrics.CodingKeys.allCases.map(\.rawValue)))
      for key in SongMetrics.CodingKeys.allCases {
        let expected = try #require(values[key.rawValue])
        #expect(abs(metrics[key] - expected) < 1e-9, "\(path): \(key.rawValue)")
      }
    }
  }

  @Test("notes that never end are counted by track, and one more note-off closes none")
  func hanging() throws {
    let track: [UInt8] = [
      0, 0x90, 60, 80, 0, 0x90, 60, 80, 0, 0x90, 64, 80, 96, 0x80, 60, 0, 0, 0x80, 67, 0, 96, 0xFF, 0x2F, 0,
    ]
    let header: [UInt8] = Array("MThd".utf8) + [0, 0, 0, 6, 0, 2, 0, 2, 0, 96]
    let chunk = Array("MTrk".utf8) + [0, 0, 0, UInt8(track.count)] + track
    #expect(try MIDIFile(bytes: header + chunk + chunk).hangingNotes == [2, 2])
  }
}
