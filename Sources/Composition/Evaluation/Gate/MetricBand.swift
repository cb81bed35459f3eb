/// What is usual of a metric in a corpus.
struct MetricBand: Equatable {
  /// Nil: as low as it may be.
  var low: Double?
  /// Nil: as high as it may be.
  var high: Double?

  /// The band of some songs' values.
  ///
  /// It goes from the lowest value to the highest, without a few songs at either end, and further by a share of its width
  /// and by what so few songs leave open (2 / n of it).
  ///
  /// - Parameters:
  ///   - values: the values, in any order.
  ///   - isOpenBelow: whether a low value is no fault.
  ///   - isOpenAbove: whether a high value is no fault.
  ///   - outliers: one song in so many is left out at either end.
  ///   - spread: the share of its width by which it is wider.
  init(
    _ values: [Double], isOpenBelow: Bool = false, isOpenAbove: Bool = false, outliers: Int = 100, spread: Double = 0.25
  ) {
    let sorted = values.sorted()
    let dropped = sorted.count / max(1, outliers)
    guard dropped < sorted.count else { return }
    let (low, high) = (sorted[dropped], sorted[sorted.count - 1 - dropped])
    let margin = (high - low) * (spread + 2 / Double(sorted.count)) + Self.rounding
    if !isOpenBelow { self.low = low - margin }
    if !isOpenAbove { self.high = high + margin }
  }

  /// The band of a metric.
  init(_ values: [Double], of key: SongMetrics.CodingKeys) {
    self.init(values, isOpenBelow: !key.isFaultyLow, isOpenAbove: !key.isFaultyHigh)
  }

  /// What sums in another order may differ by.
  private static let rounding = 1e-9

  func holds(_ value: Double) -> Bool { value >= low ?? value && value <= high ?? value }

  /// The band in words: `1.83 to 2.31`.
  var description: String {
    switch (low, high) {
    case (let low?, let high?): "\(told(low)) to \(told(high))"
    case (let low?, nil): "at least \(told(low))"
    case (nil, let high?): "at most \(told(high))"
    case (nil, nil): "anything"
    }
  }
}

extension SongMetrics.CodingKeys {
  /// Whether a low value may be a fault.
  fileprivate var isFaultyLow: Bool {
    switch self {
    case .emptyBars, .longestRepeat, .barLineLeap, .hangingNotes: false
    default: true
    }
  }

  /// Whether a high value may be a fault.
  fileprivate var isFaultyHigh: Bool { self != .scaleConsistency }
}

/// A number for people, with at most three decimal places.
func told(_ value: Double) -> String {
  guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
  let thousandths = Int((value * 1000).rounded())
  let fraction = abs(thousandths % 1000)
  if fraction == 0 { return "\(thousandths / 1000)" }
  var digits = String(fraction + 1000).dropFirst()
  while digits.last == "0" { digits.removeLast() }
  return "\(thousandths < 0 ? "-" : "")\(abs(thousandths / 1000)).\(digits)"
}
