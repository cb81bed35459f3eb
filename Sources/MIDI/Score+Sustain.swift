extension Score {
  /// The same music with each note as long as the sustain pedal (control 64, down from 64 on) makes it sound.
  ///
  /// A note that ends while its channel's pedal is down lasts until the pedal goes up, the next note of its pitch and
  /// channel begins, or the score ends. The pedal is its channel's in all tracks. The messages stay as they are.
  package func sustained() -> Score {
    var pedals = [[(tick: Int, isDown: Bool)]](repeating: [], count: 16)
    for messages in tracks.map(\.messages) {
      for place in messages.indices {
        let message = messages[place]
        guard message.status & 0xF0 == 0xB0, message.data1 == 64 else { continue }
        pedals[Int(message.status & 15)].append((message.tick, message.data2 >= 64))
      }
    }
    guard pedals.contains(where: { !$0.isEmpty }) else { return self }
    pedals = pedals.map(Self.changes)
    var starts = [[Int]](repeating: [], count: 2048)
    for note in tracks.lazy.flatMap(\.notes) { starts[note.key].append(note.start) }
    for key in starts.indices { starts[key].sort() }
    var result = self
    for track in result.tracks.indices {
      for place in result.tracks[track].notes.indices {
        let note = result.tracks[track].notes[place]
        guard let up = release(of: note.end, pedals[Int(note.channel & 15)]) else { continue }
        let again = firstStart(from: max(note.end, note.start + 1), starts[note.key])
        result.tracks[track].notes[place].end = max(note.end, min(up, again ?? up))
      }
      result.tracks[track].notes.sort(by: Note.precedes)
    }
    return result
  }

  /// The pedal's changes by tick, of those at one tick the later one in the file last, without what changes nothing: a pedal
  /// that tells each step of its way would make every note a search through them.
  private static func changes(_ told: [(tick: Int, isDown: Bool)]) -> [(tick: Int, isDown: Bool)] {
    var changes: [(tick: Int, isDown: Bool)] = []
    for (_, change) in told.enumerated().sorted(by: { ($0.element.tick, $0.offset) < ($1.element.tick, $1.offset) })
    where change.isDown != (changes.last?.isDown ?? false) {
      changes.append(change)
    }
    return changes
  }

  /// The tick at which the pedal lets go of what ends at a tick; nil where it is up then.
  private func release(of tick: Int, _ pedal: [(tick: Int, isDown: Bool)]) -> Int? {
    var (low, high) = (0, pedal.count)
    while low < high {
      let middle = (low + high) / 2
      if pedal[middle].tick <= tick { low = middle + 1 } else { high = middle }
    }
    guard low > 0, pedal[low - 1].isDown else { return nil }
    return low < pedal.count ? pedal[low].tick : length
  }

  private func firstStart(from tick: Int, _ starts: [Int]) -> Int? {
    var (low, high) = (0, starts.count)
    while low < high {
      let middle = (low + high) / 2
      if starts[middle] < tick { low = middle + 1 } else { high = middle }
    }
    return low < starts.count ? starts[low] : nil
  }
}
