import Foundation
import Testing

@testable import Representation

@Suite("NumPy archives")
struct NumpyArchiveTests {
  private func songs(_ settings: RepresentationSettings) throws -> (archive: SongArchive, songs: [EncodedSong]) {
    let representation = try Representation(settings)
    let scores = [
      ("a.mid", score([[(0, 240, 60), (120, 240, 61)]])), ("b/ü–𝄞.mid", score([])),
      ("c.mid", score([[(0, 120, 62)]], length: 600)),
    ]
    let songs = try scores.map { try representation.encode($0.1).0 }
    let named = zip(scores, songs).map { (name: $0.0, outline: representation.outline(of: $1)) }
    return (SongArchive(representation, songs: named), songs)
  }

  private func bytes(_ archive: SongArchive, _ songs: [EncodedSong]) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try archive.write(song: { songs[$0] }, to: { bytes += $0 })
    return bytes
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
    let (archive, songs) = try songs(settings)
    let bytes = try bytes(archive, songs)
    let url = try #require(
      Bundle.module.url(forResource: "npz-\(name)", withExtension: "npz", subdirectory: "Golden"))
    #expect(bytes == [UInt8](try Data(contentsOf: url)))
  }

  @Test("songs of steps lie one after another, and the lists say where")
  func arrays() throws {
    var settings = RepresentationSettings(.steps)
    settings.pitches = 60...62
    let (archive, songs) = try songs(settings)
    #expect(songs.flatMap(\.tokens) == [2, 1, 4, 3, 1, 0, 0, 6, 1, 1, 1, 1, 1, 0])
    #expect(archive.lists.map(\.name) == ["offsets", "names", "vocabulary", "start"])
    #expect(archive.lists[0].values == .int64([0, 6, 7, 14]))
    #expect(archive.lists[3].values == .int32([0]))
    #expect(archive.lists[3].shape == [])
  }

  @Test("no song at all makes empty arrays")
  func empty() throws {
    let archive = SongArchive(try Representation(RepresentationSettings(.roll)), songs: [])
    #expect(archive.lists[0].values == .int64([0]))
    #expect(try String(decoding: bytes(archive, []), as: UTF8.self).contains("'shape': (0, 352)"))
  }

  @Test("arrays of 4 GiB are refused before anything is written")
  func tooLarge() throws {
    let outline = SongOutline(frames: 1, tokens: 1 << 20, elements: 0, pitches: nil)
    let songs = [(name: String, outline: SongOutline)](repeating: ("a.mid", outline), count: 1024)
    let archive = SongArchive(try Representation(RepresentationSettings(.steps)), songs: songs)
    #expect(throws: NumpyArchive.Failure.tooLarge) {
      try archive.write(song: { _ in EncodedSong(frames: 1) }, to: { _ in Issue.record("something is written") })
    }
  }
}
