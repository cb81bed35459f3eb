extension Representation {
  /// Moves a song by semitones; drums stay.
  ///
  /// - Returns: nil where a pitch would leave `settings.pitches`.
  package func transposed(_ song: EncodedSong, by semitones: Int) -> EncodedSong? {
    guard transpositions(of: song).contains(semitones) else { return nil }
    var moved = song
    switch layout {
    case .roll:
      // Every pitch moves by the same number of places, and none leaves its set.
      moved.rows = [UInt8](repeating: 0, count: song.rows.count)
      for (place, value) in song.rows.enumerated() where value != 0 {
        let isDrum = place % sets.count >= sets.melodicCount
        moved.rows[isDrum ? place : place + semitones] = value
      }
    case .steps, .stepsWithoutHolds, .voices, .events:
      for place in moved.tokens.indices { moved.tokens[place] = transposed(song.tokens[place], by: semitones) }
    }
    return moved
  }

  /// Moves a token by semitones; drums, and what has no pitch, stay.
  /// - Precondition: the pitch stays within its bounds (`transpositions(of:)`).
  package func transposed(_ token: Int32, by semitones: Int) -> Int32 {
    guard semitones != 0 else { return token }
    switch layout {
    case .roll: return token
    case .events:
      if case .pitch? = events?.event(token) { return token + Int32(semitones) }
      return token
    case .steps, .stepsWithoutHolds:
      let perKey = layout == .steps ? 2 : 1
      return token < 2 || Int(token) >= 2 + sets.melodicCount * perKey ? token : token + Int32(semitones * perKey)
    case .voices: return token < 3 ? token : token + Int32(semitones)
    }
  }

  /// Tells by how many semitones a song can be moved without losing a pitch; a silent song by as many as there are pitches.
  package func transpositions(of song: EncodedSong) -> ClosedRange<Int> {
    transpositions(of: outline(of: song))
  }

  /// Returns the lowest and the highest pitch of a song; nil where it is silent.
  func pitchRange(of song: EncodedSong) -> ClosedRange<Int>? {
    var range: ClosedRange<Int>?
    func take(_ pitch: Int) {
      range = range.map { min($0.lowerBound, pitch)...max($0.upperBound, pitch) } ?? pitch...pitch
    }
    func takeKey(_ key: Int) { if !sets.isDrum(key: key) { take(sets.pitch(ofKey: key).pitch) } }
    if layout == .roll {
      for (place, value) in song.rows.enumerated() where value != 0 { takeKey(lowest + place % sets.count) }
      return range
    }
    if let events {
      for token in song.tokens { if case .pitch(let pitch)? = events.event(token) { take(pitch) } }
      return range
    }
    for token in song.tokens {
      switch kind(of: token) {
      case .start(let key), .holdPitch(let key): takeKey(key)
      case .end, .frame, .hold, .rest: break
      }
    }
    return range
  }
}
