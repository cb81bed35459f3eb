// Steps: each frame is written from its highest key down as *start p* or *hold p*, then *frame*; a song ends with *end*. Of
// several sets the last one comes first, so the drums do.

extension Representation {
  /// The most tokens that a song may have: 64 MiB of them.
  static var tokenLimit: Int { 1 << 24 }

  /// Counts the tokens of a song before they are written.
  func stepsTokenCount(_ frames: Int, _ notes: [GridNote]) -> Int {
    notes.reduce(frames + 1) { $0 + $1.end - $1.start }
  }

  /// Writes the notes of a song as tokens.
  func encodeSteps(_ song: GridSong) -> EncodedSong {
    let notes = Array(song.lines.joined())
    var tokens: [Int32] = []
    tokens.reserveCapacity(stepsTokenCount(song.frames, notes))
    var sounding: [GridNote] = []
    var next = 0
    for frame in 0..<song.frames {
      let before = sounding.count
      sounding.removeAll { $0.end <= frame }
      var changed = sounding.count != before
      while next < notes.count, notes[next].start == frame {
        sounding.append(notes[next])
        next += 1
        changed = true
      }
      if changed { sounding.sort { $0.pitch > $1.pitch } }
      for note in sounding {
        tokens.append(note.start == frame ? startToken(note.pitch) : holdToken(note.pitch))
      }
      tokens.append(frameToken)
    }
    tokens.append(endToken)
    return EncodedSong(frames: song.frames, tokens: tokens)
  }

  /// Reads notes from tokens; a hold of a pitch that did not sound begins a note.
  func decodeSteps(_ song: EncodedSong) -> GridSong {
    var notes: [GridNote] = []
    /// Of each pitch that sounded in the last finished frame, where its note began.
    var sounding: [Int: Int] = [:]
    /// Of each pitch of this frame, whether it begins.
    var written: [Int: Bool] = [:]
    var frame = 0
    reading: for token in song.tokens where isToken(token) {
      switch kind(of: token) {
      case .end: break reading
      case .start(let pitch):
        // Without holds a pitch goes on where it sounded.
        if written[pitch] == nil { written[pitch] = layout == .steps }
      case .holdPitch(let pitch): if written[pitch] == nil { written[pitch] = false }
      case .hold, .rest: break
      case .frame:
        for (pitch, start) in sounding where written[pitch] != false {
          notes.append(GridNote(start: start, end: frame, pitch: pitch))
        }
        sounding = Dictionary(
          uniqueKeysWithValues: written.map { pitch, begins in
            (pitch, begins ? frame : sounding[pitch] ?? frame)
          })
        written.removeAll(keepingCapacity: true)
        frame += 1
      }
    }
    for (pitch, start) in sounding { notes.append(GridNote(start: start, end: frame, pitch: pitch)) }
    // The order of a dictionary must not show.
    return GridSong(frames: frame, lines: [notes.sorted { ($0.start, $0.pitch) < ($1.start, $1.pitch) }])
  }
}
