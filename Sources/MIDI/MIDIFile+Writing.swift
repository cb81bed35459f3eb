extension MIDIFile {
  /// Writes a score as a format 1 file; the same score gives the same bytes.
  ///
  /// The first track holds tempo, metre and key; it takes name and messages of the score's first track where that
  /// has no notes and no programs. Every track ends at the score's length. What is written is the canonical score, and reading it gives that
  /// score again. There is no running status.
  package init(score: Score) {
    let score = score.canonical()
    var writer = FileWriter(division: score.division, length: score.length)
    var parts = score.tracks[...]
    var name: [UInt8]?
    var messages = Score.Messages()
    if let first = parts.first, first.notes.isEmpty, first.programs.isEmpty {
      name = first.name
      messages = first.messages
      parts.removeFirst()
    }
    writer.begin(tracks: parts.count + 1)
    writer.track(name: name, Self.conductorMessages(score) + Self.kept(messages))
    for part in parts { writer.track(name: part.name, Self.messages(part)) }
    self.init(
      bytes: writer.bytes, format: 1, claimedTracks: writer.tracks.count, division: score.division,
      chunks: writer.chunks, tracks: writer.tracks, events: writer.events, warnings: [], endsEarly: false)
  }

  private static func conductorMessages(_ score: Score) -> [FileWriter.Message] {
    var messages: [FileWriter.Message] = []
    for metre in score.timeSignatures {
      let bytes = [metre.numerator, metre.denominator.trailingZeroBitCount, metre.clocksPerClick]
      messages.append(
        .meta(
          MIDIEvent.Meta.timeSignature, at: metre.tick, rank: 0,
          (bytes + [metre.thirtySecondsPerQuarter]).map { UInt8(truncatingIfNeeded: $0) }))
    }
    for key in score.keySignatures {
      messages.append(
        .meta(
          MIDIEvent.Meta.keySignature, at: key.tick, rank: 1,
          [UInt8(truncatingIfNeeded: key.sharps), key.isMinor ? 1 : 0]))
    }
    for tempo in score.tempos {
      messages.append(
        .meta(
          MIDIEvent.Meta.tempo, at: tempo.tick, rank: 2,
          [16, 8, 0].map { UInt8(truncatingIfNeeded: tempo.microsecondsPerQuarter >> $0) }))
    }
    return messages
  }

  /// At one tick behind the ends of notes and before programs, which a bank is chosen for.
  private static func kept(_ messages: Score.Messages) -> [FileWriter.Message] {
    messages.indices.map { place in
      let message = messages[place]
      return FileWriter.Message(
        tick: message.tick, rank: 3, status: message.status, data1: message.data1, data2: message.data2,
        payload: Array(message.payload))
    }
  }

  /// At one tick: ends of earlier notes, then what is kept, then programs, then starts; a note of no length ends right behind its start.
  private static func messages(_ track: Score.Track) -> [FileWriter.Message] {
    var messages: [FileWriter.Message] = []
    messages.reserveCapacity(track.notes.count * 2 + track.programs.count + track.messages.count)
    messages += kept(track.messages)
    for change in track.programs {
      messages.append(.channel(0xC0 | change.channel, change.program, at: change.tick, rank: 4))
    }
    for note in track.notes {
      messages.append(.channel(0x90 | note.channel, note.pitch, note.velocity, at: note.start, rank: 5))
      let rank = note.end == note.start ? 5 : 0
      messages.append(.channel(0x80 | note.channel, note.pitch, note.releaseVelocity, at: note.end, rank: rank))
    }
    return messages
  }
}
