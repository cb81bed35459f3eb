/// How much of a song stands in a corpus: `copying` of `measure` and of `run.json`.
package struct CopyReport: Codable, Sendable, Equatable {
  /// A run of notes that a song and a file have in common.
  package struct Run: Codable, Sendable, Equatable {
    /// How long it is, in bars of the song.
    package var bars: Double
    package var notes: Int
    /// The file's name.
    package var file: String
    /// The bar in the file where it begins, from 1.
    package var bar: Int
    /// Semitones from the file to the song.
    package var transpose: Int
  }

  /// The longest by bars; nil: no run of four notes stands in the corpus.
  package var longest: Run?
  /// The shares of stretches of 2 and of 4 bars that stand in the corpus, by "2" and "4".
  package var windows: [String: Double]
  package var yardstick: Yardstick

  /// What is usual among people.
  package struct Yardstick: Codable, Sendable, Equatable {
    /// The 95th percentile of the longest runs of held-out songs, in bars; nil: there are too few songs.
    package var longestP95: Double?

    package init(longestP95: Double? = nil) { self.longestP95 = longestP95 }

    package enum CodingKeys: String, CodingKey { case longestP95 = "longest_p95" }

    package func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(longestP95, forKey: .longestP95)
    }
  }

  package enum CodingKeys: String, CodingKey { case longest, windows, yardstick }

  package func encode(to encoder: any Encoder) throws {
    // What there is none of stands as null.
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(longest, forKey: .longest)
    try container.encode(windows, forKey: .windows)
    try container.encode(yardstick, forKey: .yardstick)
  }
}
