extension Representation {
  /// Writes a song of events as tokens.
  ///
  /// - Throws: `tooFull`.
  func encodeEvents(_ song: EventSong, _ vocabulary: EventVocabulary) throws(EncodingError) -> EncodedSong {
    var tokens: [Int32] = []
    tokens.reserveCapacity(song.notes.count * 4 + 16)
    var writer = EventPlaceWriter(song, vocabulary)
    var program: Int?
    var note = 0
    var tempo = 0
    while true {
      let frame = min(
        note < song.notes.count ? song.notes[note].start : song.frames,
        tempo < song.tempos.count ? song.tempos[tempo].frame : song.frames)
      writer.move(to: frame, &tokens)
      if frame == song.frames { break }
      if tempo < song.tempos.count, song.tempos[tempo].frame == frame {
        tokens.append(vocabulary.token(.tempo(song.tempos[tempo].tempo)))
        tempo += 1
      }
      while note < song.notes.count, song.notes[note].start == frame {
        let next = song.notes[note]
        note += 1
        if program != next.program {
          program = next.program
          tokens.append(vocabulary.token(.program(next.program)))
        }
        tokens.append(
          vocabulary.token(next.program == EventVocabulary.drums ? .drum(next.pitch) : .pitch(next.pitch)))
        tokens.append(vocabulary.token(.velocity(Int(next.velocity))))
        var left = next.end - next.start
        while left > vocabulary.longest {
          tokens.append(vocabulary.token(.duration(vocabulary.longest)))
          left -= vocabulary.longest
        }
        tokens.append(vocabulary.token(.duration(left)))
        // A file of 100 KB can begin so many long notes at once that their tokens fill the memory.
        guard tokens.count < Self.tokenLimit else { throw .tooFull(limit: Self.tokenLimit) }
      }
      guard tokens.count < Self.tokenLimit else { throw .tooFull(limit: Self.tokenLimit) }
    }
    tokens.append(endToken)
    return EncodedSong(frames: song.frames, tokens: tokens)
  }

  /// Reads a song from tokens; what means nothing where it stands is passed over, and a note lacking its velocity or its
  /// duration is not played.
  func decodeEvents(_ encoded: EncodedSong, _ vocabulary: EventVocabulary) -> EventSong {
    var reader = EventReader(vocabulary)
    for token in encoded.tokens {
      guard let event = vocabulary.event(token) else { continue }
      if event == .end { break }
      reader.take(event)
    }
    return reader.finished()
  }
}

/// Writes where things stand: bars, metres and positions, or waits.
private struct EventPlaceWriter {
  private let song: EventSong
  private let vocabulary: EventVocabulary
  private var frame = 0
  private var barStart = 0
  private var barLength = 0
  private var nextMetre = 0

  init(_ song: EventSong, _ vocabulary: EventVocabulary) {
    self.song = song
    self.vocabulary = vocabulary
    if vocabulary.isMetrical { frame = -1 }
  }

  mutating func move(to target: Int, _ tokens: inout [Int32]) {
    guard vocabulary.isMetrical else {
      var left = target - frame
      while left > 0 {
        tokens.append(vocabulary.token(.wait(min(left, vocabulary.longest))))
        left -= vocabulary.longest
      }
      frame = target
      return
    }
    // A song of no length has no bar.
    guard song.frames > 0 else { return }
    while true {
      let metre = nextMetre < song.metres.count ? song.metres[nextMetre].frame : Int.max
      let bar = frame < 0 ? 0 : barStart + barLength
      if bar <= min(metre, target) {
        tokens.append(vocabulary.token(.bar))
        (barStart, frame) = (bar, bar)
        if metre == bar { takeMetre(&tokens) }
      } else if metre <= target {
        // A change of metre cuts its bar.
        tokens.append(vocabulary.token(.position(metre - barStart)))
        (barStart, frame) = (metre, metre)
        takeMetre(&tokens)
      } else {
        if target > frame { tokens.append(vocabulary.token(.position(target - barStart))) }
        frame = target
        return
      }
    }
  }

  private mutating func takeMetre(_ tokens: inout [Int32]) {
    tokens.append(vocabulary.token(.metre(song.metres[nextMetre].metre)))
    barLength = song.metres[nextMetre].metre.frames
    nextMetre += 1
  }
}

/// Reads tokens of events one after another.
private struct EventReader {
  private let vocabulary: EventVocabulary
  private var song = EventSong(frames: 0)
  private var frame = 0
  private var barStart = 0
  private var metre: EventVocabulary.Metre?
  private var hasBar = false
  private var program = 0
  /// The note that is being told, and what of it is known.
  private var open: EventSong.Note?
  private var hasVelocity = false
  private var isLast = false

  init(_ vocabulary: EventVocabulary) {
    self.vocabulary = vocabulary
    metre = vocabulary.metres.first { $0.numerator == 4 && $0.denominator == 4 }
    if vocabulary.isMetrical {
      song.tempos = [(0, EventVocabulary.tempo(microseconds: 500_000))]
      if let metre { song.metres = [(0, metre)] }
    }
  }

  mutating func take(_ event: EventToken) {
    switch event {
    case .velocity(let velocity):
      guard !hasVelocity else { return }
      open?.velocity = UInt8(velocity)
      hasVelocity = open != nil
      return
    case .duration(let frames):
      guard hasVelocity, !isLast else { return }
      open?.end += frames
      isLast = frames < vocabulary.longest
      return
    default: closeNote()
    }
    switch event {
    case .bar:
      let next = hasBar || frame > 0 ? barStart + (metre?.frames ?? 1) : 0
      hasBar = true
      move(to: next)
      barStart = frame
    case .position(let frames):
      if barStart + frames > frame, frames < metre?.frames ?? 0 { move(to: barStart + frames) }
    case .metre(let metre):
      self.metre = metre
      barStart = frame
      if song.metres.last?.frame == frame { song.metres.removeLast() }
      song.metres.append((frame, metre))
    case .tempo(let tempo):
      if song.tempos.last?.frame == frame { song.tempos.removeLast() }
      song.tempos.append((frame, tempo))
    case .wait(let frames): move(to: frame + frames)
    case .program(let program): self.program = program
    case .pitch(let pitch):
      open = .init(
        start: frame, end: frame, program: program == EventVocabulary.drums ? 0 : program, pitch: pitch, velocity: 0)
    case .drum(let pitch):
      open = .init(start: frame, end: frame, program: EventVocabulary.drums, pitch: pitch, velocity: 0)
    case .end, .velocity, .duration: break
    }
  }

  /// Moves on, but no further than a song is long.
  private mutating func move(to frame: Int) { self.frame = min(frame, Grid.frameLimit) }

  private mutating func closeNote() {
    if var note = open, note.end > note.start {
      note.end = min(note.end, Grid.frameLimit)
      if note.end > note.start { song.notes.append(note) }
    }
    open = nil
    hasVelocity = false
    isLast = false
  }

  /// The song, in the one form that encoding gives.
  mutating func finished() -> EventSong {
    closeNote()
    song.frames = max(frame, song.notes.map(\.end).max() ?? 0)
    _ = song.undouble()
    let (metres, tempos) = (song.metres, song.tempos)
    (song.metres, song.tempos) = ([], [])
    for (frame, metre) in metres where frame < song.frames {
      if let last = song.metres.last, last.metre == metre, (frame - last.frame) % metre.frames == 0 { continue }
      song.metres.append((frame, metre))
    }
    for (frame, tempo) in tempos where frame < song.frames && song.tempos.last?.tempo != tempo {
      song.tempos.append((frame, tempo))
    }
    return song
  }
}
