internal import Network
internal import Representation

extension Generation {
  /// The tonic on which each song is composed, as a pitch class; 0 for all where the network was not trained on one tonic,
  /// or where songs are moved once they are done (`register`).
  ///
  /// It is the key's, else the first chord's root, else that of a melody's last note or the likeliest for a song to be
  /// continued; where nothing is given it is drawn as often as the corpus has it.
  func tonics(of seeds: [UInt64], _ order: SongOrder) throws -> [Int] {
    guard let shares = tonicShares, register(order) == nil else { return [Int](repeating: 0, count: seeds.count) }
    if let given = try givenTonic(order) { return [Int](repeating: given, count: seeds.count) }
    return seeds.map { Self.drawnTonic(shares, seed: $0) }
  }

  /// How often the corpus has each tonic; nil where the network was not trained on one tonic.
  var tonicShares: [Float]? {
    guard let counts = weights.metadata.tonics, weights.metadata.training.isOnOneTonic, counts.count == 12 else {
      return nil
    }
    // A weights file may come from anywhere.
    return counts.map { Float(min(max(0, $0), 1 << 20)) }
  }

  static func drawnTonic(_ shares: [Float], seed: UInt64) -> Int {
    var left = Philox(seed: seed, purpose: Purpose.tonic).uniform(0) * shares.reduce(0, +)
    for (tonic, share) in shares.enumerated() {
      left -= share
      if left < 0 { return tonic }
    }
    return shares.lastIndex { $0 > 0 } ?? 0
  }

  private func givenTonic(_ order: SongOrder) throws -> Int? {
    let constraints = settings.constraints
    if let tonic = constraints.key?.tonic ?? constraints.chords.first?.first?.root { return tonic }
    if let last = order.rules?.melody?.notes.max(by: { $0.start < $1.start }) { return last.pitch % 12 }
    guard let prime = order.prime else { return nil }
    // Whichever tonic makes it likeliest.
    let moves = (-6...5).compactMap { move in
      reading.representation.transposed(prime, by: move).map { (song: $0, tonic: (12 - move) % 12) }
    }
    guard !moves.isEmpty else { return nil }
    let network = try Network(reading.architecture, tensors: weights.tensors)
    let scores = try Scoring(network, reading, pool: pool).score(EncodedCorpus(songs: moves.map(\.song))).songs
    return zip(moves, scores).min { $0.1.nll - $0.1.endNll < $1.1.nll - $1.1.endNll }?.0.tonic
  }

  /// The network of the weights, or of their guide, as it writes on a tonic.
  func network(_ tensors: [Tensor], on tonic: Int) throws(NetworkError) -> Network {
    try Network(reading.architecture, tensors: weights.moved(tensors, up: Self.semitones(to: tonic), reading))
  }

  /// The classes that the network was not taught on a tonic.
  func strangers(on tonic: Int) -> Set<Int> { weights.strangers(up: Self.semitones(to: tonic), reading) }

  private static func semitones(to tonic: Int) -> Int { tonic > 6 ? tonic - 12 : tonic }
}
