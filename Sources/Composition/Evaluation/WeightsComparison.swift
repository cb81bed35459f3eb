internal import Network

/// Two weights' scores of the same songs, song by song, and whether their difference is more than chance.
package struct WeightsComparison: Sendable, Equatable {
  /// The songs' losses by the first and by the second weights; a smaller one is better.
  package let first: [Double]
  package let second: [Double]
  /// The mean of first less second: below 0 where the first are better.
  package let difference: Double
  /// The standard error of the difference; nil: there are fewer than two songs.
  package let standardError: Double?
  /// How often songs that are no different would differ by as much, from 0 to 1.
  ///
  /// Where the weights are equally good, each song's difference might as well have the other sign. So this is the share
  /// of all choices of signs under which the mean is at least as far from 0: all of them up to 14 songs, else 20,000 that
  /// are drawn with a fixed seed (Fisher 1935, "The Design of Experiments", section 21; the random version after Phipson
  /// and Smyth 2010).
  package let chance: Double

  /// Under this `chance` a difference counts as more than chance.
  package static let level = 0.05

  /// Compares losses of the same songs in the same order; of unequal counts the surplus is left out.
  package init(_ first: [Double], _ second: [Double]) {
    let count = min(first.count, second.count)
    self.first = Array(first.prefix(count))
    self.second = Array(second.prefix(count))
    let differences = zip(first, second).map { $0 - $1 }
    let mean = differences.reduce(0, +) / Double(max(1, count))
    difference = mean
    let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    standardError = count > 1 ? (squares / Double(count - 1) / Double(count)).squareRoot() : nil
    chance = Self.chance(of: differences)
  }

  private static let mostExact = 14
  private static let draws = 20_000

  private static func chance(of differences: [Double]) -> Double {
    let count = differences.count
    guard count > 0 else { return 1 }
    let found = abs(differences.reduce(0, +))
    // What sums in another order may differ by.
    let least = found - 1e-12 * differences.reduce(0) { $0 + abs($1) }
    if count <= mostExact {
      let hits = (0..<1 << count).count { signs in
        abs(differences.indices.reduce(0.0) { $0 + (signs >> $1 & 1 == 1 ? -1 : 1) * differences[$1] }) >= least
      }
      return Double(hits) / Double(1 << count)
    }
    let random = Philox(seed: 1, purpose: Purpose.signs)
    var hits = 1
    var word: UInt64 = 0
    for draw in 0..<draws {
      var sum = 0.0
      for (place, value) in differences.enumerated() {
        if place % 64 == 0 {
          let bits = random.bits(UInt64(draw), UInt32(truncatingIfNeeded: place / 64))
          word = UInt64(bits.x) << 32 | UInt64(bits.y)
        }
        sum += word >> UInt64(place % 64) & 1 == 1 ? -value : value
      }
      if abs(sum) >= least { hits += 1 }
    }
    return Double(hits) / Double(draws + 1)
  }

  /// Which are better: 1 or 2, or nil where the difference may be chance.
  package var better: Int? { chance < Self.level && difference != 0 ? (difference < 0 ? 1 : 2) : nil }

  /// On how many songs the first are better, the second are, and neither is.
  package var songs: (first: Int, second: Int, equal: Int) {
    let pairs = zip(first, second)
    let (one, two) = (pairs.count { $0 < $1 }, pairs.count { $1 < $0 })
    return (one, two, first.count - one - two)
  }
}

/// The loss of each song of a corpus: nats a frame without what ending cost, of events nats a token.
///
/// - Throws: `CompositionError`, of kind `data` where there is nothing to score.
package func songLosses(of weights: WeightsFile, on corpus: EncodedCorpus, threads: Int) throws -> [Double] {
  guard !corpus.items.isEmpty else { throw CompositionError(.data, "there is no music to compare on") }
  let reading = try weights.metadata.plan.reading()
  let network = try Network(reading.architecture, tensors: weights.tensors)
  let score = try Scoring(network, reading, pool: WorkerPool(threads)).score(weights.asRead(corpus, reading))
  return score.songs.map { song in
    score.isByToken
      ? song.nll / Double(max(1, song.tokens)) : (song.nll - song.endNll) / Double(max(1, song.frames))
  }
}
