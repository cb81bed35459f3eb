/// How long a song is to be.
///
/// It is coded as its text: `32 bars`, `90 s`, `512 frames`.
package enum SongLength: Hashable, Sendable, CustomStringConvertible {
  case bars(Int)
  case seconds(Double)
  case frames(Int)

  /// Reads `32 bars`, `90 s`, `512 frames`, or nil where the text is none; each is at least 1 and at most 1,000,000.
  package init?(_ text: String) {
    guard let (number, unit) = splitQuantity(text), number <= 1_000_000 else { return nil }
    switch unit {
    case "bars", "bar":
      guard number >= 1, number == number.rounded() else { return nil }
      self = .bars(Int(number))
    case "frames", "frame":
      guard number >= 1, number == number.rounded() else { return nil }
      self = .frames(Int(number))
    case "s":
      guard number >= 1 else { return nil }
      self = .seconds(number)
    case "m":
      guard number > 0, number * 60 >= 1, number * 60 <= 1_000_000 else { return nil }
      self = .seconds(number * 60)
    default: return nil
    }
  }

  package var description: String {
    switch self {
    case .bars(let count): "\(count) bars"
    case .frames(let count): "\(count) frames"
    case .seconds(let count): count == count.rounded() ? "\(Int(count)) s" : "\(count) s"
    }
  }
}

extension SongLength: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let length = SongLength(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not the length of a song")
    }
    self = length
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// What was written under `generate:`; what was not is nil, and is filled in from the weights' own defaults.
package struct GenerateFields: Codable, Sendable, Equatable {
  /// The weights of a job that does not train: `starter`, a hash, `JOB` or `JOB/0007`.
  package var from: String?
  package var songs: Int?
  package var length: SongLength?
  package var temperature: Double?
  package var topP: Double?
  package var topK: Int?
  package var pitchTemperature: Double?
  package var pitchTopP: Double?
  /// How far a song is steered away from what the weights' guide would write.
  package var guidance: Double?
  package var pitchGuidance: Double?
  /// A MIDI file to continue.
  package var prime: String?
  package var seed: UInt64?
  /// What the songs are to be.
  package var order = OrderFields()
  /// How often a song is tried; each try after the first has a seed of its own.
  package var attempts: Int?
  /// What becomes of a song that passes no attempt.
  package var onGate: GatePolicy?
  package var copying: CopyingFields?

  package init() {}

  /// Fills what is nil here with what `base` has.
  package func overlaid(on base: GenerateFields) -> GenerateFields {
    var result = self
    result.from = from ?? base.from
    result.songs = songs ?? base.songs
    result.length = length ?? base.length
    result.order = order.overlaid(on: base.order)
    // A melody sets the length where none is written with it.
    result.order.isLengthExact =
      length == nil && order.melody == nil ? base.order.isLengthExact : order.isLengthExact
    result.temperature = temperature ?? base.temperature
    result.topP = topP ?? base.topP
    result.topK = topK ?? base.topK
    result.pitchTemperature = pitchTemperature ?? base.pitchTemperature
    result.pitchTopP = pitchTopP ?? base.pitchTopP
    result.guidance = guidance ?? base.guidance
    // Who writes the one means the other too, where no other is written.
    result.pitchGuidance = pitchGuidance ?? (guidance == nil ? base.pitchGuidance : nil)
    result.prime = prime ?? base.prime
    result.seed = seed ?? base.seed
    result.attempts = attempts ?? base.attempts
    result.onGate = onGate ?? base.onGate
    result.copying = CopyingFields(longest: copying?.longest ?? base.copying?.longest)
    if result.copying?.longest == nil { result.copying = nil }
    return result
  }

  /// The settings of one generation: what is written here, else what the weights bring, else the general defaults.
  package func resolved(over defaults: GenerateFields = GenerateFields()) -> GenerateSettings {
    let fields = overlaid(on: defaults)
    var settings = GenerateSettings()
    settings.songs = fields.songs ?? settings.songs
    settings.length = fields.length ?? settings.length
    settings.temperature = fields.temperature ?? settings.temperature
    settings.topP = fields.topP ?? settings.topP
    settings.topK = fields.topK ?? settings.topK
    settings.pitchTemperature = fields.pitchTemperature ?? settings.pitchTemperature
    settings.pitchTopP = fields.pitchTopP ?? settings.pitchTopP
    settings.guidance = fields.guidance ?? settings.guidance
    settings.pitchGuidance = fields.pitchGuidance
    settings.prime = fields.prime
    settings.seed = fields.seed ?? settings.seed
    settings.order = fields.order
    settings.attempts = fields.attempts ?? settings.attempts
    settings.onGate = fields.onGate ?? settings.onGate
    settings.copying = fields.copying
    return settings
  }

  package enum CodingKeys: String, CodingKey {
    case from, songs, length, temperature
    case topP = "top_p"
    case topK = "top_k"
    case pitchTemperature = "pitch_temperature"
    case pitchTopP = "pitch_top_p"
    case guidance
    case pitchGuidance = "pitch_guidance"
    case prime, seed, attempts
    case onGate = "on_gate"
    case copying
  }
}

