extension Representation {
  /// Plays a song of events faster and louder; other representations tell neither, and keep the song.
  ///
  /// In bars the tempos move by as many of their steps as one of 120 quarters a minute would, but none past the first or the
  /// last; by the clock everything begins and ends sooner or later. No velocity leaves those that there are.
  ///
  /// - Parameters:
  ///   - song: the song, of this representation.
  ///   - tempo: by how much faster, in thousandths; above -1000, slower where negative.
  ///   - velocity: by how much louder, of 127; softer where negative.
  /// - Returns: a song as encoding writes it.
  package func varied(_ song: EncodedSong, tempo: Int, velocity: Int) -> EncodedSong {
    guard let events, tempo > -1000 else { return song }
    var varied = events.isMetrical || tempo == 0 ? song : stretched(song, tempo, events)
    let louder = EventVocabulary.steps(ofVelocity: velocity)
    let faster = events.isMetrical ? fasterSteps(of: song, tempo, events) : 0
    guard louder != 0 || faster != 0 else { return varied }
    for place in varied.tokens.indices {
      switch events.event(varied.tokens[place]) {
      case .tempo(let number): varied.tokens[place] = events.token(.tempo(number + faster))
      case .velocity(let velocity):
        let moved = min(max(velocity + louder * EventVocabulary.velocityWidth, 0), 127)
        varied.tokens[place] = events.token(.velocity(moved))
      default: break
      }
    }
    return varied
  }

  /// By how many steps all tempos of a song can be moved towards what is asked for.
  private func fasterSteps(of song: EncodedSong, _ tempo: Int, _ events: EventVocabulary) -> Int {
    let usual = EventVocabulary.tempo(microseconds: 500_000)
    let asked = EventVocabulary.tempo(microseconds: 500_000_000 / (1000 + tempo)) - usual
    var used: ClosedRange<Int> = usual...usual
    var isTold = false
    for token in song.tokens {
      guard case .tempo(let number)? = events.event(token) else { continue }
      used = isTold ? min(used.lowerBound, number)...max(used.upperBound, number) : number...number
      isTold = true
    }
    return max(-used.lowerBound, min(asked, EventVocabulary.tempos.count - 1 - used.upperBound))
  }

  /// Moves every time of a song by the clock, to the nearest frame; a song that would be too long stays as it is.
  private func stretched(_ encoded: EncodedSong, _ tempo: Int, _ events: EventVocabulary) -> EncodedSong {
    let divisor = 1000 + tempo
    func moved(_ frame: Int) -> Int { (2000 * frame + divisor) / (2 * divisor) }
    var song = decodeEvents(encoded, events)
    guard moved(song.frames) <= Grid.frameLimit else { return encoded }
    for place in song.notes.indices {
      let note = song.notes[place]
      song.notes[place].start = moved(note.start)
      song.notes[place].end = max(moved(note.end), moved(note.start) + 1)
    }
    song.frames = max(moved(song.frames), song.notes.reduce(0) { max($0, $1.end) })
    _ = song.undouble()
    return (try? encodeEvents(song, events)) ?? encoded
  }
}

extension EventVocabulary {
  /// The steps of velocity nearest to a difference, the fewer of two.
  static func steps(ofVelocity difference: Int) -> Int {
    let steps = (Int(difference.magnitude) + velocityWidth / 2 - 1) / velocityWidth
    return difference < 0 ? -steps : steps
  }
}
