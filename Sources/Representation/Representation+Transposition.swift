extension Representation {
  /// Moves a song by semitones; drums stay.
  ///
  /// - Returns: nil where a pitch would leave `settings.pitches`.
  package func transposed(_ song: EncodedSong, by semitones: Int) -> EncodedSong? {
    guard transpositions(of: song).contains(semitones) else { return nil }
    var moved = song
    switch layout {
    case .roll:
      // Every pitch moves by the same number of places, and none leaves its frame.
      moved.rows = [UInt8](repeating: 0, count: song.rows.count)
      for (place, value) in song.rows.enumerated() where value != 0 { moved.rows[place + semitones] = value }
    case .events:
      for place in moved.tokens.indices {
        guard case .pitch? = events?.event(song.tokens[place]) else { continue }
        moved.tokens[place] += Int32(semitones)
      }
    case .steps, .stepsWithoutHolds, .voices:
      for place in moved.tokens.indices {
        switch kind(of: song.tokens[place]) {
        case .start(let pitch): moved.tokens[place] = startToken(pitch + semitones)
        case .holdPitch(let pitch): moved.tokens[place] = holdToken(pitch + semitones)
        case .end, .frame, .hold, .rest: break
        }
      }
    }
    return moved
  }

  /// Tells by how many semitones a song can be moved without losing a pitch; a silent song by as many as there are pitches.
  package func transpositions(of song: EncodedSong) -> ClosedRange<Int> {
    let bounds = layout == .events ? 0...127 : settings.pitches
    guard let used = pitchRange(of: song) else { return (1 - bounds.count)...(bounds.count - 1) }
    return (bounds.lowerBound - used.lowerBound)...(bounds.upperBound - used.upperBound)
  }

  /// Returns the lowest and the highest pitch of a song; nil where it is silent.
  private func pitchRange(of song: EncodedSong) -> ClosedRange<Int>? {
    var range: ClosedRange<Int>?
    func take(_ pitch: Int) {
      range = range.map { min($0.lowerBound, pitch)...max($0.upperBound, pitch) } ?? pitch...pitch
    }
    if layout == .roll {
      for (place, value) in song.rows.enumerated() where value != 0 { take(lowest + place % settings.pitches.count) }
      return range
    }
    if let events {
      for token in song.tokens { if case .pitch(let pitch)? = events.event(token) { take(pitch) } }
      return range
    }
    for token in song.tokens {
      switch kind(of: token) {
      case .start(let pitch), .holdPitch(let pitch): take(pitch)
      case .end, .frame, .hold, .rest: break
      }
    }
    return range
  }
}
