/// What a song is to be: what is asked for, in terms of music, whatever the representation.
///
/// What is nil forbids nothing.
package struct SongConstraints: Sendable, Equatable {
  /// The pitch classes of a key and its scale.
  package struct Key: Sendable, Equatable {
    /// As it was asked for: `F# dorian`.
    package var name: String
    /// One bit each, C the lowest.
    package var pitchClasses: UInt16
    /// The pitch class of its tonic; nil: not told.
    package var tonic: Int?
    /// The key signature that tells it, if one does: sharps (flats where negative) and whether it is minor.
    package var sharps: Int?
    package var isMinor = false
    /// Whether a scale was named beside the tonic.
    package var namesScale = false

    package init(name: String, pitchClasses: UInt16) {
      self.name = name
      self.pitchClasses = pitchClasses
    }
  }

  /// A metre.
  package struct Metre: Sendable, Equatable {
    package var numerator: Int
    package var denominator: Int

    package init(_ numerator: Int, _ denominator: Int) {
      self.numerator = numerator
      self.denominator = denominator
    }
  }

  /// A chord of a bar.
  package struct Chord: Sendable, Equatable {
    package var symbol: String
    /// One bit each, C the lowest.
    package var pitchClasses: UInt16
    /// The pitch class of its root; nil: not told.
    package var root: Int?

    package init(symbol: String, pitchClasses: UInt16, root: Int? = nil) {
      self.symbol = symbol
      self.pitchClasses = pitchClasses
      self.root = root
    }
  }

  /// What the length of the settings says.
  package enum LengthRule: Sendable, Equatable {
    /// Nobody asked for it; a song has no more, and a melody's own length goes before.
    case byDefault
    /// A song has no more.
    case atMost
    /// A song has just that, and ends there.
    case exact
  }

  package var key: Key?
  /// Of the whole song.
  package var range: ClosedRange<Int>?
  /// By voice: its name, its number from the top (from 1), or a program's (from 0).
  package var ranges: [String: ClosedRange<Int>] = [:]
  /// The most notes that sound at once.
  package var polyphony: Int?
  package var metre: Metre?
  /// Quarters a minute.
  package var tempo: Double?
  /// Notes a quarter, at least and at most.
  package var leastDensity: Double?
  package var mostDensity: Double?
  /// By bar, from the first one on and over again.
  package var chords: [[Chord]] = []
  /// Programs that may play; 128: the drums.
  package var programs: [Int]?
  package var lengthRule = LengthRule.byDefault
  /// The share of each corpus whose style is asked for; nil: as much of each.
  ///
  /// It is told to the network, which it leans to one side; it forbids nothing.
  package var style: [String: Double]?

  package init() {}

  /// Whether nothing is asked for.
  var isEmpty: Bool {
    var bare = self
    (bare.lengthRule, bare.style) = (.byDefault, nil)
    return lengthRule != .exact && bare == SongConstraints()
  }
}

extension CompositionError {
  /// Says that what was asked for cannot be had, and which fields take part in that.
  static func unmeetable(_ fields: [String], _ reason: String) -> CompositionError {
    CompositionError(.spec, fields.joined(separator: ", ") + ": " + reason)
  }
}
