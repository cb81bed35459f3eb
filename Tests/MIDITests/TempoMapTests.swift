import MIDI
import Testing

@Suite("Ticks and seconds")
struct TempoMapTests {
  @Test("120 quarters a minute hold until the first tempo")
  func standard() {
    let score = Score(tempos: [Score.Tempo(tick: 960, microsecondsPerQuarter: 1_000_000)], length: 1440)
    #expect(score.seconds(atTick: 480) == 0.5)
    #expect(score.seconds(atTick: 960) == 1)
    #expect(score.seconds == 2)
  }

  @Test("the sum over many changes is exact")
  func exact() {
    let tempos = (0..<1_000_000).map { Score.Tempo(tick: $0 * 3, microsecondsPerQuarter: 333_333) }
    let map = TempoMap(division: .ticksPerQuarter(480), tempos: tempos)
    #expect(map.seconds(atTick: 3_000_000) == 3_000_000.0 * 333_333 / 480e6)
  }

  @Test("the longest song at the slowest tempo does not overflow")
  func longest() {
    let map = TempoMap(
      division: .ticksPerQuarter(1), tempos: [Score.Tempo(tick: 0, microsecondsPerQuarter: 0xFF_FFFF)])
    #expect(map.seconds(atTick: .max) == Double(1 << 31) * 16.777215)
    #expect(map.seconds(atTick: .min) == 0)
  }

  @Test("a tick's seconds lead back to it", arguments: [0, 1, 479, 480, 481, 1000, 5000])
  func back(_ tick: Int) {
    let tempos = [
      Score.Tempo(tick: 480, microsecondsPerQuarter: 250_000), Score.Tempo(tick: 960, microsecondsPerQuarter: 900_000),
    ]
    let map = TempoMap(division: .ticksPerQuarter(480), tempos: tempos)
    #expect(abs(map.tick(atSeconds: map.seconds(atTick: tick)) - Double(tick)) < 1e-9)
  }

  @Test(
    "SMPTE ticks are seconds, whatever the tempo",
    arguments: [
      (24, 80, 1920, 1.0), (25, 40, 1000, 1.0), (30, 100, 1500, 0.5), (29, 100, 30_000, 10.01),
    ])
  func smpte(_ frames: Int, _ ticks: Int, _ tick: Int, _ seconds: Double) {
    let score = Score(
      division: .smpte(framesPerSecond: frames, ticksPerFrame: ticks),
      tempos: [Score.Tempo(tick: 0, microsecondsPerQuarter: 1)])
    #expect(score.seconds(atTick: tick) == seconds)
  }

  @Test(
    "a quarter of an SMPTE division lasts half a second",
    arguments: [
      (25, 40, 500, 1), (25, 1, 25, 2), (30, 4, 60, 1), (29, 1, 15_000, 1001), (29, 77, 15_000, 13), (24, 3, 36, 1),
    ])
  func quarters(_ frames: Int, _ ticksPerFrame: Int, _ ticks: Int, _ quarters: Int) {
    let ratio = Score.Division.smpte(framesPerSecond: frames, ticksPerFrame: ticksPerFrame).ticksToQuarters
    #expect(ratio == (ticks, quarters))
  }
}
