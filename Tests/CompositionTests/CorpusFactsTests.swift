import MIDI
import TestSupport
import Testing

@testable import Composition

@Suite("What a corpus is made of")
struct CorpusFactsTests {
  /// A score of notes: start, end, pitch in ticks of 480 a quarter.
  private func score(_ notes: [(start: Int, end: Int, pitch: UInt8)], channel: UInt8 = 0) -> Score {
    var score = Score()
    score.tracks = [
      Score.Track(
        notes: notes.map { Score.Note(start: $0.start, end: $0.end, channel: channel, pitch: $0.pitch) })
    ]
    score.length = notes.map(\.end).max() ?? 0
    return score
  }

  private func facts(_ scores: Score...) -> CorpusFacts {
    var facts = CorpusFacts()
    for score in scores { facts.add(score) }
    return facts
  }

  @Test("a single tune has one voice, and what touches does not sound together")
  func tune() {
    let facts = facts(score([(0, 480, 60), (480, 960, 62), (960, 1440, 62)]))
    #expect(facts.voices == 1)
    #expect(facts.repeats == 1)
    #expect(facts.quarters == 3)
    #expect(facts.songsByLastBass[2] == 1)
  }

  @Test("chorales are four voices on a beat")
  func chorales() {
    let facts = facts(ScoreBuilder.chorale(seed: 1), ScoreBuilder.chorale(seed: 2))
    #expect(facts.songs == 2)
    #expect(facts.voices.map { (3...4).contains($0) } == true)
    #expect(facts.beatShare == 1)
    #expect(facts.tripletShare == 0)
    #expect(facts.drumShare == 0)
  }

  @Test("one song of ten may have more voices")
  func outlier() {
    var facts = facts(score([(0, 480, 60), (0, 480, 64), (0, 480, 67)]))
    for _ in 0..<9 { facts.add(score([(0, 480, 60)])) }
    #expect(facts.voices == 1)
    facts.add(score([(0, 480, 60), (0, 480, 64)]))
    #expect(facts.voices == 2)
  }

  @Test("nine notes at once are no voices")
  func crowd() {
    #expect(facts(score((0..<9).map { (0, 480, 60 + UInt8($0)) })).voices == nil)
  }

  @Test("triplets and what is off the beat are told apart")
  func beat() {
    let facts = facts(score([(0, 100, 60), (160, 260, 62), (320, 420, 64), (510, 600, 65)]))
    #expect(facts.onSixteenths == 1)
    #expect(facts.onTriplets == 2)
    #expect(facts.beatShare == 0.75)
  }

  @Test("drums are no voices")
  func drums() {
    let facts = facts(score([(0, 100, 36), (0, 100, 42)], channel: 9))
    #expect(facts.drumShare == 1)
    #expect(facts.voices == 1)
  }

  @Test("the pedal counts where it goes down")
  func pedal() {
    var pedalled = score([(0, 480, 60)])
    pedalled.tracks[0].messages.append(.init(tick: 0, status: 0xB0, data1: 64, data2: 127))
    var untouched = score([(0, 480, 60)])
    untouched.tracks[0].messages.append(.init(tick: 0, status: 0xB0, data1: 64, data2: 0))
    #expect(facts(pedalled, untouched).pedalled == 1)
  }

  @Test("songs that end on two pitch classes stand in one key")
  func key() {
    var facts = CorpusFacts()
    for index in 0..<10 { facts.add(score([(0, 480, index < 5 ? 48 : 57), (0, 480, 64)])) }
    #expect(facts.isInOneKey)
    for index in 0..<5 { facts.add(score([(0, 480, UInt8(50 + 2 * index))])) }
    #expect(!facts.isInOneKey)
  }

  @Test("time by the clock has no beat, and an empty song counts for nothing")
  func clock() {
    var byClock = score([(0, 480, 60)])
    byClock.division = .smpte(framesPerSecond: 25, ticksPerFrame: 40)
    let facts = facts(byClock, Score())
    #expect(facts.songs == 1)
    #expect(facts.beatShare == 0)
  }
}
