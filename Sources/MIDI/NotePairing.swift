/// Pairs the note-ons and note-offs of one track after another: a note-off closes the oldest open note of its pitch and
/// channel.
///
/// Open notes of a key form a list through `next`, so that pairing costs the same for each event.
struct NotePairing {
  private(set) var notes: [Score.Note] = []
  private var next: [Int32] = []
  private var oldest = [Int32](repeating: -1, count: 2048)
  private var newest = [Int32](repeating: -1, count: 2048)
  private(set) var openCount = 0

  /// Pairs the notes of a track.
  mutating func pair(_ events: Span<MIDIEvent>) {
    var count = 0
    for place in events.indices where events[place].isNoteOn { count += 1 }
    notes = Array(repeating: Score.Note(start: 0, end: 0, channel: 0, pitch: 0, velocity: 0), count: count)
    next.append(contentsOf: repeatElement(-1, count: count))
    openCount = Self.pair(events, &notes, &next, &oldest, &newest)
  }

  /// Fills in the notes, and gives how many stay open.
  private static func pair(
    _ events: Span<MIDIEvent>, _ notes: inout [Score.Note], _ next: inout [Int32], _ oldest: inout [Int32],
    _ newest: inout [Int32]
  ) -> Int {
    // Through spans, so that it is not asked at each event whether an array is shared.
    var notes = notes.mutableSpan, next = next.mutableSpan, oldest = oldest.mutableSpan, newest = newest.mutableSpan
    var made: Int32 = 0, open = 0
    for place in events.indices {
      let event = events[place]
      let key = event.noteKey
      if event.isNoteOn {
        notes[Int(made)] = Score.Note(
          start: event.tick, end: event.tick, channel: event.channel, pitch: event.data1, velocity: event.data2)
        if oldest[key] < 0 { oldest[key] = made } else { next[Int(newest[key])] = made }
        newest[key] = made
        made += 1
        open += 1
      } else if event.isNoteOff, oldest[key] >= 0 {
        let index = Int(oldest[key])
        notes[index].end = event.tick
        if event.status & 0xF0 == 0x80 { notes[index].releaseVelocity = event.data2 }
        oldest[key] = next[index]
        open -= 1
      }
    }
    return open
  }

  /// Ends a track: closes what is open, and gives the notes in a score's order and how many were never closed.
  mutating func finish(at tick: Int) -> (notes: [Score.Note], hanging: Int) {
    let hanging = openCount
    if hanging > 0 {
      // Only keys that were used are looked at: a file may hold tens of thousands of small tracks.
      for note in notes {
        let key = Int(note.channel) << 7 | Int(note.pitch)
        var index = oldest[key]
        while index >= 0 {
          notes[Int(index)].end = tick
          index = next[Int(index)]
        }
        oldest[key] = -1
      }
    }
    defer {
      notes = []
      next.removeAll(keepingCapacity: true)
      openCount = 0
    }
    sortEqualStarts()
    return (notes, hanging)
  }

  /// Puts the notes in order; they came by start, so only those that start together can be out of it.
  private mutating func sortEqualStarts() {
    var start = 0
    while let part = unsortedPart(from: start) {
      notes[part].sort(by: Score.Note.precedes)
      start = part.upperBound
    }
  }

  /// The first notes from that place on that start together and are out of order.
  private func unsortedPart(from first: Int) -> Range<Int>? {
    let notes = notes.span
    var start = first
    while start < notes.count {
      var end = start + 1
      var isSorted = true
      while end < notes.count, notes[end].start == notes[start].start {
        isSorted = isSorted && !Score.Note.precedes(notes[end], notes[end - 1])
        end += 1
      }
      if !isSorted { return start..<end }
      start = end
    }
    return nil
  }
}

extension Score.Note {
  /// The order of notes in a track: start, channel, pitch, end, then velocities, so that equal music is equal.
  package static func precedes(_ a: Self, _ b: Self) -> Bool {
    if a.start != b.start { return a.start < b.start }
    if a.channel != b.channel { return a.channel < b.channel }
    if a.pitch != b.pitch { return a.pitch < b.pitch }
    if a.end != b.end { return a.end < b.end }
    if a.velocity != b.velocity { return a.velocity < b.velocity }
    return a.releaseVelocity < b.releaseVelocity
  }
}
