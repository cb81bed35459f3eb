extension MIDIFile {
  /// The music of the file: one score, or of a format 2 file one a track.
  ///
  /// Where several tempos, metres or keys stand at one tick, the last in file order holds. Tracks with nothing in them that a
  /// score keeps are left out. The scores are canonical (`Score.canonical()`).
  package func scores() -> [Score] {
    var warnings: [MIDIWarning] = []
    return scores(warnings: &warnings)
  }

  /// The same, adding to `warnings` what was decided on the way: notes that are never closed, tracks that are songs.
  package func scores(warnings: inout [MIDIWarning]) -> [Score] {
    var pairing = NotePairing()
    guard format == 2 else { return [score(of: tracks.indices, &pairing, &warnings)] }
    if tracks.count > 1 {
      warnings.append(
        MIDIWarning(
          code: .separateSongs, offset: tracks.first?.offset ?? 0,
          message: "the \(tracks.count) tracks of a format 2 file are read as songs of their own"))
    }
    return tracks.indices.map { score(of: $0..<$0 + 1, &pairing, &warnings) }
  }

  private func score(of range: Range<Int>, _ pairing: inout NotePairing, _ warnings: inout [MIDIWarning]) -> Score {
    var score = Score(division: division)
    for number in range {
      let track = tracks[number]
      var result = Score.Track()
      pairing.pair(events.span.extracting(track.events))
      for event in events(of: track) where !event.isNote {
        if event.isProgramChange {
          result.programs.append(
            Score.ProgramChange(tick: event.tick, channel: event.channel, program: event.data1))
        } else if event.status < 0xF0 {
          result.messages.append(tick: event.tick, status: event.status, data1: event.data1, data2: event.data2)
        } else if event.isSystemExclusive {
          result.messages.append(Score.Message(tick: event.tick, status: event.status, payload: payload(of: event)))
        } else if event.isMeta {
          if let tempo = tempo(event) { score.tempos.append(tempo) }
          if let timeSignature = timeSignature(event) { score.timeSignatures.append(timeSignature) }
          if let keySignature = keySignature(event) { score.keySignatures.append(keySignature) }
          if event.data1 == MIDIEvent.Meta.trackName, result.name == nil, !event.payload.isEmpty {
            result.name = Array(payload(of: event))
          } else if Score.Message.isKept(meta: event.data1, isEmpty: event.payload.isEmpty) {
            result.messages.append(
              Score.Message(tick: event.tick, status: event.status, data1: event.data1, payload: payload(of: event)))
          }
        }
      }
      let hanging: Int
      (result.notes, hanging) = pairing.finish(at: track.endTick)
      if hanging > 0 { warnings.append(Self.hangingWarning(hanging, track: number, track)) }
      score.length = max(score.length, track.endTick)
      if !result.isEmpty { score.tracks.append(result) }
    }
    score.tempos = score.tempos.lastOfEachTick(\.tick)
    score.timeSignatures = score.timeSignatures.lastOfEachTick(\.tick)
    score.keySignatures = score.keySignatures.lastOfEachTick(\.tick)
    return score
  }

  static func hangingWarning(_ count: Int, track number: Int, _ track: Track) -> MIDIWarning {
    let notes = count == 1 ? "1 note is never closed and ends" : "\(count) notes are never closed and end"
    return MIDIWarning(
      code: .hangingNote, offset: track.endOffset,
      message: "track \(number + 1): \(notes) with the track, at tick \(track.endTick)")
  }
}

extension Score.Track {
  /// Says whether there is nothing in it that a score keeps.
  package var isEmpty: Bool { notes.isEmpty && programs.isEmpty && messages.isEmpty && (name ?? []).isEmpty }
}

extension Array {
  /// The elements by tick, with only the last of each tick.
  func lastOfEachTick(_ tick: (Element) -> Int) -> [Element] {
    // Nearly always they are so already, and then no copy is made.
    if zip(self, dropFirst()).allSatisfy({ tick($0) < tick($1) }) { return self }
    let ordered = enumerated().sorted {
      let (a, b) = (tick($0.element), tick($1.element))
      return a != b ? a < b : $0.offset < $1.offset
    }
    var result: [Element] = []
    for (_, element) in ordered {
      if let last = result.last, tick(last) == tick(element) { result.removeLast() }
      result.append(element)
    }
    return result
  }
}