/// Every setting of a generation, after the weights' defaults and the general ones.
package struct GenerateSettings: Codable, Sendable, Equatable {
  package var songs = 1
  package var length: SongLength = .bars(32)
  package var temperature: Double = 1
  /// The share of probability that may be drawn from; 1: all.
  package var topP: Double = 1
  /// The number of tokens that may be drawn from; 0: all.
  package var topK = 0
  /// The temperature of the choice among pitches where a note of a line starts, times the other one.
  package var pitchTemperature: Double = 1
  /// The share of probability that the pitch of such a note may be drawn from; 1: all.
  package var pitchTopP: Double = 1
  /// How far a song is steered away from what the weights' guide would write; 0: not at all.
  package var guidance: Double = 0
  /// The same for the pitch of a note that starts in a line; nil: as `guidance`.
  package var pitchGuidance: Double?
  /// A MIDI file to continue; nil: none.
  package var prime: String?
  package var seed: UInt64 = 1
  /// What the songs are to be.
  package var order = OrderFields()
  /// How often a song is tried until one is inside the corpus's band; 1: nothing is composed again.
  package var attempts = 5
  /// What becomes of a song that passes no attempt.
  package var onGate = GatePolicy.deliver
  /// How much may be copied; nil: as much as the yardstick tells.
  package var copying: CopyingFields?

  package init() {}

  package enum CodingKeys: String, CodingKey {
    case songs, length, temperature
    case topP = "top_p"
    case topK = "top_k"
    case pitchTemperature = "pitch_temperature"
    case pitchTopP = "pitch_top_p"
    case guidance
    case pitchGuidance = "pitch_guidance"
    case prime, seed, attempts
    case onGate = "on_gate"
    case copying
  }
}

/// What becomes of a song that is outside its corpus's band in every attempt.
package enum GatePolicy: String, Codable, Sendable, CaseIterable {
  /// The one with the fewest reasons is delivered, marked.
  case deliver
  /// It is left out.
  case withhold
}

/// What `copying:` sets.
package struct CopyingFields: Codable, Sendable, Equatable {
  /// The longest run of notes that may stand in a training file, in bars; nil: the yardstick's 95th percentile.
  package var longest: Double?

  package init(longest: Double? = nil) { self.longest = longest }
}

/// What `evaluate:` sets: what the weights of a run are scored on once they are made.
package struct EvaluateSettings: Codable, Sendable, Equatable {
  /// Corpora to score; empty: the files that training held out.
  package var corpus: [String] = []

  package init(corpus: [String] = []) { self.corpus = corpus }

  package enum CodingKeys: String, CodingKey { case corpus }
}
