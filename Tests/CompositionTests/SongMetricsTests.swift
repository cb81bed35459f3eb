import Composition
import Foundation
import MIDI
import Representation
import Testing

@Suite("Metrics of a song")
struct SongMetricsTests {
  /// A score of 4 ticks a quarter, so a bar has 16 and a sixteenth is one; notes as (start, end, pitch).
  private func score(_ tracks: [[(Int, Int, Int)]], length: Int = 0, channel: UInt8 = 0) -> Score {
    let tracks = tracks.map { notes in
      Score.Track(notes: notes.map { Score.Note(start: $0.0, end: $0.1, channel: channel, pitch: UInt8($0.2)) })
    }
    let last = tracks.flatMap(\.notes).map(\.end).max() ?? 0
    return Score(division: .ticksPerQuarter(4), tracks: tracks, length: max(length, last))
  }

  @Test("pitch-class entropy is in nats and knows no octaves")
  func entropy() {
    #expect(SongMetrics(of: score([[(0, 4, 60), (4, 8, 72), (8, 12, 62), (12, 16, 50)]])).pitchClassEntropy == log(2))
    #expect(SongMetrics(of: score([[(0, 4, 60), (4, 8, 72)]])).pitchClassEntropy == 0)
    let all = SongMetrics(of: score([(0..<12).map { ($0, $0 + 1, 60 + $0) }]))
    #expect(abs(all.pitchClassEntropy - log(12)) < 1e-12)
  }

  @Test("scale consistency is the share of notes in the best scale")
  func scale() {
    #expect(SongMetrics(of: score([[62, 64, 66, 67, 69, 71, 73].map { (0, 4, $0) }])).scaleConsistency == 1)
    // Twelve pitch classes, seven of them in any scale.
    #expect(SongMetrics(of: score([(0..<12).map { ($0, $0 + 1, 60 + $0) }])).scaleConsistency == 7.0 / 12)
  }

  @Test("groove consistency compares the onsets of neighbouring bars in 64ths")
  func groove() {
    let same = score([[(0, 4, 60), (8, 12, 62), (16, 20, 65), (24, 32, 60)]])
    #expect(SongMetrics(of: same).grooveConsistency == 1)
    // Bar 1: 2 onsets; bar 2: one of them and another; bar 3: none. 2 + 2 of 128 places differ.
    let other = score([[(0, 4, 60), (8, 12, 62), (16, 20, 65), (28, 32, 60)]], length: 48)
    #expect(SongMetrics(of: other).grooveConsistency == 1 - 4.0 / 128)
    #expect(SongMetrics(of: score([[(0, 4, 60)]])).grooveConsistency == 1)
  }

  @Test("polyphony is a mean over the time that is not silent; doubled pitches count once")
  func polyphony() {
    // 4 ticks of one pitch, 4 of two, then silence.
    #expect(SongMetrics(of: score([[(0, 8, 60), (4, 8, 64)], [(4, 8, 64)]], length: 64)).polyphony == 1.5)
  }

  @Test("a bar is empty where nothing sounds in it, even if a note that began before does")
  func emptyBars() {
    #expect(SongMetrics(of: score([[(0, 33, 60)]], length: 80)).emptyBars == 0.4)
    #expect(SongMetrics(of: score([[(16, 20, 60)]], length: 32)).emptyBars == 0.5)
  }

  @Test("note density is notes a quarter")
  func density() {
    #expect(SongMetrics(of: score([[(0, 4, 60), (4, 8, 62)], [(0, 8, 50)]], length: 16)).noteDensity == 0.75)
    var smpte = score([[(0, 50, 60), (50, 100, 60)]])
    smpte.division = .smpte(framesPerSecond: 25, ticksPerFrame: 4)
    // A second, two quarters.
    #expect(SongMetrics(of: smpte).noteDensity == 1)
  }

  @Test("the longest repeat runs within a line until another pitch begins")
  func repeats() {
    let line = score([[(0, 4, 60), (4, 8, 60), (8, 10, 60), (12, 16, 62), (16, 20, 62)], [(0, 2, 40), (3, 6, 43)]])
    #expect(SongMetrics(of: line).longestRepeat == 2.5)
    #expect(SongMetrics(of: score([[(0, 64, 60), (64, 68, 62)]])).longestRepeat == 0)
    #expect(SongMetrics(of: score([[(0, 4, 60), (0, 4, 64), (4, 8, 60), (4, 8, 64)]])).longestRepeat == 0)
  }

