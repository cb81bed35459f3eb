import Foundation
import Identity
import MIDI
import Representation
import TestSupport
import Testing

@testable import Composition

@Suite("The gate")
struct GateTests {
  /// The first bars of chorales of a folder of the demo's corpus.
  private static func chorales(_ folder: String, _ count: Int, bars: Int = 12) throws -> [ReferenceSong] {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Examples/chorales/" + folder).standardizedFileURL
    let names = try FileManager.default.contentsOfDirectory(atPath: url.path).filter { $0.hasSuffix(".mid") }.sorted()
    var songs: [ReferenceSong] = []
    for name in names where songs.count < count {
      let file = MusicFile(name: name, path: FileName(url.path + "/" + name))
      var song = try #require(try ReferenceSong.songs(of: file).first)
      guard MetreMap(song.score).barCount >= bars else { continue }
      song.score = song.score.beginning(bars: bars)
      songs.append(song)
    }
    return songs
  }

  private static func reference(_ songs: [ReferenceSong]) throws -> MusicReference {
    try MusicReference(songs, heldOut: EncodedCorpus.heldOut(of: Set(songs.map(\.sha256)), share: 0.1))
  }

  // MARK: What no held-out song is

  private static func shuffled(_ score: Score, _ random: inout SeededGenerator) -> Score {
    let metres = MetreMap(score)
    let order = Array(0..<metres.barCount).shuffled(using: &random)
    var result = score
    for track in result.tracks.indices {
      result.tracks[track].notes = score.tracks[track].notes.map { note in
        let bar = metres.bar(atTick: note.start)
        let move = metres.start(ofBar: order[bar]) - metres.start(ofBar: bar)
        var note = note
        note.end = min(note.end, metres.start(ofBar: bar + 1)) + move
        note.start += move
        return note
      }
    }
    return result
  }

  private static func randomNotes(_ score: Score, _ random: inout SeededGenerator) -> Score {
    var result = score
    for track in result.tracks.indices {
      for note in result.tracks[track].notes.indices {
        result.tracks[track].notes[note].pitch = UInt8(40 + random.next() % 45)
      }
    }
    return result
  }

  private static func oneNote(_ score: Score) -> Score {
    let notes = (0..<48).map { Score.Note(start: $0 * 480, end: $0 * 480 + 480, pitch: 60) }
    return Score(division: .ticksPerQuarter(480), tracks: [Score.Track(notes: notes)], length: 48 * 480)
  }

  @Test("held-out music passes, and shuffled bars, random notes, one note, silence and training songs do not")
  func confusionTable() throws {
    let corpus = try Self.chorales("train", 60)
    var reference = try Self.reference(corpus)
    let held = try Self.chorales("test", 20).map(\.score)
    var random = SeededGenerator(seed: 1)
    let rows: [(name: String, songs: [Score])] = [
      ("held-out", held), ("shuffled", held.map { Self.shuffled($0, &random) }),
      ("random notes", held.map { Self.randomNotes($0, &random) }), ("one note", held.map(Self.oneNote)),
      ("silence", held.map { Score(length: $0.length) }), ("training", corpus.prefix(20).map(\.score)),
    ]
    var passed: [String: Int] = [:]
    var reasons: [String: [String]] = [:]
    for row in rows {
      for song in row.songs {
        let judgement = reference.judge(song)
        passed[row.name, default: 0] += judgement.gate.passed ? 1 : 0
        reasons[row.name, default: []] += judgement.gate.reasons
      }
    }
    #expect((passed["held-out"] ?? 0) >= 16, "\(reasons["held-out"] ?? [])")
    #expect((passed["shuffled"] ?? 20) <= 4)
    #expect(passed["random notes"] == 0 && passed["one note"] == 0 && passed["silence"] == 0)
    #expect((passed["training"] ?? 20) == 0)
    // Where it is not the longest run that tells, it is that all of them are.
    #expect(corpus.prefix(20).allSatisfy { !reference.judge($0.score.beginning(bars: 8)).gate.passed })
    // Each is refused for what it is.
    #expect(reasons["training"]?.filter { $0.hasPrefix("copying.longest") }.count == 20)
    #expect(reasons["one note"]?.allSatisfy { $0.hasPrefix("one repeated note") } == true)
    #expect(reasons["silence"]?.allSatisfy { $0.hasPrefix("silence") } == true)
    #expect(reasons["random notes"]?.contains { $0.hasPrefix("scale_consistency") } == true)
    #expect(reasons["shuffled"]?.contains { $0.hasPrefix("bar_line_familiarity") } == true)
  }

