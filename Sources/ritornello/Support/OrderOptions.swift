import ArgumentParser

/// The options of `generate` that say what songs are to be.
struct OrderOptions: ParsableArguments {
  @Option(help: "A tonic: C, F#, Bb. Only notes of its scale sound.") var key: String?
  @Option(help: "The key's scale: major, minor, harmonic-minor, dorian, pentatonic, …") var scale: String?
  @Option(help: "Pitches: 48,84 or \"{soprano: [60, 79], bass: [40, 60]}\".") var range: String?
  @Option(help: "The most notes that sound at once.") var polyphony: String?
  @Option(help: "The metre: 3/4.") var metre: String?
  @Option(help: "Quarters a minute.") var tempo: String?
  @Option(help: "Notes a quarter: 4 (about), \"at least 2\", \"at most 6\", \"2 to 6\".") var density: String?
  @Option(help: "Chords by bar, over and again: \"C | Am | F G7 | C\".") var chords: String?
  @Option(help: "Programs that may play: 0,40,drums.") var programs: String?
  @Option(help: "A MIDI file whose voice is kept note for note and harmonised.", completion: .file()) var melody:
    String?

  @Option(help: "Whose style: a corpus, or \"{bach: 0.7, folk: 0.3}\".") var style: String?

  /// What is given, by the field's name.
  var given: [(String, String?)] {
    [
      ("key", key), ("scale", scale), ("range", range), ("polyphony", polyphony), ("metre", metre), ("tempo", tempo),
      ("density", density), ("chords", chords), ("programs", programs), ("melody", melody),
      ("style", style),
    ]
  }
}
