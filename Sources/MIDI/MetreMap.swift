/// Bars: their numbers, from 0, and the ticks where they start, through all changes of metre.
///
/// A change of metre begins a bar. A bar that is no whole number of ticks starts at the tick below, without drift.
/// It holds one segment a change of metre, so that it costs nothing for bars.
package struct MetreMap: Sendable {
  private struct Segment {
    let tick: Int
    let firstBar: Int
    /// A bar lasts `ticks / parts` ticks.
    let ticks: Int
    let parts: Int
    let metre: Score.TimeSignature

    func bar(atTick tick: Int) -> Int { firstBar + ((tick - self.tick + 1) * parts - 1) / ticks }
    func start(ofBar bar: Int) -> Int {
      let (product, overflows) = (bar - firstBar).multipliedReportingOverflow(by: ticks)
      return overflows ? Score.lastTick : Score.clamped(tick + min(product / parts, Score.lastTick))
    }
  }

  private let segments: [Segment]
  /// The number of bars up to the score's length, the last one begun counted whole; 0 for a score of no length.
  package let barCount: Int

  /// Makes the map of a score; 4/4 holds before the first metre.
  package init(_ score: Score) {
    let (ticks, quarters) = score.division.ticksToQuarters
    var segments: [Segment] = []
    func append(_ metre: Score.TimeSignature) {
      let tick = Score.clamped(metre.tick)
      var firstBar = 0
      if let last = segments.last {
        guard tick >= last.tick else { return }
        if tick == last.tick {
          firstBar = last.firstBar
          segments.removeLast()
        } else {
          firstBar = last.bar(atTick: tick - 1) + 1
        }
      }
      segments.append(
        Segment(
          tick: tick, firstBar: firstBar, ticks: metre.numerator.clamped(to: 1...255) * 4 * ticks,
          parts: metre.denominator.clamped(to: 1...1 << 15) * quarters, metre: metre))
    }
    append(Score.TimeSignature(tick: 0, numerator: 4, denominator: 4))
    for metre in score.timeSignatures { append(metre) }
    self.segments = segments
    let length = Score.clamped(score.length)
    barCount =
      length == 0 ? 0 : (segments.last { $0.tick < length } ?? segments[0]).bar(atTick: length - 1) + 1
  }

  /// The number of the bar that sounds at a tick, from 0.
  package func bar(atTick tick: Int) -> Int {
    let tick = Score.clamped(tick)
    return segment { $0.tick <= tick }.bar(atTick: tick)
  }

  /// The tick where a bar starts; bars go on in the last metre behind the score's length.
  package func start(ofBar bar: Int) -> Int {
    let bar = max(bar, 0)
    return segment { $0.firstBar <= bar }.start(ofBar: bar)
  }

  /// The metre in force at a tick.
  package func metre(atTick tick: Int) -> Score.TimeSignature { segment { $0.tick <= tick }.metre }

  /// Bars from the start to a tick, as a decimal number: 2.5 is the middle of the third bar.
  package func bars(atTick tick: Int) -> Double {
    let bar = bar(atTick: tick)
    let (start, end) = (start(ofBar: bar), start(ofBar: bar + 1))
    return Double(bar) + (end > start ? Double(Score.clamped(tick) - start) / Double(end - start) : 0)
  }

  /// Bars from the start to a tick, exactly: 5/2 is the middle of the third bar.
  ///
  /// A bar that a change of metre cuts keeps its length, so the count jumps to the next whole number there. Where no ratio of
  /// two `Int` tells it, it is the number of the bar.
  package func time(atTick tick: Int) -> Ratio {
    let tick = Score.clamped(tick)
    let segment = segment { $0.tick <= tick }
    // Short bars that many ticks make, counted in a metre of many, are more than an `Int` holds.
    let parts =
      Int128(segment.firstBar) * Int128(segment.ticks) + Int128(tick - segment.tick) * Int128(segment.parts)
    return Ratio(wide: parts, Int128(segment.ticks)) ?? Ratio(segment.bar(atTick: tick))
  }

  /// The tick that stands at some bars from the start, exactly; nil where no ratio of two `Int` is that.
  ///
  /// `tick(atTime: time(atTick: tick))` is the tick; what a change of metre cut off a bar is the tick of the change.
  package func tick(atTime bars: Ratio) -> Ratio? {
    let (top, bottom) = (Int128(max(bars.numerator, 0)), Int128(bars.denominator))
    var (low, high) = (0, segments.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if Int128(segments[middle].firstBar) * bottom <= top { low = middle } else { high = middle }
    }
    let segment = segments[low]
    let scale = bottom * Int128(segment.parts)
    let tick = Ratio(
      wide: (top - Int128(segment.firstBar) * bottom) * Int128(segment.ticks) + Int128(segment.tick) * scale, scale)
    guard let tick, low + 1 < segments.count else { return tick }
    return min(tick, Ratio(segments[low + 1].tick))
  }

  private func segment(where fits: (Segment) -> Bool) -> Segment {
    var (low, high) = (0, segments.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if fits(segments[middle]) { low = middle } else { high = middle }
    }
    return segments[low]
  }
}
