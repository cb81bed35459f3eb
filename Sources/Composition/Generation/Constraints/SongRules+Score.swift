internal import MIDI
internal import Representation

extension SongRules {
  /// Writes what was composed as a score, with the melody beside it and all that was asked for besides pitches.
  ///
  /// - Throws: `CompositionError` of kind `spec` where no division holds both the melody's ticks and the grid.
  func score(of growth: SongGrowth) throws(CompositionError) -> Score {
    var score = representation.decode(growth.composed)
    if let programs = constraints.programs { play(&score, on: programs) }
    if let melody { score = try joined(score, melody) }
    if let metre = constraints.metre {
      score.timeSignatures = [Self.signature(metre)]
    } else if isExact, score.timeSignatures.first?.tick != 0 {
      score.timeSignatures.insert(Self.signature(metre ?? .init(4, 4)), at: 0)
    }
    if let tempo = constraints.tempo {
      score.tempos = [Score.Tempo(tick: 0, microsecondsPerQuarter: Int((60_000_000 / tempo).rounded()))]
    }
    if let key = constraints.key, let sharps = key.sharps {
      score.keySignatures = [Score.KeySignature(tick: 0, sharps: sharps, isMinor: key.isMinor)]
    }
    return score
  }

  static func signature(_ metre: SongConstraints.Metre) -> Score.TimeSignature {
    Score.TimeSignature(tick: 0, numerator: metre.numerator, denominator: metre.denominator)
  }

  /// Gives tracks the programs that were asked for, where the representation does not tell them.
  private func play(_ score: inout Score, on programs: [Int]) {
    let melodic = programs.filter { $0 != EventVocabulary.drums }
    guard let first = melodic.first else { return }
    let settings = representation.settings
    for (number, track) in score.tracks.enumerated() {
      for (place, change) in track.programs.enumerated() {
        let program: Int
        switch (settings.name, settings.programs) {
        case (.events, _), (_, .listed): program = Int(change.program)
        case (.voices, _): program = melodic[min(number, melodic.count - 1)]
        case (_, .merged): program = first
        case (_, .families): program = melodic.first { $0 / 8 == Int(change.program) / 8 } ?? Int(change.program)
        }
        score.tracks[number].programs[place].program = UInt8(truncatingIfNeeded: program & 127)
      }
    }
  }

  private func joined(_ composed: Score, _ melody: MelodyLine) throws(CompositionError) -> Score {
    let ticks = representation.ticksPerQuarter
    guard
      let division = [ticks, resolution].lazy.map({ leastCommonMultiple($0, melody.ticksPerQuarter) })
        .first(where: { $0 <= 32_767 })
    else {
      throw .unmeetable(
        ["melody"], "no division holds its \(melody.ticksPerQuarter) ticks a quarter and \(resolution) frames")
    }
    var score = composed
    score.division = .ticksPerQuarter(division)
    // What was composed stands on frames, so nothing is rounded.
    func moved(_ tick: Int) -> Int { tick / representation.ticksPerFrame * (division / resolution) }
    for track in score.tracks.indices {
      for place in score.tracks[track].notes.indices {
        score.tracks[track].notes[place].start = moved(score.tracks[track].notes[place].start)
        score.tracks[track].notes[place].end = moved(score.tracks[track].notes[place].end)
      }
    }
    let factor = division / melody.ticksPerQuarter
    func kept(_ tick: Int) -> Int { min(max(0, tick), 1 << 31) * factor }
    score.tempos = melody.frame.tempos
    score.timeSignatures = melody.frame.timeSignatures
    score.keySignatures = melody.frame.keySignatures
    for place in score.tempos.indices { score.tempos[place].tick = kept(score.tempos[place].tick) }
    for place in score.timeSignatures.indices {
      score.timeSignatures[place].tick = kept(score.timeSignatures[place].tick)
    }
    for place in score.keySignatures.indices { score.keySignatures[place].tick = kept(score.keySignatures[place].tick) }
    if representation.events != nil { takeOut(melody, of: &score, division) }
    let isLine = representation.settings.name == .voices
    if isLine { score.tracks.removeFirst() }
    score.tracks.removeAll { $0.notes.isEmpty && !isLine }
    let used = Set(score.tracks.flatMap { $0.notes.map(\.channel) + $0.programs.map(\.channel) })
    var channel: UInt8 = 0
    if let free = (UInt8(0)..<16).first(where: { $0 != 9 && !used.contains($0) }) {
      channel = free
    } else {
      // Fifteen channels hold more programs than that already; the melody's is its own all the same.
      share(channel, in: &score)
    }
    var track = Score.Track(name: melody.track.name ?? Array("Melody".utf8))
    track.notes = melody.track.notes.map {
      var note = $0
      (note.start, note.end, note.channel) = (kept($0.start), kept($0.end), channel)
      return note
    }
    let asked = constraints.programs
    let program = asked.map { $0.contains(melody.program) } ?? true ? melody.program : asked?.first ?? 0
    track.programs = [
      Score.ProgramChange(tick: 0, channel: channel, program: UInt8(truncatingIfNeeded: program & 127))
    ]
    score.tracks.insert(track, at: 0)
    score.length = max(moved(composed.length), limit.frames * (division / resolution))
    let end = score.length
    score.tempos.removeAll { $0.tick >= end }
    score.timeSignatures.removeAll { $0.tick >= end }
    score.keySignatures.removeAll { $0.tick >= end }
    return score
  }

  /// Takes the melody's notes out of a song of events, where each is one of its own.
  private func takeOut(_ melody: MelodyLine, of score: inout Score, _ division: Int) {
    let starts = Set(melody.notes.map { [$0.start * (division / resolution), $0.pitch] })
    for track in score.tracks.indices {
      let programs = score.tracks[track].programs
      guard programs.contains(where: { Int($0.program) == melody.program }) else { continue }
      score.tracks[track].notes.removeAll { starts.contains([$0.start, Int($0.pitch)]) }
    }
  }

  /// Moves what plays on a channel to the next one.
  private func share(_ channel: UInt8, in score: inout Score) {
    for track in score.tracks.indices {
      for place in score.tracks[track].notes.indices where score.tracks[track].notes[place].channel == channel {
        score.tracks[track].notes[place].channel = channel + 1
      }
      for place in score.tracks[track].programs.indices where score.tracks[track].programs[place].channel == channel {
        score.tracks[track].programs[place].channel = channel + 1
      }
    }
  }

  private func leastCommonMultiple(_ a: Int, _ b: Int) -> Int {
    var (x, y) = (a, b)
    while y != 0 { (x, y) = (y, x % y) }
    return a / max(1, x) * b
  }
}
