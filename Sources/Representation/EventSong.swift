/// A song as events tell it and no finer; what stands between scores and tokens.
struct EventSong: Equatable {
  /// A note of a program.
  struct Note: Equatable {
    /// Frames.
    var start: Int
    /// Frames, after `start`.
    var end: Int
    /// 0 to 127; 128: the drums.
    var program: Int
    var pitch: Int
    /// One of those that stand for others.
    var velocity: UInt8

    /// The order in which notes are written: by program at one frame, then from the highest pitch down.
    static func precedes(_ a: Self, _ b: Self) -> Bool {
      if a.start != b.start { return a.start < b.start }
      if a.program != b.program { return a.program < b.program }
      return a.pitch > b.pitch
    }
  }

  var frames: Int
  /// In the order in which they are written; of a program and pitch none begins while another sounds.
  var notes: [Note] = []
  /// Metrical: the metres, each where a bar begins, the first at frame 0.
  var metres: [(frame: Int, metre: EventVocabulary.Metre)] = []
  /// Metrical: the numbers of the tempos, the first at frame 0.
  var tempos: [(frame: Int, tempo: Int)] = []

  static func == (a: Self, b: Self) -> Bool {
    a.frames == b.frames && a.notes == b.notes && a.metres.elementsEqual(b.metres, by: ==)
      && a.tempos.elementsEqual(b.tempos, by: ==)
  }

  /// Puts notes in order and makes each pitch of a program one thing at a time, as `Representation.undoubled` does.
  ///
  /// - Returns: how many notes became part of others.
  mutating func undouble() -> Int {
    var doubled = 0
    var kept: [Note] = []
    kept.reserveCapacity(notes.count)
    notes.sort { ($0.program, $0.pitch, $0.start, $0.end) < ($1.program, $1.pitch, $1.start, $1.end) }
    for var note in notes {
      if let last = kept.last, last.program == note.program, last.pitch == note.pitch, note.start < last.end {
        doubled += 1
        note.end = max(note.end, last.end)
        if note.start == last.start {
          note.velocity = max(note.velocity, last.velocity)
          kept.removeLast()
        } else {
          kept[kept.count - 1].end = note.start
        }
      }
      kept.append(note)
    }
    notes = kept
    notes.sort(by: Note.precedes)
    return doubled
  }
}
