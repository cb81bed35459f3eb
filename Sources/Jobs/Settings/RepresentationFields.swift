/// The name of a way to turn a score into numbers.
package enum RepresentationName: String, Codable, Sendable, CaseIterable {
  case roll, steps, voices, events
}

/// How events tell time: in bars on the grid, or by the clock.
package enum EventTime: String, Codable, Sendable, CaseIterable { case metrical, clock }

/// What `representation:` sets: how a score becomes numbers.
///
/// Only the fields that mean something for `name` are coded; the others keep their defaults.
package struct RepresentationFields: Sendable, Equatable {
  package var name: RepresentationName
  /// Frames a quarter note.
  package var resolution = 4
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

  /// Takes the defaults of a representation.
  package init(name: RepresentationName) { self.name = name }
}

extension RepresentationFields: Codable {
  package enum CodingKeys: String, CodingKey { case name, resolution, pitches, block, holds, lines, repeats, time }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(name: try container.decode(RepresentationName.self, forKey: .name))
    resolution = try container.decodeIfPresent(Int.self, forKey: .resolution) ?? resolution
    pitches = try container.decodeIfPresent(Bounds.self, forKey: .pitches) ?? pitches
    block = try container.decodeIfPresent(Int.self, forKey: .block) ?? block
    holds = try container.decodeIfPresent(Bool.self, forKey: .holds) ?? holds
    lines = try container.decodeIfPresent(Int.self, forKey: .lines) ?? lines
    repeats = try container.decodeIfPresent(Bool.self, forKey: .repeats) ?? repeats
    time = try container.decodeIfPresent(EventTime.self, forKey: .time) ?? time
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
  }
}
