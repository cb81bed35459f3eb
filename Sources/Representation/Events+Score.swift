internal import MIDI

// Events: bars or waits, tempo, metre, and notes with program, pitch, velocity and duration.

extension Representation {
  /// Places a score on the grid (by the clock: on 10 ms), with drums, programs, velocities, metre and tempo.
  ///
  /// A track's own program changes rule it; the drums' kit is not told.
  func eventSong(
    of score: Score, _ vocabulary: EventVocabulary
  ) throws(EncodingError) -> (song: EventSong, report: EncodingReport) {
    let score = settings.pedal ? score.sustained() : score
    let clock = EventClock(score, vocabulary, isMixed: settings.isMixed)
    var report = EncodingReport()
    guard let length = clock.notBefore(score.length) else { throw .tooLong(limit: Grid.frameLimit) }
    var song = EventSong(frames: length)
    for (track, programs) in zip(score.tracks, ProgramMap.all(of: score)) {
      for note in track.notes {
        report.notes += 1
        guard let place = clock.frames(of: note), place.lowerBound < Grid.frameLimit else {
          throw .tooLong(limit: Grid.frameLimit)
        }
        clock.count(note, at: place, in: &report)
        let program =
          note.isDrum
          ? EventVocabulary.drums : Int(programs.program(ofChannel: note.channel, atTick: note.start) & 127)
        song.frames = max(song.frames, place.upperBound)
        song.notes.append(
          EventSong.Note(
            start: place.lowerBound, end: place.upperBound, program: program, pitch: Int(note.pitch & 127),
            velocity: EventVocabulary.rounded(velocity: min(note.velocity, 127))))
      }
    }
    guard song.frames <= Grid.frameLimit else { throw .tooLong(limit: Grid.frameLimit) }
    report.doubled = song.undouble()
    if vocabulary.isMetrical, song.frames > 0 {
      report.metres = takeMetres(of: score, clock, vocabulary, into: &song)
      takeTempos(of: score, clock, into: &song)
    }
    return (song, report)
  }

  /// - Returns: how many changes of metre are read as 4/4.
  private func takeMetres(
    of score: Score, _ clock: EventClock, _ vocabulary: EventVocabulary, into song: inout EventSong
  ) -> Int {
    var lost = 0
    let usual = vocabulary.metres.first { $0.numerator == 4 && $0.denominator == 4 }
    func take(_ metre: EventVocabulary.Metre, at frame: Int) {
      if let last = song.metres.last {
        if last.frame == frame {
          song.metres.removeLast()
          take(metre, at: frame)
          return
        }
        // The same metre again where a bar begins anyway says nothing.
        if last.metre == metre, (frame - last.frame) % metre.frames == 0 { return }
      }
      song.metres.append((frame, metre))
    }
    if let usual { take(usual, at: 0) }
    for metre in score.timeSignatures {
      guard let frame = clock.nearest(metre.tick), frame < song.frames else { continue }
      let known = vocabulary.metres.first {
        $0.numerator == metre.numerator && $0.denominator == metre.denominator
      }
      if known == nil { lost += 1 }
      if let metre = known ?? usual { take(metre, at: frame) }
    }
    return lost
  }

  private func takeTempos(of score: Score, _ clock: EventClock, into song: inout EventSong) {
    var tempos: [(frame: Int, tempo: Int)] = [(0, EventVocabulary.tempo(microseconds: 500_000))]
    if case .ticksPerQuarter = score.division {
      for tempo in score.tempos {
        guard let frame = clock.nearest(tempo.tick), frame < song.frames else { continue }
        if tempos.last?.frame == frame { tempos.removeLast() }
        tempos.append((frame, EventVocabulary.tempo(microseconds: tempo.microsecondsPerQuarter)))
      }
    }
    for tempo in tempos where song.tempos.last?.tempo != tempo.tempo { song.tempos.append(tempo) }
  }

