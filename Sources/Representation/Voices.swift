// Voices: each frame is written line by line from the top, *hold*, *rest* or *start p* for each; a song ends with *end*.

extension Representation {
  /// Writes the lines of a song as tokens.
  func encodeVoices(_ song: GridSong) -> EncodedSong {
    let lines = settings.lines
    var tokens = [Int32](repeating: restToken, count: song.frames * lines + 1)
    for (number, line) in song.lines.enumerated() {
      for note in line {
        for frame in note.start..<note.end { tokens[frame * lines + number] = holdToken }
        tokens[note.start * lines + number] = startToken(note.pitch)
      }
    }
    tokens[song.frames * lines] = endToken
    return EncodedSong(frames: song.frames, tokens: tokens)
  }

  /// Reads lines from tokens; a hold after silence is silence.
  func decodeVoices(_ song: EncodedSong) -> GridSong {
    let count = settings.lines
    let written = song.tokens.prefix { $0 != endToken }
    let frames = written.count / count
    var lines = [[GridNote]](repeating: [], count: count)
    for number in 0..<count {
      var open: GridNote?
      for frame in 0..<frames {
        let token = written[written.startIndex + frame * count + number]
        let kind = isToken(token) ? kind(of: token) : .rest
        if kind == .hold {
          open?.end = frame + 1
          continue
        }
        if let note = open { lines[number].append(note) }
        open = nil
        guard case .start(let pitch) = kind else { continue }
        open = GridNote(start: frame, end: frame + 1, pitch: pitch)
      }
      if let open { lines[number].append(open) }
    }
    return GridSong(frames: frames, lines: settings.repeats ? lines : lines.map { joined($0) })
  }

  /// Joins notes of the same pitch that touch.
  func joined(_ line: [GridNote]) -> [GridNote] {
    var joined: [GridNote] = []
    for note in line {
      if let last = joined.last, last.pitch == note.pitch, last.end == note.start {
        joined[joined.count - 1].end = note.end
      } else {
        joined.append(note)
      }
    }
    return joined
  }
}
