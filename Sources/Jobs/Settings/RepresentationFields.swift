/// The name of a way to turn a score into numbers.
package enum RepresentationName: String, Codable, Sendable, CaseIterable {
  case roll, steps, voices, events
}

/// How events tell time: in bars on the grid, or by the clock.
package enum EventTime: String, Codable, Sendable, CaseIterable { case metrical, clock }

/// What the frames of a grid are: `resolution:` says it by a number or the word `mixed`.
package enum GridChoice: Sendable, Equatable {
  /// So many frames a quarter note.
  case frames(Int)
  /// Each quarter keeps to sixteenths or to triplets, on a grid of 12.
  case mixed
}

extension GridChoice: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let frames = try? container.decode(Int.self) {
      self = .frames(frames)
      return
    }
    guard try container.decode(String.self) == "mixed" else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected a number or mixed")
    }
    self = .mixed
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .frames(let frames): try container.encode(frames)
    case .mixed: try container.encode("mixed")
    }
  }
}

/// How programs are told apart: `merged`, `families`, or a list of those that are sets of their own.
package enum ProgramChoice: Sendable, Equatable {
  case merged, families
  case listed([Int])
}

extension ProgramChoice: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let programs = try? container.decode([Int].self) {
      self = .listed(programs)
      return
    }
    switch try container.decode(String.self) {
    case "merged": self = .merged
    case "families": self = .families
    default:
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "expected merged, families or a list")
    }
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

/// What `representation:` sets: how a score becomes numbers.
///
/// Only the fields that mean something for `name` are coded; the others keep their defaults.
package struct RepresentationFields: Sendable, Equatable {
  package var name: RepresentationName
  /// Frames a quarter note.
  package var resolution = GridChoice.frames(4)
  /// The lowest and highest pitch that is written.
  package var pitches = Bounds(21, 108)
  /// Frames joined into one vector (roll).
  package var block = 4
  /// Says whether a sounding note is told apart from a starting one (steps).
  package var holds = true
  /// The number of lines (voices).
  package var lines = 4
  /// Says whether a note may start on the pitch that sounds in its line (voices).
  package var repeats = true
  /// How time is told (events).
  package var time = EventTime.metrical
  /// How programs are told apart (roll, steps).
  package var programs = ProgramChoice.merged
  /// Says whether drums are written, as a set of their own (roll, steps).
  package var drums = false
  /// Says whether notes last as long as the sustain pedal makes them sound.
  package var pedal = false

  /// Takes the defaults of a representation.
  package init(name: RepresentationName) { self.name = name }
}

extension RepresentationFields: Codable {
  package enum CodingKeys: String, CodingKey {
    case name, resolution, pitches, block, holds, lines, repeats, time, programs, drums, pedal
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(name: try container.decode(RepresentationName.self, forKey: .name))
    resolution = try container.decodeIfPresent(GridChoice.self, forKey: .resolution) ?? resolution
    pitches = try container.decodeIfPresent(Bounds.self, forKey: .pitches) ?? pitches
    block = try container.decodeIfPresent(Int.self, forKey: .block) ?? block
    holds = try container.decodeIfPresent(Bool.self, forKey: .holds) ?? holds
    lines = try container.decodeIfPresent(Int.self, forKey: .lines) ?? lines
    repeats = try container.decodeIfPresent(Bool.self, forKey: .repeats) ?? repeats
    time = try container.decodeIfPresent(EventTime.self, forKey: .time) ?? time
    programs = try container.decodeIfPresent(ProgramChoice.self, forKey: .programs) ?? programs
    drums = try container.decodeIfPresent(Bool.self, forKey: .drums) ?? drums
    pedal = try container.decodeIfPresent(Bool.self, forKey: .pedal) ?? pedal
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    if name != .events || time == .metrical { try container.encode(resolution, forKey: .resolution) }
    if name != .events { try container.encode(pitches, forKey: .pitches) }
    switch name {
    case .roll: try container.encode(block, forKey: .block)
    case .steps: try container.encode(holds, forKey: .holds)
    case .voices:
      try container.encode(lines, forKey: .lines)
      try container.encode(repeats, forKey: .repeats)
    case .events: try container.encode(time, forKey: .time)
    }
    if name == .roll || name == .steps {
      try container.encode(programs, forKey: .programs)
      try container.encode(drums, forKey: .drums)
    }
    try container.encode(pedal, forKey: .pedal)
  }
}
