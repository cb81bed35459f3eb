/// The sets of pitches that roll and steps write: one for all programs or one a program, and the drums'.
///
/// A **key** is a pitch of a set. Keys are counted on from the lowest pitch, set after set, so that where there is one set a
/// key is its pitch.
package struct PitchSets: Sendable, Equatable {
  /// The drums' pitches: those of General MIDI 2 (27 to 87) and the hi-hat edges of electronic kits (22, 26).
  package static let drums = 22...87

  private let pitches: ClosedRange<Int>
  private let choice: ProgramSets
  /// The program of each set but the drums'; the set of all programs is a piano.
  package let programs: [Int]
  package let hasDrums: Bool

  init(_ settings: RepresentationSettings) {
    let isSorted = settings.name == .roll || settings.name == .steps
    pitches = settings.pitches
    choice = isSorted ? settings.programs : .merged
    hasDrums = isSorted && settings.drums
    programs =
      switch choice {
      case .merged: [0]
      case .families: (0..<16).map { 8 * $0 }
      case .listed(let programs): programs
      }
  }

  /// Says whether all programs are one set.
  var isMerged: Bool { choice == .merged }
  /// How many keys a set has, but the drums'.
  package var width: Int { pitches.count }
  /// How many keys stand before the drums'.
  package var melodicCount: Int { programs.count * width }
  /// How many keys there are.
  package var count: Int { melodicCount + (hasDrums ? Self.drums.count : 0) }

  /// Where a key is written and what becomes of its note.
  enum Place: Equatable {
    case key(Int)
    /// Kept, as another program of the same family.
    case recast(Int)
    /// Left out.
    case outside, otherProgram, drum
  }

  /// Finds the key of a note.
  func place(ofPitch pitch: Int, program: Int, isDrum: Bool) -> Place {
    guard !isDrum else {
      guard hasDrums else { return .drum }
      guard Self.drums.contains(pitch) else { return .outside }
      return .key(pitches.lowerBound + melodicCount + pitch - Self.drums.lowerBound)
    }
    let set: Int?
    switch choice {
    case .merged: set = 0
    case .families: set = program / 8
    case .listed(let programs): set = programs.firstIndex(of: program)
    }
    guard let set else { return .otherProgram }
    guard pitches.contains(pitch) else { return .outside }
    let key = set * width + pitch
    return choice == .families && program % 8 != 0 ? .recast(key) : .key(key)
  }

  /// Tells the set and the pitch of a key; the drums' set is the last one.
  package func pitch(ofKey key: Int) -> (set: Int, pitch: Int) {
    let index = key - pitches.lowerBound
    if index >= melodicCount { return (programs.count, Self.drums.lowerBound + index - melodicCount) }
    return (index / width, pitches.lowerBound + index % width)
  }

  /// Says whether a key is the drums'.
  package func isDrum(key: Int) -> Bool { key - pitches.lowerBound >= melodicCount }

  /// Moves a key by semitones; drums stay.
  ///
  /// - Returns: nil where its pitch would leave the set.
  package func transposed(key: Int, by semitones: Int) -> Int? {
    guard !isDrum(key: key) else { return key }
    return pitches.contains(pitch(ofKey: key).pitch + semitones) ? key + semitones : nil
  }

  /// The text of each key: `60`, `program 40 pitch 60`, `drum 36`.
  var texts: [String] {
    (pitches.lowerBound..<pitches.lowerBound + count).map { key in
      let (set, pitch) = pitch(ofKey: key)
      if set == programs.count { return "drum \(pitch)" }
      return isMerged ? "\(pitch)" : "program \(programs[set]) pitch \(pitch)"
    }
  }
}

/// How roll and steps tell programs apart.
package enum ProgramSets: Sendable, Hashable {
  /// Not at all: all programs are one set of pitches.
  case merged
  /// By the sixteen families of General MIDI.
  case families
  /// Each of these, ascending, is a set; notes of other programs are left out.
  case listed([Int])
}

extension ProgramSets: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let name = try? container.decode(String.self) {
      switch name {
      case "merged": self = .merged
      case "families": self = .families
      default:
        throw DecodingError.dataCorruptedError(
          in: container, debugDescription: "'\(name)' is none of merged, families and a list of programs")
      }
      return
    }
    self = .listed(try container.decode([Int].self))
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .merged: try container.encode("merged")
    case .families: try container.encode("families")
    case .listed(let programs): try container.encode(programs)
    }
  }
}
