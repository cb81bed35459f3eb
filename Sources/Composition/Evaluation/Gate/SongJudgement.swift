internal import MIDI

/// Whether a song may go out, and why not.
package struct GateVerdict: Codable, Sendable, Equatable {
  package var passed: Bool
  /// Each names a metric, its value and what was expected; empty where the song has passed.
  package var reasons: [String]

  package init(reasons: [String] = []) {
    passed = reasons.isEmpty
    self.reasons = reasons
  }
}

/// What is known of a song once it is measured against a corpus.
package struct SongJudgement: Sendable, Equatable {
  package var metrics: SongMetrics
  /// How much of it stands in the corpus; nil: there is no corpus.
  package var copying: CopyReport?
  package var gate: GateVerdict
}

extension GateVerdict {
  /// What no music is, whatever the corpus: silence, and one repeated note.
  ///
  /// One note is one pitch (one drum) that has at least 19 of 20 notes.
  static func faults(of score: Score, _ metrics: SongMetrics) -> [String] {
    var counts = [Int](repeating: 0, count: 256)
    for note in score.tracks.flatMap(\.notes) { counts[(note.isDrum ? 128 : 0) + Int(note.pitch & 127)] += 1 }
    let notes = counts.reduce(0, +)
    guard notes > 0 else { return ["silence: note_density is 0, expected: more than 0"] }
    guard let most = counts.indices.max(by: { counts[$0] < counts[$1] }) else { return [] }
    // A single note may be the whole of a very short song.
    guard notes > 1 || metrics.noteDensity < 0.25, 20 * counts[most] >= 19 * notes else { return [] }
    let name = most < 128 ? "the pitch \(most)" : "the drum \(most - 128)"
    return [
      "one repeated note: \(name) has \(counts[most]) of \(notes) notes, and longest_repeat is "
        + "\(told(metrics.longestRepeat)) quarters; expected: more than one pitch"
    ]
  }
}
