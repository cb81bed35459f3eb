/// Chords by bar: `C | Am | F G | C`, from the first bar on and over again; the chords of a bar share it evenly.
package struct ChordProgression: WrittenAsText {
  /// A chord: its symbol, its pitch classes, one bit each, C the lowest, and its root's.
  package struct Chord: Hashable, Sendable {
    package let symbol: String
    package let pitchClasses: UInt16
    package let root: Int
  }

  package let bars: [[Chord]]

  /// Reads bars between `|`, each of 1 to 16 chords, or `%` for the bar before; at most 1000 bars.
  package init?(_ text: String) {
    guard text.utf8.count <= 20_000 else { return nil }
    var parts = text.split(separator: "|", omittingEmptySubsequences: false).map { $0.split(separator: " ") }
    // A bar line may stand at either end.
    if parts.count > 1, parts.first?.isEmpty == true { parts.removeFirst() }
    if parts.count > 1, parts.last?.isEmpty == true { parts.removeLast() }
    guard (1...1000).contains(parts.count) else { return nil }
    var bars: [[Chord]] = []
    for part in parts {
      if part == ["%"], let last = bars.last {
        bars.append(last)
        continue
      }
      let chords = part.compactMap { Chord($0) }
      guard (1...16).contains(part.count), chords.count == part.count else { return nil }
      bars.append(chords)
    }
    self.bars = bars
  }

  package var description: String {
    bars.map { $0.map(\.symbol).joined(separator: " ") }.joined(separator: " | ")
  }
}

extension ChordProgression.Chord {
  /// Semitones above the root, by what stands behind it.
  private static let kinds: [String: [Int]] = [
    "": [0, 4, 7], "maj": [0, 4, 7], "M": [0, 4, 7], "m": [0, 3, 7], "min": [0, 3, 7], "-": [0, 3, 7], "5": [0, 7],
    "dim": [0, 3, 6], "o": [0, 3, 6], "aug": [0, 4, 8], "+": [0, 4, 8], "sus2": [0, 2, 7], "sus4": [0, 5, 7],
    "sus": [0, 5, 7], "6": [0, 4, 7, 9], "m6": [0, 3, 7, 9], "7": [0, 4, 7, 10], "maj7": [0, 4, 7, 11],
    "M7": [0, 4, 7, 11], "m7": [0, 3, 7, 10], "min7": [0, 3, 7, 10], "-7": [0, 3, 7, 10], "mM7": [0, 3, 7, 11],
    "mmaj7": [0, 3, 7, 11], "dim7": [0, 3, 6, 9], "o7": [0, 3, 6, 9], "m7b5": [0, 3, 6, 10], "aug7": [0, 4, 8, 10],
    "+7": [0, 4, 8, 10], "7#5": [0, 4, 8, 10], "7b5": [0, 4, 6, 10], "7sus4": [0, 5, 7, 10], "7sus": [0, 5, 7, 10],
    "add9": [0, 2, 4, 7], "madd9": [0, 2, 3, 7], "9": [0, 2, 4, 7, 10], "maj9": [0, 2, 4, 7, 11],
    "M9": [0, 2, 4, 7, 11], "m9": [0, 2, 3, 7, 10], "7b9": [0, 1, 4, 7, 10], "7#9": [0, 3, 4, 7, 10],
    "11": [0, 2, 4, 5, 7, 10], "m11": [0, 2, 3, 5, 7, 10], "13": [0, 2, 4, 7, 9, 10],
  ]

  /// Reads a root, a kind, and a bass behind `/` or none; the bass is one of the chord's pitch classes then.
  init?(_ text: Substring) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard let chord = parts.first, parts.count <= 2 else { return nil }
    let letters = chord.dropFirst().first.map { $0 == "#" || $0 == "b" } == true ? 2 : 1
    guard let root = Tonic(String(chord.prefix(letters))), let kind = Self.kinds[String(chord.dropFirst(letters))]
    else { return nil }
    var classes = kind.reduce(UInt16(0)) { $0 | 1 << UInt16((root.pitchClass + $1) % 12) }
    if parts.count == 2 {
      guard let bass = Tonic(String(parts[1])) else { return nil }
      classes |= 1 << UInt16(bass.pitchClass)
    }
    symbol = String(text)
    pitchClasses = classes
    self.root = root.pitchClass
  }
}
