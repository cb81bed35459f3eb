package import MIDI

/// Small scores for tests.
package enum ScoreBuilder {
  /// A score in four lines of notes on the quarter grid, a song of its own for each seed.
  package static func chorale(seed: UInt64, quarters: Int = 8) -> Score {
    var random = SeededGenerator(seed: seed)
    var score = Score(division: .ticksPerQuarter(480))
    for line in 0..<4 {
      var notes: [Score.Note] = []
      var tick = 0
      while tick < quarters * 480 {
        let length = [240, 480, 960][Int(random.next() % 3)]
        let end = min(tick + length, quarters * 480)
        let pitch = UInt8(72 - line * 7 + Int(random.next() % 5))
        // Two equal pitches in a row would be one note where repeats are not kept.
        if notes.last?.pitch != pitch {
          notes.append(Score.Note(start: tick, end: end, channel: UInt8(line), pitch: pitch))
        }
        tick = end
      }
      score.tracks.append(Score.Track(notes: notes))
    }
    score.length = quarters * 480
    return score
  }
}
