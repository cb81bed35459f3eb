import MIDI
import Testing

@Suite("Bars")
struct MetreMapTests {
  private func score(_ metres: [(Int, Int, Int)], length: Int, ticks: Int = 480) -> Score {
    Score(
      division: .ticksPerQuarter(ticks),
      timeSignatures: metres.map { Score.TimeSignature(tick: $0.0, numerator: $0.1, denominator: $0.2) }, length: length
    )
  }

  @Test("bars are of 4/4 where no metre is told, and a bar that is begun counts")
  func standard() {
    #expect(MetreMap(score([], length: 3840)).barCount == 2)
    #expect(MetreMap(score([], length: 3841)).barCount == 3)
    #expect(MetreMap(score([], length: 0)).barCount == 0)
    #expect(MetreMap(score([], length: 1)).start(ofBar: 3) == 5760)
  }

  @Test("a metre in the middle of a bar begins a new one")
  func changes() {
    let map = MetreMap(score([(0, 3, 4), (2000, 6, 8), (4880, 2, 2)], length: 6800))
    #expect((0..<6).map { map.start(ofBar: $0) } == [0, 1440, 2000, 3440, 4880, 6800])
    #expect([0, 1439, 1440, 1999, 2000, 4879, 4880].map { map.bar(atTick: $0) } == [0, 0, 1, 1, 2, 3, 4])
    #expect(map.barCount == 5)
    #expect(map.metre(atTick: 2000).numerator == 6)
    #expect(map.bars(atTick: 2720) == 2.5)
  }

  @Test("a metre that stands where nothing has sounded yet takes the place of 4/4")
  func first() {
    let map = MetreMap(score([(0, 3, 4)], length: 1440))
    #expect(map.barCount == 1)
  }

  @Test("bars that are no whole number of ticks do not drift")
  func fractions() {
    let map = MetreMap(score([(0, 3, 16)], length: 300, ticks: 1))
    #expect((0..<6).map { map.start(ofBar: $0) } == [0, 0, 1, 2, 3, 3])
    #expect(map.start(ofBar: 400) == 300)
    for tick in 0..<300 {
      let bar = map.bar(atTick: tick)
      #expect(map.start(ofBar: bar) <= tick && map.start(ofBar: bar + 1) > tick)
    }
    #expect(map.barCount == 400)
  }

  @Test("the longest song in the shortest bars costs nothing and does not overflow")
  func longest() {
    let map = MetreMap(score([(0, 1, 1 << 15)], length: 1 << 31, ticks: 1))
    #expect(map.barCount == 1 << 44)
    #expect(map.start(ofBar: .max) == 1 << 31)
    #expect(map.start(ofBar: .min) == 0)
    #expect(map.bar(atTick: .max) > 0)
  }
}
