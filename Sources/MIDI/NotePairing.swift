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

  /// Makes room for a track's notes; nearly always they are at most half of its events.
  mutating func begin(events count: Int) {
    notes.reserveCapacity(count / 2)
    next.reserveCapacity(count / 2)
  }

  mutating func noteOn(_ event: MIDIEvent) {
    let index = Int32(truncatingIfNeeded: notes.count)
    let key = event.noteKey
    notes.append(
      Score.Note(
        start: event.tick, end: event.tick, channel: event.channel, pitch: event.data1, velocity: event.data2))
    next.append(-1)
    if oldest[key] < 0 { oldest[key] = index } else { next[Int(newest[key])] = index }
    newest[key] = index
    openCount += 1
  }

  mutating func noteOff(_ event: MIDIEvent) {
    let key = event.noteKey
    guard oldest[key] >= 0 else { return }
    let index = Int(oldest[key])
    notes[index].end = event.tick
    if event.status & 0xF0 == 0x80 { notes[index].releaseVelocity = event.data2 }
    oldest[key] = next[index]
    openCount -= 1
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
    while start < notes.count {
      var end = start + 1
      var isSorted = true
      while end < notes.count, notes[end].start == notes[start].start {
        isSorted = isSorted && !Score.Note.precedes(notes[end], notes[end - 1])
        end += 1
      }
      if !isSorted { notes[start..<end].sort(by: Score.Note.precedes) }
      start = end
    }
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
