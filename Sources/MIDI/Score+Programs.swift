/// The program in force on a track's channels.
///
/// A track that changes a channel's program itself is ruled by its own changes; any other by those of all tracks, as the
/// channel is one. So files whose tracks share a channel, each with its program, are read as they were meant.
package struct ProgramMap: Sendable {
  private let own: [[(tick: Int, program: UInt8)]]

  /// Makes the maps of all tracks of a score.
  package static func all(of score: Score) -> [ProgramMap] {
    var shared = [[(tick: Int, program: UInt8)]](repeating: [], count: 16)
    for change in score.tracks.flatMap(\.programs) {
      shared[Int(change.channel & 15)].append((change.tick, change.program))
    }
    for channel in shared.indices { shared[channel].sort { $0.tick < $1.tick } }
    return score.tracks.map { track in
      var own = [[(tick: Int, program: UInt8)]](repeating: [], count: 16)
      for change in track.programs { own[Int(change.channel & 15)].append((change.tick, change.program)) }
      return ProgramMap(own: zip(own, shared).map { $0.isEmpty ? $1 : $0 })
    }
  }

  /// The program of a channel at a tick; 0 before the first change.
  package func program(ofChannel channel: UInt8, atTick tick: Int) -> UInt8 {
    let changes = own[Int(channel & 15)]
    var (low, high) = (0, changes.count)
    while low < high {
      let middle = (low + high) / 2
      if changes[middle].tick <= tick { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? changes[low - 1].program : 0
  }
}

extension Score {
  /// The same music with a track for each channel and program of a track, in the order in which they first play.
  ///
  /// Program changes stay at their ticks, in the track of their program, so that the written file sounds the same. What
  /// else a channel is told goes to its first track, and so do names and texts.
  package func splitByProgram() -> Score {
    var result = self
    result.tracks = zip(tracks, ProgramMap.all(of: self)).flatMap { track, programs in
      var parts: [(channel: UInt8, program: UInt8, track: Track)] = []
      var place: [Int: Int] = [:]
      for note in track.notes {
        let program = note.isDrum ? 0 : programs.program(ofChannel: note.channel, atTick: note.start)
        let key = Int(note.channel) << 8 | Int(program)
        if let number = place[key] {
          parts[number].track.notes.append(note)
        } else {
          place[key] = parts.count
          parts.append((note.channel, program, Track(name: track.name, notes: [note])))
        }
      }
      guard parts.count > 1 else { return [track] }
      func part(_ channel: UInt8) -> Int { parts.firstIndex { $0.channel == channel } ?? 0 }
      for change in track.programs {
        let number =
          place[Int(change.channel) << 8 | Int(change.channel == 9 ? 0 : change.program)] ?? part(change.channel)
        parts[number].track.programs.append(change)
      }
      for number in track.messages.indices {
        let message = track.messages[number]
        parts[message.status < 0xF0 ? part(message.status & 15) : 0].track.messages.append(message)
      }
      return parts.map(\.track)
    }
    return result
  }
}
