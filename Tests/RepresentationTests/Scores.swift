import MIDI
import TestSupport

/// A score whose notes are given as (start, end, pitch) in ticks, a list a track.
func score(
  _ tracks: [[(Int, Int, Int)]], length: Int = 0, division: Score.Division = .ticksPerQuarter(480), channel: UInt8 = 0
) -> Score {
  let tracks = tracks.map { notes in
    Score.Track(notes: notes.map { Score.Note(start: $0.0, end: $0.1, channel: channel, pitch: UInt8($0.2)) })
  }
  let last = tracks.flatMap(\.notes).map(\.end).max() ?? 0
  return Score(division: division, tracks: tracks, length: max(length, last))
}

/// What random scores are made of.
struct RandomScores {
  var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  /// Any notes: on and off the grid, overlapping, doubled, on the drums' channel, of no length, of any pitch.
  mutating func anyScore() -> Score {
    let divisions: [Score.Division] = [
      .ticksPerQuarter(480), .ticksPerQuarter(96), .ticksPerQuarter(31), .ticksPerQuarter(1001),
      .smpte(framesPerSecond: 25, ticksPerFrame: 40), .smpte(framesPerSecond: 29, ticksPerFrame: 80),
    ]
    let tracks = (0..<Int.random(in: 0...4, using: &generator)).map { _ in
      Score.Track(
        notes: (0..<Int.random(in: 0...20, using: &generator)).map { _ in
          let start = Int.random(in: 0...4000, using: &generator)
          return Score.Note(
            start: start, end: start + Int.random(in: 0...900, using: &generator),
            channel: UInt8.random(in: 7...9, using: &generator), pitch: .random(in: 50...65, using: &generator))
        })
    }
    let last = tracks.flatMap(\.notes).map(\.end).max() ?? 0
    return Score(
      division: divisions.randomElement(using: &generator) ?? .ticksPerQuarter(480), tracks: tracks,
      length: last + Int.random(in: 0...500, using: &generator))
  }

  /// A score with drums, programs, velocities, a pedal, and changes of metre and tempo anywhere.
  mutating func anySong() -> Score {
    var score = anyScore()
    for track in score.tracks.indices {
      for note in score.tracks[track].notes.indices {
        score.tracks[track].notes[note].velocity = .random(in: 1...127, using: &generator)
      }
      for _ in 0..<Int.random(in: 0...2, using: &generator) {
        score.tracks[track].programs.append(
          Score.ProgramChange(
            tick: .random(in: 0...2000, using: &generator),
            channel: .random(in: 7...9, using: &generator),
            program: .random(in: 0...127, using: &generator)))
      }
      score.tracks[track].programs.sort { $0.tick < $1.tick }
      for value in [127, 0] as [UInt8] {
        let tick = Int.random(in: 0...1000, using: &generator) + (value == 0 ? 1000 : 0)
        score.tracks[track].messages.append(
          Score.Message(
            tick: tick, status: 0xB0 | UInt8.random(in: 7...9, using: &generator), data1: 64, data2: value))
      }
    }
    for _ in 0..<Int.random(in: 0...4, using: &generator) {
      score.tempos.append(
        Score.Tempo(
          tick: .random(in: 0...3000, using: &generator),
          microsecondsPerQuarter: .random(in: 100_000...3_000_000, using: &generator)))
      score.timeSignatures.append(
        Score.TimeSignature(
          tick: .random(in: 0...3000, using: &generator),
          numerator: .random(in: 1...13, using: &generator),
          denominator: 1 << Int.random(in: 0...6, using: &generator)))
    }
    score.tempos.sort { $0.tick < $1.tick }
    score.timeSignatures.sort { $0.tick < $1.tick }
    return score
  }

  /// Notes of some tracks (or channels of one track), one after another in each, with small overlaps here and there.
  mutating func lines() -> Score {
    let inChannels = Bool.random(using: &generator)
    let parts = (0..<Int.random(in: 1...4, using: &generator)).map { part in
      var tick = 0
      return (0..<Int.random(in: 0...20, using: &generator)).map { _ in
        let step = [60, 120, 120, 240, 240, 480, 100, 333].randomElement(using: &generator) ?? 120
        tick += Int.random(in: 0..<5, using: &generator) == 0 ? step : 0
        defer { tick += step }
        let overlap = Int.random(in: 0..<6, using: &generator) == 0 ? 40 : 0
        return Score.Note(
          start: tick, end: tick + step + overlap, channel: UInt8(inChannels ? part : 0),
          pitch: UInt8(70 - 6 * part + Int.random(in: -3...3, using: &generator)))
      }
    }
    let tracks = inChannels ? [Score.Track(notes: parts.flatMap { $0 })] : parts.map { Score.Track(notes: $0) }
    return Score(tracks: tracks, length: tracks.flatMap(\.notes).map(\.end).max() ?? 0)
  }
}
