import Foundation
import Representation
import Testing

@Suite("NumPy archives")
struct NumpyArchiveTests {
  private func songs(_ settings: RepresentationSettings) throws -> NumpyArchive {
    let representation = try Representation(settings)
    let scores = [
      ("a.mid", score([[(0, 240, 60), (120, 240, 61)]])), ("b/ü–𝄞.mid", score([])),
      ("c.mid", score([[(0, 120, 62)]], length: 600)),
    ]
    return representation.archive(of: try scores.map { (name: $0.0, song: try representation.encode($0.1).0) })
  }

  static let kinds = ["roll", "steps", "voices", "events", "sets"]

  @Test("the bytes are those that Golden/npz-check.py opens with numpy", arguments: kinds)
  func golden(_ name: String) throws {
    var settings = RepresentationSettings(RepresentationSettings.Name(rawValue: name) ?? .steps)
    settings.pitches = 60...62
    settings.lines = 2
    if name == "sets" {
      settings.programs = .listed([0, 40])
      settings.drums = true
    }
    let bytes = try songs(settings).encoded()
    let url = try #require(
      Bundle.module.url(forResource: "npz-\(name)", withExtension: "npz", subdirectory: "Golden"))
    #expect(bytes == [UInt8](try Data(contentsOf: url)))
  }

  @Test("songs of steps lie one after another")
  func arrays() throws {
    var settings = RepresentationSettings(.steps)
    settings.pitches = 60...62
    let archive = try songs(settings)
    #expect(archive.entries.map(\.name) == ["tokens", "offsets", "names", "vocabulary", "start"])
    #expect(archive.entries[0].values == .int32([2, 1, 4, 3, 1, 0, 0, 6, 1, 1, 1, 1, 1, 0]))
    #expect(archive.entries[1].values == .int64([0, 6, 7, 14]))
    #expect(archive.entries[4].values == .int32([0]))
    #expect(archive.entries[4].shape == [])
  }

  @Test("no song at all makes empty arrays")
  func empty() throws {
    let archive = try Representation(RepresentationSettings(.roll)).archive(of: [])
    #expect(archive.entries[0].shape == [0, 352])
    #expect(archive.entries[1].values == .int64([0]))
    #expect(try !archive.encoded().isEmpty)
  }
}
