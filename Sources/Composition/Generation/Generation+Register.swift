internal import MIDI
internal import Network
internal import Representation

extension Generation {
  /// Where the songs are to lie: they are then composed on C, and each is moved to its tonic when it is done.
  ///
  /// A song that came from F lies lower on C than one that came from G, and the network, which knows both, was not told
  /// which is which. So where a song lies says which tonics it may have come from.
  ///
  /// Nil where the tonic is known before the song begins, or a range is asked for; and with weights that do not tell where
  /// their corpus lies, whose songs stay what they were.
  func register(_ order: SongOrder) -> CorpusRegister? {
    let constraints = settings.constraints
    guard let register = weights.metadata.register, register.mean.isFinite, register.deviation.isFinite,
      tonicShares != nil, constraints.key == nil, constraints.chords.isEmpty, constraints.range == nil,
      constraints.ranges.isEmpty, order.rules?.melody == nil, order.prime == nil
    else { return nil }
    return register
  }

  /// By how many semitones a song on C is moved to a tonic of the corpus.
  ///
  /// The tonic is drawn as likely as a song of the corpus that lies there comes from it (Bayes): as often as the corpus has
  /// it, times the normal density of where the song then lies. Never where a pitch would be lost; on C if it always would.
  func move(of song: EncodedSong, to register: CorpusRegister, seed: UInt64) -> Int {
    guard var shares = tonicShares else { return 0 }
    let possible = reading.representation.transpositions(of: song)
    for tonic in shares.indices where !possible.contains(Self.semitones(up: tonic)) { shares[tonic] = 0 }
    if let here = reading.representation.meanPitch(of: song) {
      // A weights file may come from anywhere.
      let (mean, deviation) = (min(max(0, register.mean), 127), min(max(0.5, register.deviation), 127))
      let exponents = shares.indices.map { tonic in
        let distance = Float((here + Double(Self.semitones(up: tonic)) - mean) / deviation)
        return -distance * distance / 2
      }
      // Beside the likeliest tonic, so that some have a share however far off the song lies.
      let largest = shares.indices.filter { shares[$0] > 0 }.map { exponents[$0] }.max() ?? 0
      for tonic in shares.indices { shares[tonic] *= Numerics.exp(min(0, exponents[tonic] - largest)) }
    }
    return Self.semitones(up: Self.drawnTonic(shares, seed: seed))
  }

  /// From C to a tonic, by at most six semitones.
  private static func semitones(up tonic: Int) -> Int { tonic > 6 ? tonic - 12 : tonic }
}

extension Score {
  /// Moves all notes but the drums'.
  mutating func transpose(by semitones: Int) {
    guard semitones != 0 else { return }
    for track in tracks.indices {
      for place in tracks[track].notes.indices where tracks[track].notes[place].channel != 9 {
        let pitch = Int(tracks[track].notes[place].pitch) + semitones
        tracks[track].notes[place].pitch = UInt8(clamping: min(max(0, pitch), 127))
      }
    }
  }
}
