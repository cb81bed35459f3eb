/// What a song is to be, besides how it is drawn: the fields of `generate:` that forbid.
///
/// What is not written is nil and forbids nothing. It is coded flat, beside the other fields of `generate:`.
package struct OrderFields: Codable, Sendable, Equatable {
  package var key: Tonic?
  /// Major where a key is written and no scale.
  package var scale: ScaleName?
  package var range: PitchRanges?
  /// The most notes that sound at once.
  package var polyphony: Int?
  package var metre: MetreText?
  /// Quarters a minute.
  package var tempo: Double?
  package var density: NoteDensity?
  package var chords: ChordProgression?
  /// Programs that may play, 0 to 127; 128: the drums.
  package var programs: [Int]?
  /// A MIDI file whose voice is kept and harmonised.
  package var melody: String?
  /// The share of each corpus whose style is asked for.
  package var style: [String: Double]?
  /// Whether a length is the song's (`32 bars`) or the most it may have (`at most 32 bars`); nil: none was written, and
  /// what holds without is the most.
  package var isLengthExact: Bool?

  package init() {}

  /// The number that stands for the drums among programs.
  package static let drums = 128

  /// Fills what is nil here with what `base` has; the length's part goes with the length.
  func overlaid(on base: Self) -> Self {
    var result = self
    result.key = key ?? base.key
    result.scale = scale ?? base.scale
    result.range = range ?? base.range
    result.polyphony = polyphony ?? base.polyphony
    result.metre = metre ?? base.metre
    result.tempo = tempo ?? base.tempo
    result.density = density ?? base.density
    result.chords = chords ?? base.chords
    result.programs = programs ?? base.programs
    result.melody = melody ?? base.melody
    result.style = style ?? base.style
    return result
  }

  package enum CodingKeys: String, CodingKey {
    case key, scale, range, polyphony, metre, tempo, density, chords, programs, melody, style
    case isLengthExact = "exact_length"
  }
}
