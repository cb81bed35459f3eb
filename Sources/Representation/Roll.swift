// Roll: a 0/1 vector of the keys (pitches of their sets) that sound in each frame, `block` frames joined into one vector.

extension Representation {
  /// Elements of a vector.
  package var rowWidth: Int { sets.count * settings.block }

  /// The most elements that a song's rows may have: 128 MiB of them.
  static var elementLimit: Int { 1 << 27 }

  /// Writes the notes of a song into rows; the last block is filled up with silence.
  func encodeRoll(_ song: GridSong) -> EncodedSong {
    let blocks = (song.frames + settings.block - 1) / settings.block
    let width = sets.count
    // A row is its frames one after another, so a frame's place needs no look at its block.
    var rows = [UInt8](repeating: 0, count: blocks * rowWidth)
    for note in song.lines.joined() {
      var place = note.start * width + note.pitch - lowest
      for _ in note.start..<note.end {
        rows[place] = 1
        place += width
      }
    }
    return EncodedSong(frames: song.frames, rows: rows)
  }

  /// Reads notes from rows: a pitch sounds where an element is not 0; each run of frames is a note.
  func decodeRoll(_ song: EncodedSong) -> GridSong {
    let width = sets.count
    let frames = max(0, min(song.frames, song.rows.count / rowWidth * settings.block))
    var open = [Int?](repeating: nil, count: width)
    var notes: [GridNote] = []
    for frame in 0...frames {
      for number in 0..<width {
        let sounds = frame < frames && song.rows[frame * width + number] != 0
        if sounds, open[number] == nil { open[number] = frame }
        guard !sounds, let start = open[number] else { continue }
        notes.append(GridNote(start: start, end: frame, pitch: lowest + number))
        open[number] = nil
      }
    }
    return GridSong(frames: frames, lines: [notes.sorted { ($0.start, $0.pitch) < ($1.start, $1.pitch) }])
  }
}
