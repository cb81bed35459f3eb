/// The scale of a key.
package enum ScaleName: String, Codable, Sendable, Hashable, CaseIterable {
  case major
  /// The natural one.
  case minor
  case harmonicMinor = "harmonic-minor"
  /// As it rises.
  case melodicMinor = "melodic-minor"
  case dorian, phrygian, lydian, mixolydian, locrian, pentatonic
  case minorPentatonic = "minor-pentatonic"
  case blues
  case wholeTone = "whole-tone"
  case chromatic

  /// Semitones above the tonic.
  package var steps: [Int] {
    switch self {
    case .major: [0, 2, 4, 5, 7, 9, 11]
    case .minor: [0, 2, 3, 5, 7, 8, 10]
    case .harmonicMinor: [0, 2, 3, 5, 7, 8, 11]
    case .melodicMinor: [0, 2, 3, 5, 7, 9, 11]
    case .dorian: [0, 2, 3, 5, 7, 9, 10]
    case .phrygian: [0, 1, 3, 5, 7, 8, 10]
    case .lydian: [0, 2, 4, 6, 7, 9, 11]
    case .mixolydian: [0, 2, 4, 5, 7, 9, 10]
    case .locrian: [0, 1, 3, 5, 6, 8, 10]
    case .pentatonic: [0, 2, 4, 7, 9]
    case .minorPentatonic: [0, 3, 5, 7, 10]
    case .blues: [0, 3, 5, 6, 7, 10]
    case .wholeTone: [0, 2, 4, 6, 8, 10]
    case .chromatic: Array(0..<12)
    }
  }

  /// Whether a key signature calls it minor; nil where none tells it.
  package var isMinor: Bool? {
    switch self {
    case .major, .pentatonic: false
    case .minor, .harmonicMinor, .melodicMinor, .minorPentatonic, .blues: true
    default: nil
    }
  }

  /// The pitch classes of the scale on a tonic, one bit each, C the lowest.
  package func pitchClasses(on tonic: Tonic) -> UInt16 {
    steps.reduce(0) { $0 | 1 << UInt16((tonic.pitchClass + $1) % 12) }
  }
}
