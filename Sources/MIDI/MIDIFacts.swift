/// The facts of one file, as `inspect` tells them.
package struct MIDIFacts: Sendable, Equatable {
  package var format: Int
  package var division: Score.Division
  /// The tracks that are there.
  package var tracks: Int
  /// Note-ons with a velocity above 0.
  package var notes = 0
  /// The earliest note-on; nil where there is no note.
  package var firstTick: Int?
  /// The latest end of a note; nil where there is no note.
  package var lastTick: Int?
  /// From the start to the last end of track; of a format 2 file, those of its longest song.
  package var seconds = 0.0
  /// Tempos of 3 bytes, as they stand.
  package var tempos = 0
  /// Time signatures of at least 2 bytes, as they stand.
  package var timeSignatures = 0
  /// Key signatures of 2 bytes, as they stand.
  package var keySignatures = 0
  /// Programs that are changed to, in order, each once.
  package var programs: [Int] = []
  /// Those of reading, then notes that are never closed, then songs of over a day.
  package var warnings: [MIDIWarning]
}

extension MIDIFile {
  /// Counts what is in the file, with no cost beyond one look at each event.
  package func facts() -> MIDIFacts {
    var facts = MIDIFacts(format: format, division: division, tracks: tracks.count, warnings: warnings)
    var open = [Int32](repeating: 0, count: 2048)
    var used: [Int] = []
    var programs = [Bool](repeating: false, count: 128)
    var tempos: [Score.Tempo] = []
    var hangingTracks = 0
    for (number, track) in tracks.enumerated() {
      var openCount = 0
      for event in events(of: track) {
        if event.isNoteOn {
          let key = event.noteKey
          if open[key] == 0 { used.append(key) }
          open[key] += 1
          openCount += 1
          facts.notes += 1
          facts.firstTick = min(facts.firstTick ?? event.tick, event.tick)
        } else if event.isNoteOff {
          guard open[event.noteKey] > 0 else { continue }
          open[event.noteKey] -= 1
          openCount -= 1
          facts.lastTick = max(facts.lastTick ?? 0, event.tick)
        } else if event.isProgramChange {
          programs[Int(event.data1 & 127)] = true
        } else if event.isMeta {
          count(event, &facts)
          if let tempo = tempo(event) { tempos.append(tempo) }
        }
      }
      if openCount > 0 {
        facts.lastTick = max(facts.lastTick ?? 0, track.endTick)
        hangingTracks += 1
        if hangingTracks <= 1000 {
          facts.warnings.append(Self.hangingWarning(openCount, track: number, track))
        }
      }
      for key in used { open[key] = 0 }
      used.removeAll(keepingCapacity: true)
      if format == 2 {
        facts.seconds = max(facts.seconds, seconds(atTick: track.endTick, tempos))
        tempos = []
      }
    }
    if format != 2 {
      facts.seconds = seconds(atTick: tracks.map(\.endTick).max() ?? 0, tempos)
    }
    facts.programs = programs.indices.filter { programs[$0] }
    if facts.seconds > 86_400 {
      facts.warnings.append(
        MIDIWarning(
          code: .lastsDays, offset: tracks.first?.offset ?? 0,
          message: "lasts \(Int(facts.seconds / 3600)) hours"))
    }
    return facts
  }

  /// As a `TempoMap` tells it, without the memory for one: a hostile file may hold millions of tempos.
  private func seconds(atTick end: Int, _ tempos: [Score.Tempo]) -> Double {
    guard case .ticksPerQuarter(let ticks) = division else {
      return TempoMap(division: division, tempos: []).seconds(atTick: end)
    }
    var (sum, last, microseconds) = (0, 0, TempoMap.standardTempo)
    for tempo in tempos.lastOfEachTick(\.tick) {
      sum += (tempo.tick - last) * microseconds
      (last, microseconds) = (tempo.tick, tempo.microsecondsPerQuarter)
    }
    return Double(sum + (end - last) * microseconds) / (Double(ticks) * 1e6)
  }

  private func count(_ event: MIDIEvent, _ facts: inout MIDIFacts) {
    switch event.data1 {
    case MIDIEvent.Meta.tempo: facts.tempos += event.payload.count == 3 ? 1 : 0
    case MIDIEvent.Meta.timeSignature: facts.timeSignatures += event.payload.count >= 2 ? 1 : 0
    case MIDIEvent.Meta.keySignature: facts.keySignatures += event.payload.count == 2 ? 1 : 0
    default: break
    }
  }
}
