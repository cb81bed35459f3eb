/// How a score is turned into numbers: the map `representation` of jobs.yaml and of the weights' metadata.
///
/// In JSON a key that the named representation does not use is not written, and a missing key has its default.
package struct RepresentationSettings: Sendable, Hashable {
  /// The four representations.
  package enum Name: String, Codable, Sendable, Hashable, CaseIterable {
    case roll, steps, voices, events
  }

  /// Events: how time is told.
  package enum Time: String, Codable, Sendable, Hashable, CaseIterable {
    /// In bars, on the grid.
    case metrical
    /// In frames of 10 ms: for performances that keep no metre.
    case clock
  }

  package var name: Name
  /// Frames a quarter note.
  package var resolution = 4
  /// Whether each quarter keeps to sixteenths or to triplets, on a grid of 12 frames; `resolution` is not used then.
  package var isMixed = false
  /// The pitches that are kept.
  package var pitches: ClosedRange<Int> = 21...108
  /// Roll: frames a vector.
  package var block = 4
  /// Steps: whether a held note is told from a new one.
  package var holds = true
  /// Voices: how many lines there are.
  package var lines = 4
  /// Voices: whether a start on the pitch that sounds is written as a start.
  package var repeats = true
  /// Events: how time is told.
  package var time = Time.metrical
  /// Roll, steps: how programs are told apart.
  package var programs = ProgramSets.merged
  /// Roll, steps: whether drums are written, as a set of their own.
  package var drums = false
  /// Whether notes last as long as the sustain pedal makes them sound.
  package var pedal = false

  /// Whether time is told in frames of 10 ms.
  package var isByClock: Bool { name == .events && time == .clock }

  /// Frames a quarter note; where time is told by the clock, of 120 quarters a minute.
  package var framesAQuarter: Int { isByClock ? 50 : isMixed ? 12 : resolution }

  /// Makes the settings that a name alone stands for.
  package init(_ name: Name) {
    self.name = name
  }
}

extension RepresentationSettings: Codable {
  private enum CodingKeys: String, CodingKey {
    case name, resolution, pitches, block, holds, lines, repeats, time, programs, drums, pedal
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(try container.decode(Name.self, forKey: .name))
    if let text = try? container.decodeIfPresent(String.self, forKey: .resolution) {
      guard text == "mixed" else {
        throw DecodingError.dataCorruptedError(
          forKey: .resolution, in: container, debugDescription: "expected a number or mixed")
      }
      isMixed = true
    } else {
      resolution = try container.decodeIfPresent(Int.self, forKey: .resolution) ?? resolution
    }
    block = try container.decodeIfPresent(Int.self, forKey: .block) ?? block
    holds = try container.decodeIfPresent(Bool.self, forKey: .holds) ?? holds
    lines = try container.decodeIfPresent(Int.self, forKey: .lines) ?? lines
    repeats = try container.decodeIfPresent(Bool.self, forKey: .repeats) ?? repeats
    time = try container.decodeIfPresent(Time.self, forKey: .time) ?? time
    programs = try container.decodeIfPresent(ProgramSets.self, forKey: .programs) ?? programs
    drums = try container.decodeIfPresent(Bool.self, forKey: .drums) ?? drums
    pedal = try container.decodeIfPresent(Bool.self, forKey: .pedal) ?? pedal
    if let bounds = try container.decodeIfPresent([Int].self, forKey: .pitches) {
      guard bounds.count == 2, bounds[0] <= bounds[1] else {
        throw DecodingError.dataCorruptedError(
          forKey: .pitches, in: container, debugDescription: "expected the lowest and the highest pitch")
      }
      pitches = bounds[0]...bounds[1]
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    if !isByClock {
      if isMixed {
        try container.encode("mixed", forKey: .resolution)
      } else {
        try container.encode(resolution, forKey: .resolution)
      }
    }
    if name != .events { try container.encode([pitches.lowerBound, pitches.upperBound], forKey: .pitches) }
    switch name {
    case .roll: try container.encode(block, forKey: .block)
    case .steps: try container.encode(holds, forKey: .holds)
    case .voices:
      try container.encode(lines, forKey: .lines)
      try container.encode(repeats, forKey: .repeats)
    case .events: try container.encode(time, forKey: .time)
    }
    // What came later is written only where it is not the default, so that older metadata keeps its bytes.
    if name == .roll || name == .steps {
      if programs != .merged { try container.encode(programs, forKey: .programs) }
      if drums { try container.encode(drums, forKey: .drums) }
    }
    if pedal { try container.encode(pedal, forKey: .pedal) }
  }
}
