/// The note that a key is named for: `C`, `F#`, `Bb`.
package struct Tonic: WrittenAsText {
  package let description: String
  /// How many fifths above C it lies; its major scale has as many sharps (flats where negative).
  package let fifths: Int

  /// Reads a letter from A to G, with `#` or `b` behind it or neither.
  package init?(_ text: String) {
    guard let letter = text.first, let place = Array("FCGDAEB").firstIndex(of: letter) else { return nil }
    switch text.dropFirst() {
    case "": fifths = place - 1
    case "#": fifths = place + 6
    case "b": fifths = place - 8
    default: return nil
    }
    description = text
  }

  /// 0 for C, 11 for B.
  package var pitchClass: Int { ((fifths * 7) % 12 + 12) % 12 }
}
