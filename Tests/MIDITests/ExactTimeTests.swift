import MIDI
import TestSupport
import Testing

@Suite("Ticks, seconds and bars as ratios")
struct ExactTimeTests {
  /// An hour and more, whose tempo changes at every few ticks and whose metre every few bars.
  private static func hour(_ division: Score.Division, seed: UInt64) -> Score {
    var random = SeededGenerator(seed: seed)
    var score = Score(division: division, length: 4_000_000)
    var tick = 0
    while tick < score.length {
      score.tempos.append(
        Score.Tempo(tick: tick, microsecondsPerQuarter: .random(in: 300_001...1_200_000, using: &random)))
      tick += .random(in: 1...300, using: &random)
    }
    tick = 0
    while tick < score.length {
      score.timeSignatures.append(
        Score.TimeSignature(
          tick: tick, numerator: .random(in: 1...13, using: &random),
          denominator: 1 << Int.random(in: 0...6, using: &random)))
      tick += .random(in: 1...20_000, using: &random)
    }
    return score
  }

  static let divisions: [Score.Division] = [
    .ticksPerQuarter(480), .ticksPerQuarter(7), .ticksPerQuarter(32_767),
    .smpte(framesPerSecond: 29, ticksPerFrame: 80), .smpte(framesPerSecond: 25, ticksPerFrame: 40),
  ]

  @Test("after an hour of changes the time is the sum of all parts, to the last digit")
  func noDrift() throws {
    let score = Self.hour(.ticksPerQuarter(480), seed: 31)
    let map = TempoMap(score)
    var microseconds = 0
    for (place, tempo) in score.tempos.enumerated() {
      #expect(map.time(atTick: tempo.tick) == Ratio(microseconds, 480_000_000))
      let end = place + 1 < score.tempos.count ? score.tempos[place + 1].tick : score.length
      microseconds += (end - tempo.tick) * tempo.microsecondsPerQuarter
    }
    let whole = try #require(Ratio(microseconds, 480_000_000))
    #expect(map.time(atTick: score.length) == whole)
    #expect(whole.value > 3600)
    #expect(score.seconds == whole.value)
  }

  @Test("a tick's time leads back to it, and no tick comes before an earlier one", arguments: divisions)
  func back(_ division: Score.Division) {
    let score = Self.hour(division, seed: 32)
    let (tempos, metres) = (TempoMap(score), MetreMap(score))
    var random = SeededGenerator(seed: 33)
    let ticks = (0..<3000).map { _ in Int.random(in: 0...score.length, using: &random) }.sorted()
    #expect(ticks.allSatisfy { tempos.tick(atTime: tempos.time(atTick: $0)) == Ratio($0) })
    #expect(ticks.allSatisfy { metres.tick(atTime: metres.time(atTick: $0)) == Ratio($0) })
    #expect(zip(ticks, ticks.dropFirst()).allSatisfy { tempos.time(atTick: $0) <= tempos.time(atTick: $1) })
    #expect(zip(ticks, ticks.dropFirst()).allSatisfy { metres.time(atTick: $0) <= metres.time(atTick: $1) })
  }

  @Test("half a bar, and a time between two ticks, are ratios")
  func between() {
    let score = Score(
      tempos: [Score.Tempo(tick: 0, microsecondsPerQuarter: 1_000_000)],
      timeSignatures: [
        Score.TimeSignature(tick: 0, numerator: 3, denominator: 4),
        Score.TimeSignature(tick: 2000, numerator: 6, denominator: 8),
      ], length: 5000)
    let metres = MetreMap(score)
    #expect(metres.time(atTick: 720) == Ratio(1, 2))
    #expect(metres.time(atTick: 1999) == Ratio(1999, 1440))
    #expect(metres.time(atTick: 2000) == Ratio(2))
    #expect(metres.tick(atTime: Ratio(2)) == Ratio(2000))
    // A bar that is cut off has no end: what would lie there is the change.
    #expect(Ratio(19, 10).flatMap(metres.tick) == Ratio(2000))
    #expect(Ratio(5, 2).flatMap(metres.tick) == Ratio(2720))
    #expect(Ratio(1, 7).flatMap(TempoMap(score).tick) == Ratio(480, 7))
  }

  @Test("the ends of what can be counted do not overflow")
  func extremes() {
    let map = TempoMap(
      division: .ticksPerQuarter(32_767), tempos: [Score.Tempo(tick: 0, microsecondsPerQuarter: 0xFF_FFFF)])
    #expect(map.tick(atTime: map.time(atTick: 1 << 31)) == Ratio(1 << 31))
    #expect(Ratio(Int.max - 1, Int.max).flatMap(map.tick) == nil)
    #expect(map.tick(atTime: Ratio(-5)) == Ratio(0))
    // As many of the shortest bars as there are, then the longest bar.
    let score = Score(
      division: .smpte(framesPerSecond: 29, ticksPerFrame: 255),
      timeSignatures: [
        Score.TimeSignature(tick: 0, numerator: 1, denominator: 1 << 15),
        Score.TimeSignature(tick: 1 << 30, numerator: 255, denominator: 1),
      ], length: 1 << 31)
    let metres = MetreMap(score)
    #expect(metres.time(atTick: 1 << 30) == Ratio(metres.bar(atTick: 1 << 30)))
    #expect(metres.time(atTick: (1 << 31) - 1) >= metres.time(atTick: 1 << 30))
    #expect(Ratio(1, 0) == nil)
    #expect(Ratio(.min, -1) == nil)
    #expect(Ratio(6, -4)?.description == "-3/2")
    #expect((Ratio(1, 3) ?? Ratio(9)) < (Ratio(1, 2) ?? Ratio(0)))
  }
}
