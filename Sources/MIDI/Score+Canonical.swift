extension Score {
  /// The last tick of a score that can be written and read again.
  package static let lastTick = 1 << 31

  /// The same music in the one form that a file can hold: what is read is so, and what is written is made so first.
  ///
  /// Ticks and values lie within their ranges; notes of one pitch and channel of a track end in the order in which they
  /// start (a file cannot say which of two a note-off ends); everything is in order; metre, key and tempo change once a
  /// tick; tracks with nothing in them are gone; the length covers everything.
  package func canonical() -> Score {
    var result = self
    switch division {
    case .ticksPerQuarter(let ticks): result.division = .ticksPerQuarter(ticks.clamped(to: 1...32_767))
    case .smpte(let frames, let ticks):
      result.division = .smpte(
        framesPerSecond: [24, 25, 29].contains(frames) ? frames : 30, ticksPerFrame: ticks.clamped(to: 1...255))
    }
    result.tempos = tempos.filter { (1...0xFF_FFFF).contains($0.microsecondsPerQuarter) }.map {
      var tempo = $0
      tempo.tick = Self.clamped($0.tick)
      return tempo
    }.lastOfEachTick(\.tick)
    result.timeSignatures = timeSignatures.filter(\.isWritable).map {
      var metre = $0
      metre.tick = Self.clamped($0.tick)
      metre.clocksPerClick = $0.clocksPerClick.clamped(to: 0...255)
      metre.thirtySecondsPerQuarter = $0.thirtySecondsPerQuarter.clamped(to: 0...255)
      return metre
    }.lastOfEachTick(\.tick)
    result.keySignatures = keySignatures.filter { (-7...7).contains($0.sharps) }.map {
      var key = $0
      key.tick = Self.clamped($0.tick)
      return key
    }.lastOfEachTick(\.tick)
    result.tracks = tracks.map { $0.canonical() }.filter { !$0.isEmpty }
    result.length = Self.clamped(length)
    for tick in [result.tempos.last?.tick, result.timeSignatures.last?.tick, result.keySignatures.last?.tick] {
      result.length = max(result.length, tick ?? 0)
    }
    for track in result.tracks {
      result.length = max(result.length, track.programs.last?.tick ?? 0, track.messages.lastTick ?? 0)
      for note in track.notes { result.length = max(result.length, note.end) }
    }
    return result
  }

  static func clamped(_ tick: Int) -> Int { tick.clamped(to: 0...lastTick) }

  /// What of this score does not hold that holds of a canonical one; empty where nothing.
  package var invariantFailures: [String] {
    let other = canonical()
    var failures: [String] = []
    if division != other.division { failures.append("division") }
    if tempos != other.tempos { failures.append("tempos") }
    if timeSignatures != other.timeSignatures { failures.append("time signatures") }
    if keySignatures != other.keySignatures { failures.append("key signatures") }
    if length != other.length { failures.append("length") }
    if tracks != other.tracks { failures.append("tracks") }
    return failures
  }
}

extension Score.Track {
  fileprivate func canonical() -> Score.Track {
    var result = Score.Track(name: (name ?? []).isEmpty ? nil : name)
    result.programs = programs.enumerated().map { offset, change in
      let tick = Score.clamped(change.tick)
      return (
        offset, Score.ProgramChange(tick: tick, channel: change.channel & 15, program: min(change.program, 127))
      )
    }.sorted { $0.1.tick != $1.1.tick ? $0.1.tick < $1.1.tick : $0.0 < $1.0 }.map(\.1)
    result.notes = notes.map { note in
      let start = Score.clamped(note.start)
      return Score.Note(
        start: start, end: max(start, Score.clamped(note.end)), channel: note.channel & 15, pitch: min(note.pitch, 127),
        velocity: note.velocity.clamped(to: 1...127), releaseVelocity: min(note.releaseVelocity, 127))
    }
    result.notes.sort(by: Score.Note.precedes)
    result.untangleNotes()
    result.messages = messages.sorted()
    if result.name == nil { result.takeName() }
    return result
  }

  /// Makes the first track name among the messages the track's name, as reading would.
  private mutating func takeName() {
    let isName = { (message: Score.Message) in message.status == 0xFF && message.data1 == MIDIEvent.Meta.trackName }
    guard let place = messages.indices.first(where: { isName(messages[$0]) }) else { return }
    name = Array(messages[place].payload)
    var number = -1
    messages = messages.filter { _ in
      number += 1
      return number != place
    }
  }

  /// Makes notes of one pitch and channel end in the order in which they start.
  private mutating func untangleNotes() {
    var lastEnd = [Int](repeating: -1, count: 2048)
    var tangled: Set<Int> = []
    for note in notes {
      if note.end < lastEnd[note.key] { tangled.insert(note.key) }
      lastEnd[note.key] = max(lastEnd[note.key], note.end)
    }
    guard !tangled.isEmpty else { return }
    var places: [Int: [Int]] = [:]
    for (index, note) in notes.enumerated() where tangled.contains(note.key) {
      places[note.key, default: []].append(index)
    }
    for indices in places.values {
      let ends = indices.map { (notes[$0].end, notes[$0].releaseVelocity) }.sorted { $0 < $1 }
      for (index, end) in zip(indices, ends) { (notes[index].end, notes[index].releaseVelocity) = end }
    }
    notes.sort(by: Score.Note.precedes)
  }
}

extension Score.Note {
  /// Pitch and channel as one number, 0 to 2047.
  var key: Int { Int(channel & 15) << 7 | Int(pitch & 127) }
}

extension Score.TimeSignature {
  fileprivate var isWritable: Bool {
    (1...255).contains(numerator) && (1...1 << 15).contains(denominator) && denominator & (denominator - 1) == 0
  }
}

extension Comparable {
  func clamped(to range: ClosedRange<Self>) -> Self { min(max(self, range.lowerBound), range.upperBound) }
}