  /// Writes a song of events as a score: a track a program, by program, the drums last.
  ///
  /// Fifteen programs have a channel of their own; more share them.
  func score(of song: EventSong) -> Score {
    var places: [Int: Int] = [:]
    let programs = Set(song.notes.map(\.program)).sorted()
    var tracks = programs.enumerated().map { place, program in
      places[program] = place
      if program == EventVocabulary.drums { return Score.Track(name: Array("Drums".utf8)) }
      let change = Score.ProgramChange(tick: 0, channel: channel(place, program), program: UInt8(program))
      return Score.Track(name: Array("Program \(program)".utf8), programs: [change])
    }
    for note in song.notes {
      guard let place = places[note.program] else { continue }
      tracks[place].notes.append(
        Score.Note(
          start: note.start * ticksPerFrame, end: note.end * ticksPerFrame, channel: channel(place, note.program),
          pitch: UInt8(note.pitch), velocity: note.velocity))
    }
    for place in tracks.indices { tracks[place].notes.sort(by: Score.Note.precedes) }
    var score = Score(
      division: .ticksPerQuarter(ticksPerQuarter), tracks: tracks, length: song.frames * ticksPerFrame)
    score.tempos = song.tempos.map {
      let tempo = EventVocabulary.tempos[$0.tempo]
      return Score.Tempo(tick: $0.frame * ticksPerFrame, microsecondsPerQuarter: 60_000_000 / tempo)
    }
    score.timeSignatures = song.metres.map {
      Score.TimeSignature(
        tick: $0.frame * ticksPerFrame, numerator: $0.metre.numerator, denominator: $0.metre.denominator)
    }
    return score
  }

  private func channel(_ place: Int, _ program: Int) -> UInt8 {
    program == EventVocabulary.drums ? 9 : Self.channel(place)
  }
}

/// The frames of a score for events: of the grid, or of the clock.
private struct EventClock {
  private let grid: Grid?
  private let tempos: TempoMap

  init(_ score: Score, _ vocabulary: EventVocabulary, isMixed: Bool) {
    tempos = TempoMap(score)
    guard vocabulary.isMetrical else {
      grid = nil
      return
    }
    var grid = Grid(score.division, resolution: vocabulary.resolution, isMixed: isMixed)
    grid.choose(for: score.tracks.lazy.flatMap(\.notes))
    self.grid = grid
  }

  func nearest(_ tick: Int) -> Int? {
    if let grid { return grid.nearest(tick) }
    let (numerator, denominator) = seconds(tick)
    return Int(exactly: (200 * numerator + denominator) / (2 * denominator))
  }

  func notBefore(_ tick: Int) -> Int? {
    if let grid { return grid.notBefore(tick) }
    let (numerator, denominator) = seconds(tick)
    return Int(exactly: (100 * numerator + denominator - 1) / denominator)
  }

  func frames(of note: Score.Note) -> Range<Int>? {
    if let grid { return grid.frames(from: note.start, to: note.end) }
    guard let start = nearest(note.start), let end = nearest(note.end), start < Int.max else { return nil }
    return start..<max(end, start + 1)
  }

  func count(_ note: Score.Note, at place: Range<Int>, in report: inout EncodingReport) {
    if let grid { return report.take(note, at: place, on: grid) }
    func distance(_ tick: Int, _ frame: Int) -> Double {
      let (numerator, denominator) = seconds(tick)
      // A frame is a fiftieth of a quarter of half a second.
      return Double((100 * numerator - Int128(frame) * denominator).magnitude) / (50 * Double(denominator))
    }
    let far = distance(note.start, place.lowerBound)
    guard far > 0 || distance(note.end, place.upperBound) > 0 else { return }
    report.moved += 1
    report.distance += far
    report.farthest = max(report.farthest, far)
  }

  /// Seconds from the start to a tick, exactly.
  private func seconds(_ tick: Int) -> (numerator: Int128, denominator: Int128) {
    let time = tempos.fraction(ofSecondsAtTick: tick)
    return (Int128(time.numerator), Int128(time.denominator))
  }
}