  @Test("self-similarity finds the bar that is most like one before it")
  func similarity() {
    let bars = score([[(0, 4, 60), (4, 8, 62), (16, 20, 67), (32, 36, 60), (36, 40, 62), (48, 52, 60), (56, 60, 62)]])
    // Bar 2 shares nothing, bar 3 is bar 1, bar 4 shares one of three notes with bar 1.
    #expect(abs(SongMetrics(of: bars).selfSimilarity - (0 + 1 + 1.0 / 3) / 3) < 1e-12)
  }

  @Test("the range is from the lowest to the highest pitch, drums left out")
  func range() {
    var music = score([[(0, 4, 60), (4, 8, 48), (8, 12, 71)]])
    music.tracks.append(Score.Track(notes: [Score.Note(start: 0, end: 4, channel: 9, pitch: 20)]))
    #expect(SongMetrics(of: music).pitchRange == 23)
    #expect(SongMetrics(of: music, hangingNotes: 2).hangingNotes == 2)
  }

  @Test("silence has 0 everywhere and only empty bars, and ends at once however long it lasts")
  func silence() {
    for length in [0, 64, Int.max] {
      let metrics = SongMetrics(of: score([], length: length))
      #expect(metrics.emptyBars == 1)
      #expect(metrics.scaleConsistency + metrics.grooveConsistency + metrics.polyphony + metrics.noteDensity == 0)
      #expect(metrics.pitchClassEntropy + metrics.selfSimilarity + metrics.longestRepeat == 0)
      #expect(metrics.pitchRange == 0)
    }
  }

  @Test("JSON has the keys of the contract")
  func keys() throws {
    let text = try JSONEncoder().encode(SongMetrics(of: score([[(0, 4, 60)]])))
    let object = try #require(try JSONSerialization.jsonObject(with: text) as? [String: Any])
    #expect(
      Set(object.keys) == [
        "pitch_class_entropy", "scale_consistency", "groove_consistency", "polyphony", "empty_bars", "note_density",
        "longest_repeat", "self_similarity", "bar_line_leap", "held_over", "pitch_range", "hanging_notes",
      ])
  }

  @Test("held over is the notes that sound on over a bar line, by bar lines and pitches that sound")
  func heldOver() {
    // Two pitches always and three bar lines, of which the upper line is held over each.
    let held = score([[(0, 20, 60), (20, 64, 62)], [(0, 16, 50), (16, 32, 52), (32, 48, 50), (48, 64, 48)]])
    #expect(SongMetrics(of: held).heldOver == 3.0 / 3 / 2)
    #expect(SongMetrics(of: score([[(0, 16, 60), (16, 32, 62)]])).heldOver == 0)
    #expect(SongMetrics(of: score([[(0, 12, 60)]])).heldOver == 0)
  }

  @Test("bars that lead on leap less over their lines than bars in any order")
  func leap() {
    // Each bar ends a tone below where the next begins; the bars climb.
    var notes: [(Int, Int, Int)] = []
    for bar in 0..<6 {
      notes.append((bar * 16, bar * 16 + 8, 60 + 4 * bar))
      notes.append((bar * 16 + 8, bar * 16 + 16, 62 + 4 * bar))
    }
    let climbing = score([notes])
    #expect(SongMetrics(of: climbing).barLineLeap < 0.5)
    #expect(SongMetrics(of: score([[(0, 4, 60), (4, 8, 62)]])).barLineLeap == 0)
    #expect(SongMetrics(of: score([(0..<6).map { ($0 * 16, $0 * 16 + 16, 60) }])).barLineLeap == 0)
  }

  @Test("metrics that an earlier version wrote are read")
  func earlier() throws {
    let metrics = try JSONDecoder().decode(
      SongMetrics.self, from: Data(#"{"polyphony": 2.5, "pitch_range": 7}"#.utf8))
    #expect(metrics.polyphony == 2.5 && metrics.pitchRange == 7 && metrics.heldOver == 0)
  }
}
