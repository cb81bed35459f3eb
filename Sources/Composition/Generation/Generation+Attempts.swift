package import MIDI

/// How songs are let through.
package struct GateSettings: Sendable, Equatable {
  /// How often a song is tried; 1: nothing is composed again.
  package var attempts: Int
  /// Whether a song that passes no attempt is left out.
  package var withholds: Bool
  /// The longest run of notes that may stand in the corpus, in bars; nil: what the yardstick tells.
  package var longest: Double?
  /// Metrics (by their keys), `bar_line_familiarity` and `copying` that are not judged, as the person asked for something
  /// that bears on them.
  package var excused: Set<String>

  package init(attempts: Int = 5, withholds: Bool = false, longest: Double? = nil, excused: Set<String> = []) {
    self.excused = excused
    self.attempts = attempts
    self.withholds = withholds
    self.longest = longest
  }
}

/// One try of a song: what it was made of, and why it was not let through.
package struct SongAttempt: Codable, Sendable, Equatable {
  package var seed: UInt64
  /// Empty where it has passed.
  package var reasons: [String]
}

/// A song with what is known of it, and how it came about.
package struct JudgedSong: Sendable {
  package var song: GeneratedSong
  package var judgement: SongJudgement
  /// All tries, first to last; the song is one of them.
  package var attempts: [SongAttempt]
}

/// What came of generating with a gate.
package struct JudgedOutcome: Sendable {
  /// The songs that go out, in order.
  package var songs: [JudgedSong]
  /// The songs that are withheld.
  package var withheld: [JudgedSong]
  package var tokens: Int
  package var seconds: Double
  package var warnings: [String]
}

extension Generation {
  /// Generates all songs, and composes again what a corpus's gate refuses.
  ///
  /// A song's first attempt is what it would be with no gate. Of one that passes no attempt the one with the fewest
  /// reasons is kept, of equals the first.
  ///
  /// - Parameters:
  ///   - prime: a song to continue.
  ///   - melody: a voice to keep and harmonise.
  ///   - gate: how songs are let through.
  ///   - judge: says what is known of a song.
  ///   - stop: looked at between steps.
  ///   - progress: called with the share of all songs that is done, from 0 to 1.
  /// - Returns: the songs that go out, those that are withheld, and what is told of their making.
  /// - Throws: `Interrupted`; `CompositionError`, of kind `spec` where the song to be continued is too long or
  ///   what is asked for cannot be had.
  package func run(
    prime: Score?, melody: Score? = nil, gate: GateSettings, judge: (Score) -> SongJudgement, stop: StopFlag,
    progress: (Double) -> Void
  ) throws -> JudgedOutcome {
    var outcome = JudgedOutcome(songs: [], withheld: [], tokens: 0, seconds: 0, warnings: [])
    var best: [Int: JudgedSong] = [:]
    var open = Array(0..<max(0, settings.songs))
    for attempt in 0..<max(1, gate.attempts) where !open.isEmpty {
      let seeds = open.map { seed(ofSong: $0, attempt: attempt) }
      let made = try compose(seeds, prime: prime, melody: melody, stop: stop) { share in
        let done = Double(settings.songs - open.count) + share * Double(open.count)
        progress(attempt == 0 ? share : done / Double(max(1, settings.songs)))
      }
      outcome.tokens += made.tokens
      outcome.seconds += made.seconds
      if attempt == 0 { outcome.warnings = made.warnings }
      for (number, song) in zip(open, made.songs) {
        if stop.isStopped { throw Interrupted() }
        let judgement = judge(song.score)
        let tries = (best[number]?.attempts ?? []) + [SongAttempt(seed: song.seed, reasons: judgement.gate.reasons)]
        if let earlier = best[number], earlier.judgement.gate.reasons.count <= judgement.gate.reasons.count {
          best[number]?.attempts = tries
        } else {
          best[number] = JudgedSong(song: song, judgement: judgement, attempts: tries)
        }
      }
      open = open.filter { best[$0]?.judgement.gate.passed != true }
    }
    for number in best.keys.sorted() {
      guard let song = best[number] else { continue }
      if gate.withholds, !song.judgement.gate.passed {
        outcome.withheld.append(song)
      } else {
        outcome.songs.append(song)
      }
    }
    return outcome
  }
}
