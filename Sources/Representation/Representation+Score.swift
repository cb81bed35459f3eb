import MIDI

extension Representation {
  /// Ticks a quarter note of what is decoded.
  package var ticksPerQuarter: Int { ticksPerFrame * settings.framesAQuarter }

  /// Ticks a frame of what is decoded.
  package var ticksPerFrame: Int { max(1, 480 / settings.framesAQuarter) }

  /// Writes a song on the grid as a score; line i plays on channel i.
  func score(of song: GridSong) -> Score {
    let tracks = song.lines.enumerated().map { number, line in
      let (name, program) = instrument(ofLine: number)
      return Score.Track(
        name: Array(name.utf8), notes: line.map { note(of: $0, channel: UInt8(number)) },
        programs: [Score.ProgramChange(tick: 0, channel: UInt8(number), program: program)])
    }
    return Score(
      division: .ticksPerQuarter(ticksPerQuarter), tracks: tracks, length: song.frames * ticksPerFrame)
  }

  private func note(of note: GridNote, channel: UInt8) -> Score.Note {
    Score.Note(
      start: note.start * ticksPerFrame, end: note.end * ticksPerFrame, channel: channel, pitch: UInt8(note.pitch))
  }

  /// Names a line and gives its General MIDI program, from 0.
  ///
  /// Four lines are sung (choir aahs), one is a flute, other numbers are strings; roll and steps are a piano.
  private func instrument(ofLine number: Int) -> (name: String, program: UInt8) {
    guard layout == .voices else { return ("Piano", 0) }
    switch settings.lines {
    case 1: return ("Melody", 73)
    case 4: return (["Soprano", "Alto", "Tenor", "Bass"][number], 52)
    default: return ("Line \(number + 1)", 48)
    }
  }
}
