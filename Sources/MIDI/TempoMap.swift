/// Ticks to seconds and back, through all changes of tempo.
///
/// Sums are kept in whole microseconds × ticks, so nothing drifts however many changes there are.
package struct TempoMap: Sendable {
  /// The microseconds a quarter lasts before the first tempo: 120 quarters a minute.
  static let standardTempo = 500_000

  private struct Segment {
    let tick: Int
    /// Σ ticks × microseconds a quarter up to `tick`; below 2^57.
    let sum: Int
    let microsecondsPerQuarter: Int
  }

  private let segments: [Segment]
  /// What `sum` is divided by to give seconds; below 2^36.
  private let divisor: Int

  /// Makes the map of a score; where its division is SMPTE, tempos do not count (SMF 1.0, "Header Chunks").
  package init(_ score: Score) { self.init(division: score.division, tempos: score.tempos) }

  /// Makes the map of tempos that are ordered by tick; before the first, 120 quarters a minute hold.
  package init(division: Score.Division, tempos: [Score.Tempo]) {
    switch division {
    case .ticksPerQuarter(let ticks):
      var segments = [Segment(tick: 0, sum: 0, microsecondsPerQuarter: Self.standardTempo)]
      for tempo in tempos {
        let last = segments[segments.count - 1]
        let tick = max(Score.clamped(tempo.tick), last.tick)
        segments.append(
          Segment(
            tick: tick, sum: last.sum + (tick - last.tick) * last.microsecondsPerQuarter,
            microsecondsPerQuarter: tempo.microsecondsPerQuarter.clamped(to: 1...0xFF_FFFF)))
      }
      self.segments = segments
      divisor = max(ticks, 1) * 1_000_000
    case .smpte(let frames, let ticks):
      // 29 frames a second are 30 000/1001.
      segments = [Segment(tick: 0, sum: 0, microsecondsPerQuarter: frames == 29 ? 1001 : 1)]
      divisor = max(frames == 29 ? 30_000 : frames, 1) * max(ticks, 1)
    }
  }

  /// Seconds from the start to a tick.
  package func seconds(atTick tick: Int) -> Double {
    let time = fraction(ofSecondsAtTick: tick)
    return Double(time.numerator) / Double(time.denominator)
  }

  /// Seconds from the start to a tick as a fraction, exactly, not in lowest terms.
  package func fraction(ofSecondsAtTick tick: Int) -> (numerator: Int, denominator: Int) {
    let tick = Score.clamped(tick)
    let segment = segment { $0.tick <= tick }
    return (segment.sum + (tick - segment.tick) * segment.microsecondsPerQuarter, divisor)
  }

  /// Seconds from the start to a tick, exactly.
  package func time(atTick tick: Int) -> Ratio {
    let time = fraction(ofSecondsAtTick: tick)
    return Ratio(time.numerator, time.denominator) ?? Ratio(0)
  }

  /// The tick that stands at some seconds from the start, exactly; nil where no ratio of two `Int` is that.
  ///
  /// `tick(atTime: time(atTick: tick))` is the tick.
  package func tick(atTime seconds: Ratio) -> Ratio? {
    let (top, bottom) = (Int128(max(seconds.numerator, 0)), Int128(seconds.denominator))
    let segment = segment { Int128($0.sum) * bottom <= top * Int128(divisor) }
    let scale = Int128(segment.microsecondsPerQuarter) * bottom
    return Ratio(
      wide: top * Int128(divisor) - Int128(segment.sum) * bottom + Int128(segment.tick) * scale, scale)
  }

  /// The tick, as a fraction, that stands at some seconds from the start.
  package func tick(atSeconds seconds: Double) -> Double {
    let sum = max(seconds, 0) * Double(divisor)
    let segment = segment { Double($0.sum) <= sum }
    return Double(segment.tick) + (sum - Double(segment.sum)) / Double(segment.microsecondsPerQuarter)
  }

  /// The last segment that fulfils a condition that no segment fulfils behind one that does not.
  private func segment(where fits: (Segment) -> Bool) -> Segment {
    var (low, high) = (0, segments.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if fits(segments[middle]) { low = middle } else { high = middle }
    }
    return segments[low]
  }
}

extension Score {
  /// Seconds from the start to a tick; for many ticks make one `TempoMap`.
  package func seconds(atTick tick: Int) -> Double { TempoMap(self).seconds(atTick: tick) }

  /// Seconds from the start to the score's length.
  package var seconds: Double { seconds(atTick: length) }
}

extension Score.Division {
  /// How many ticks make how many quarters, in lowest terms: a quarter of an SMPTE division lasts half a second.
  package var ticksToQuarters: (ticks: Int, quarters: Int) {
    switch self {
    case .ticksPerQuarter(let ticks): return (max(ticks, 1), 1)
    case .smpte(let frames, let ticks):
      let ticks = max(ticks, 1)
      if frames == 29 {
        let perQuarter = 15_000 * ticks
        let common = [7, 11, 13].reduce(1) { $0 * (ticks % $1 == 0 ? $1 : 1) }
        return (perQuarter / common, 1001 / common)
      }
      let perSecond = max(frames, 1) * ticks
      return perSecond % 2 == 0 ? (perSecond / 2, 1) : (perSecond, 2)
    }
  }
}
