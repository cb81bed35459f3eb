package import MIDI

/// Facts of a song that tell music from noise and from standing still: the keys of `metrics`.
///
/// They are taken from the score alone, so a file from outside and a song of ours are measured alike. Drums count only
/// where it says so. A song without notes has 0 everywhere, but `emptyBars` 1.
package struct SongMetrics: Codable, Sendable, Equatable {
  /// The entropy of the notes' pitch classes, in nats: 0 for one, ln 12 for all alike (Wu and Yang 2020, "The Jazz
  /// Transformer on the Front Line", section 4, there in bits).
  package var pitchClassEntropy: Double
  /// The share of notes in the major or natural minor scale that holds the most of them (Mogren 2016, "C-RNN-GAN",
  /// section 4).
  package var scaleConsistency: Double
  /// How alike the rhythms of neighbouring bars are, drums included; 1 for a single bar.
  ///
  /// It is 1 less the mean share of the 64 places of a bar where only one of the two has an onset (Wu and Yang 2020;
  /// over neighbours as in MusPy, Dong, Chen, McAuley and Berg-Kirkpatrick 2020).
  package var grooveConsistency: Double
  /// Pitches that sound at once, a mean over the time in which any sounds (MusPy, `polyphony`).
  package var polyphony: Double
  /// The share of bars in which nothing sounds, drums included.
  ///
  /// (MuseGAN: Dong, Hsiao, Yang and Yang 2018, "EB".)
  package var emptyBars: Double
  /// Notes a quarter of the song's length; drums included.
  package var noteDensity: Double
  /// The longest time, in quarters, for which a line begins one pitch again and again and no other.
  ///
  /// It runs from the first of these notes to the end of the last; a line is a channel of a track. 0 where no note is
  /// repeated.
  package var longestRepeat: Double
  /// How much of a bar stood in one bar before it, a mean over the bars with notes but the first.
  ///
  /// Of two bars it is the notes that they share (place to a sixteenth, and pitch) over all notes of the two; the most
  /// similar of the 64 bars with notes before it counts. These are the largest values of the rows of Foote 1999,
  /// "Visualizing Music and Audio using Self-Similarity".
  package var selfSimilarity: Double
  /// How far the outer lines leap over bar lines, beside how far they would if the bars stood in any order.
  ///
  /// Of the highest and of the lowest line it is the mean distance from the last pitch of a bar to the first of the next,
  /// over the mean distance from the last pitch of any bar to the first of any other: about 1 where bars are shuffled,
  /// less where they lead on. 0 where there are no two bars to compare. (A measure of our own.)
  package var barLineLeap: Double
  /// Notes that are held over a bar line, a mean over the bar lines within the song, by `polyphony`: 0 where every bar
  /// begins anew.
  ///
  /// (A measure of our own.)
  package var heldOver: Double
  /// Semitones from the lowest to the highest pitch (MusPy, `pitch_range`).
  package var pitchRange: Int
  /// Notes that were begun and never ended.
  package var hangingNotes: Int

  package enum CodingKeys: String, CodingKey, CaseIterable {
    case pitchClassEntropy = "pitch_class_entropy"
    case scaleConsistency = "scale_consistency"
    case grooveConsistency = "groove_consistency"
    case polyphony
    case emptyBars = "empty_bars"
    case noteDensity = "note_density"
    case longestRepeat = "longest_repeat"
    case selfSimilarity = "self_similarity"
    case barLineLeap = "bar_line_leap"
    case heldOver = "held_over"
    case pitchRange = "pitch_range"
    case hangingNotes = "hanging_notes"
  }

  /// Measures a song.
  ///
  /// - Parameters:
  ///   - score: the song.
  ///   - hangingNotes: how many notes the file never ended; a score does not tell, and one of ours has none.
  package init(of score: Score, hangingNotes: Int = 0) {
    let notes = score.tracks.flatMap(\.notes)
    let pitched = notes.filter { !$0.isDrum }
    let classes = Self.pitchClasses(of: pitched)
    pitchClassEntropy = Self.entropy(classes)
    scaleConsistency = Self.scaleShare(classes)
    let bars = BarOnsets(score)
    grooveConsistency = notes.isEmpty ? 0 : bars.grooveConsistency
    selfSimilarity = bars.selfSimilarity
    emptyBars = bars.emptyShare
    polyphony = Self.polyphony(of: pitched)
    heldOver = bars.heldOver(pitched) / max(1, polyphony)
    barLineLeap = bars.leap(of: pitched)
    let (ticks, quarters) = score.division.ticksToQuarters
    noteDensity = score.length > 0 ? Double(notes.count * ticks) / (Double(score.length) * Double(quarters)) : 0
    longestRepeat = Double(Self.longestRepeat(of: score)) * Double(quarters) / Double(ticks)
    pitchRange = Int(pitched.map(\.pitch).max() ?? 0) - Int(pitched.map(\.pitch).min() ?? 0)
    self.hangingNotes = hangingNotes
  }

  /// Reads what an earlier version may have written, which had fewer of them.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func value(_ key: CodingKeys) throws -> Double { try values.decodeIfPresent(Double.self, forKey: key) ?? 0 }
    pitchClassEntropy = try value(.pitchClassEntropy)
    scaleConsistency = try value(.scaleConsistency)
    grooveConsistency = try value(.grooveConsistency)
    polyphony = try value(.polyphony)
    emptyBars = try value(.emptyBars)
    noteDensity = try value(.noteDensity)
    longestRepeat = try value(.longestRepeat)
    selfSimilarity = try value(.selfSimilarity)
    barLineLeap = try value(.barLineLeap)
    heldOver = try value(.heldOver)
    pitchRange = try values.decodeIfPresent(Int.self, forKey: .pitchRange) ?? 0
    hangingNotes = try values.decodeIfPresent(Int.self, forKey: .hangingNotes) ?? 0
  }

  /// The value of a key.
  package subscript(key: CodingKeys) -> Double {
    switch key {
    case .pitchClassEntropy: pitchClassEntropy
    case .scaleConsistency: scaleConsistency
    case .grooveConsistency: grooveConsistency
    case .polyphony: polyphony
    case .emptyBars: emptyBars
    case .noteDensity: noteDensity
    case .longestRepeat: longestRepeat
    case .selfSimilarity: selfSimilarity
    case .barLineLeap: barLineLeap
    case .heldOver: heldOver
    case .pitchRange: Double(pitchRange)
    case .hangingNotes: Double(hangingNotes)
    }
  }
}