  @Test("with under five files only silence and one repeated note are refused, and nothing is usual")
  func fewFiles() throws {
    var reference = try Self.reference((0..<4).map(Self.song))
    #expect(reference.yardstick.longestP95 == nil)
    var random = SeededGenerator(seed: 2)
    let score = ScoreBuilder.chorale(seed: 0)
    #expect(reference.judge(Self.randomNotes(score, &random)).gate.passed)
    #expect(reference.judge(score).gate.passed && reference.judge(score).copying?.longest != nil)
    #expect(!reference.judge(Self.oneNote(score)).gate.passed)
    #expect(!reference.judge(Score(length: 4800)).gate.passed)
    // What the person asks for holds all the same.
    #expect(!reference.judge(score, by: GateSettings(longest: 0.5)).gate.passed)
  }

  private static func song(_ number: Int) -> ReferenceSong {
    ReferenceSong(
      name: "\(number).mid", sha256: ContentHash(of: [UInt8(number)]), score: ScoreBuilder.chorale(seed: UInt64(number))
    )
  }

  @Test("a reason names the metric, its value and the band; bands do not depend on the order of the corpus")
  func reasons() throws {
    let songs = (0..<8).map(Self.song)
    var reference = try Self.reference(songs)
    var other = try Self.reference(songs.reversed())
    var random = SeededGenerator(seed: 3)
    let judgement = reference.judge(Self.randomNotes(ScoreBuilder.chorale(seed: 20), &random))
    let reason = try #require(judgement.gate.reasons.first { $0.hasPrefix("pitch_range is ") })
    #expect(reason.contains(", expected: ") && reason.contains(" to "))
    // What the person asked for decides is not judged.
    let excused = GateSettings(excused: Set(SongMetrics.CodingKeys.allCases.map(\.rawValue) + ["bar_line_familiarity"]))
    #expect(reference.judge(Self.randomNotes(ScoreBuilder.chorale(seed: 20), &random), by: excused).gate.passed)
    #expect(other.judge(ScoreBuilder.chorale(seed: 20)) == reference.judge(ScoreBuilder.chorale(seed: 20)))
  }

  @Test("a band is as wide as its values and as what few of them leave open")
  func band() {
    let band = MetricBand([1, 2, 3, 4, 5], of: .noteDensity)
    #expect(band.holds(1) && band.holds(5) && band.holds(-1.5) && !band.holds(-1.7) && !band.holds(7.7))
    #expect(MetricBand([1, 2, 3, 4, 5], of: .emptyBars).holds(-100))
    #expect(MetricBand([1, 1, 1, 1, 1], of: .polyphony).holds(1) && !MetricBand([1, 1, 1], of: .polyphony).holds(1.1))
    let many = (0..<400).map { Double($0) }
    #expect(!MetricBand(many + [1e6], of: .noteDensity).holds(1e5))
  }

  @Test("an attempt that passes ends the tries of its song; the others are tried again, with seeds of their own")
  func attempts() throws {
    let weights = try Fixtures.weights(Fixtures.plan(.voices, reads: .frames))
    let settings = GenerationSettings(songs: 3, length: .bars(1), seed: 4)
    let plain = try Generation(weights, settings, threads: 1).run(prime: nil, stop: StopFlag()) { _ in }.songs
    let refused = Set([plain[1].sha256])
    func run(_ gate: GateSettings, refusing: @escaping (Score) -> [String]) throws -> JudgedOutcome {
      try Generation(weights, settings, threads: 1).run(
        prime: nil, gate: gate,
        judge: { score in
          var judgement = SongJudgement(of: score)
          judgement.gate = GateVerdict(reasons: refusing(score))
          return judgement
        }, stop: StopFlag()
      ) { _ in }
    }
    let one = try run(GateSettings()) { refused.contains(ContentHash(of: MIDIFile(score: $0).bytes)) ? ["no"] : [] }
    #expect(one.songs[0].song.sha256 == plain[0].sha256 && one.songs[2].song.sha256 == plain[2].sha256)
    #expect(one.songs[1].song.sha256 != plain[1].sha256 && one.songs[1].judgement.gate.passed)
    #expect(one.songs.map(\.attempts.count) == [1, 2, 1])
    #expect(one.songs[1].attempts[0] == SongAttempt(seed: plain[1].seed, reasons: ["no"]))
    #expect(one.songs[1].attempts[1].seed == one.songs[1].song.seed)
    // The delivered attempt is made again from its seed alone.
    let again = try Generation(weights, settings, threads: 1).compose(
      [one.songs[1].song.seed], prime: nil, stop: StopFlag(), progress: { _ in })
    #expect(again.songs.first?.sha256 == one.songs[1].song.sha256)
    // None passes: the fewest reasons, the first of equals; or nothing at all.
    let none = try run(GateSettings(attempts: 3)) { _ in ["a", "b"] }
    #expect(none.songs.map(\.song.sha256) == plain.map(\.sha256))
    #expect(none.songs.allSatisfy { $0.attempts.count == 3 && Set($0.attempts.map(\.seed)).count == 3 })
    let withheld = try run(GateSettings(attempts: 1, withholds: true)) { _ in ["a"] }
    #expect(withheld.songs.isEmpty && withheld.withheld.count == 3)
    #expect(withheld.withheld.allSatisfy { $0.attempts.count == 1 })
  }
}
