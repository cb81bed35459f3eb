import MIDI

extension Representation {
  /// Ticks a quarter note of what is decoded.
  package var ticksPerQuarter: Int { ticksPerFrame * settings.framesAQuarter }

  /// Ticks a frame of what is decoded.
  package var ticksPerFrame: Int { max(1, 480 / settings.framesAQuarter) }

  /// Writes a song on the grid as a score: a track a line; of several sets, a track for each that has notes.
  func score(of song: GridSong) -> Score {
    let isOneSet = sets.isMerged && !sets.hasDrums
    let tracks = layout == .voices || isOneSet ? lineTracks(song) : setTracks(song)
    return Score(
      division: .ticksPerQuarter(ticksPerQuarter), tracks: tracks, length: song.frames * ticksPerFrame)
  }

  private func setTracks(_ song: GridSong) -> [Score.Track] {
    var notes: [Int: [Score.Note]] = [:]
    for note in song.lines.joined() {
      let (set, pitch) = sets.pitch(ofKey: note.pitch)
      let isDrum = set == sets.programs.count
      let note = GridNote(start: note.start, end: note.end, pitch: pitch)
      notes[set, default: []].append(self.note(of: note, channel: isDrum ? 9 : Self.channel(set)))
    }
    return notes.keys.sorted().map { set in
      let ordered = (notes[set] ?? []).sorted(by: Score.Note.precedes)
      guard set < sets.programs.count else { return Score.Track(name: Array("Drums".utf8), notes: ordered) }
      let program = sets.programs[set]
      return Score.Track(
        name: Array((sets.isMerged ? "Piano" : "Program \(program)").utf8), notes: ordered,
        programs: [Score.ProgramChange(tick: 0, channel: Self.channel(set), program: UInt8(program))])
    }
  }

  /// The channel of a track that is not the drums': fifteen have their own, more share them.
  static func channel(_ place: Int) -> UInt8 {
    let channel = place % 15
    return UInt8(channel < 9 ? channel : channel + 1)
  }

  /// Line i plays on channel i.
  private func lineTracks(_ song: GridSong) -> [Score.Track] {
    song.lines.enumerated().map { number, line in
      let (name, program) = instrument(ofLine: number)
      return Score.Track(
        name: Array(name.utf8), notes: line.map { note(of: $0, channel: UInt8(number)) },
        programs: [Score.ProgramChange(tick: 0, channel: UInt8(number), program: program)])
    }
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
