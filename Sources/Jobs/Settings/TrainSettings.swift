/// What a training makes small.
package enum LossName: String, Codable, Sendable, CaseIterable {
  case mse, mae, bce
  case crossEntropy = "cross-entropy"
}

/// How exactly the operands of large products are kept while training.
package enum PrecisionName: String, Codable, Sendable, CaseIterable {
  case f32, bf16
}

/// Augmentation by moving copies of the songs up and down.
package struct TransposeSettings: Codable, Sendable, Equatable {
  /// The lowest and highest number of semitones.
  package var range: Bounds
  /// Says whether the share left as written rises from 0 to 1 over the training.
  package var fade: Bool
  /// Says whether each song is first moved to the tonic C.
  package var tonic: Bool
  /// Says whether songs on any tonic lie where the corpus lies; as `tonic`, where nothing else is said.
  package var register: Bool

  package init(range: Bounds, fade: Bool = false, tonic: Bool = false, register: Bool? = nil) {
    self.range = range
    self.fade = fade
    self.tonic = tonic
    self.register = register ?? tonic
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    range = try container.decode(Bounds.self, forKey: .range)
    fade = try container.decode(Bool.self, forKey: .fade)
    tonic = try container.decodeIfPresent(Bool.self, forKey: .tonic) ?? false
    // Settings of older programs do not have it, and are to make what they made.
    register = try container.decodeIfPresent(Bool.self, forKey: .register) ?? false
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(range, forKey: .range)
    try container.encode(fade, forKey: .fade)
    // Not written where false, so that older settings keep their bytes.
    if tonic { try container.encode(tonic, forKey: .tonic) }
    if register { try container.encode(register, forKey: .register) }
  }

  package enum CodingKeys: String, CodingKey { case range, fade, tonic, register }
}

/// What a training is scored on while it goes: a share of the files, a corpus, or paths.
///
/// It is coded as a number, a text or a list of texts.
package enum ValidationChoice: Sendable, Equatable {
  /// A share of the files, chosen by their hash; 0: none.
  case share(Double)
  /// The corpus of that name (in a studio).
  case corpus(String)
  /// Files and folders (on the command line).
  case paths([String])
}

extension ValidationChoice: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let share = try? container.decode(Double.self) {
      self = .share(share)
    } else if let name = try? container.decode(String.self) {
      self = .corpus(name)
    } else {
      self = .paths(try container.decode([String].self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .share(let share): try container.encode(share)
    case .corpus(let name): try container.encode(name)
    case .paths(let paths): try container.encode(paths)
    }
  }
}

/// Every setting of a training, after preset and defaults.
package struct TrainSettings: Codable, Sendable, Equatable {
  /// Weights to start from: `latest`, `scratch`, `starter`, a hash, `JOB` or `JOB/0007`; outside a studio also a path.
  package var from = "scratch"
  /// The preset that lies below the other fields.
  package var preset: String?
  package var representation: RepresentationFields
  package var network: NetworkFields
  package var loss: LossName
  package var optimizer = OptimizerFields()
  /// Sequences of a batch.
  package var batch = 32
  /// Batches whose gradients make one iteration.
  package var accumulate = 1
  /// Recurrent steps of a sequence: tokens, frames or blocks.
  package var sequence = 128
  /// The most iterations, over which schedule, warm-up and fading run.
  package var iterations = 2000
  /// The most minutes; nil: no such limit.
  package var minutes: Double?
  /// Iterations between two validations.
  package var validateEvery = 100
  package var validation: ValidationChoice = .share(0.1)
  /// Validations with no better loss after which training ends; nil: it does not.
  package var patience: Int?
  /// Augmentation by transposing; nil: none.
  package var transpose: TransposeSettings?
  /// Augmentation of events: the share by which copies are played slower or faster at most; nil: none.
  package var varyTempo: Double?
  /// Augmentation of events: by how much copies are played softer or louder at most, of 127; nil: none.
  package var varyVelocity: Int?
  /// The factor of the weights' exponential average; nil: none.
  package var average: Double?
  /// The iteration whose weights are kept as the guide, which `guidance` steers songs away from; nil: none are.
  package var guide: Int?
  package var seed: UInt64 = 1
  package var precision = PrecisionName.f32
  /// What `generate` uses with these weights unless told otherwise.
  package var generate = GenerateFields()
  /// Fields that are not written and wait to be chosen from what the corpus is, by their names in `jobs.yaml`; none where
  /// the settings say what is trained.
  package var open: [String] = []

  /// Takes the defaults of a representation.
  package init(representation: RepresentationName) {
    self.representation = RepresentationFields(name: representation)
    network = NetworkFields(reads: representation == .roll || representation == .events ? .tokens : .frames)
    loss = representation == .roll ? .bce : .crossEntropy
  }

  /// Reads fields of this or an earlier version; what that did not know is as it was then.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    from = try container.decode(String.self, forKey: .from)
    preset = try container.decodeIfPresent(String.self, forKey: .preset)
    representation = try container.decode(RepresentationFields.self, forKey: .representation)
    network = try container.decode(NetworkFields.self, forKey: .network)
    loss = try container.decode(LossName.self, forKey: .loss)
    optimizer = try container.decode(OptimizerFields.self, forKey: .optimizer)
    batch = try container.decode(Int.self, forKey: .batch)
    accumulate = try container.decodeIfPresent(Int.self, forKey: .accumulate) ?? 1
    sequence = try container.decode(Int.self, forKey: .sequence)
    iterations = try container.decode(Int.self, forKey: .iterations)
    minutes = try container.decodeIfPresent(Double.self, forKey: .minutes)
    validateEvery = try container.decode(Int.self, forKey: .validateEvery)
    validation = try container.decode(ValidationChoice.self, forKey: .validation)
    patience = try container.decodeIfPresent(Int.self, forKey: .patience)
    transpose = try container.decodeIfPresent(TransposeSettings.self, forKey: .transpose)
    varyTempo = try container.decodeIfPresent(Double.self, forKey: .varyTempo)
    varyVelocity = try container.decodeIfPresent(Int.self, forKey: .varyVelocity)
    average = try container.decodeIfPresent(Double.self, forKey: .average)
    guide = try container.decodeIfPresent(Int.self, forKey: .guide)
    seed = try container.decode(UInt64.self, forKey: .seed)
    precision = try container.decodeIfPresent(PrecisionName.self, forKey: .precision) ?? .f32
    generate = try container.decode(GenerateFields.self, forKey: .generate)
    open = try container.decodeIfPresent([String].self, forKey: .open) ?? []
  }

  /// Writes every field, also those that are none; what is open, and a guide, only where something is.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(from, forKey: .from)
    try container.encode(preset, forKey: .preset)
    try container.encode(representation, forKey: .representation)
    try container.encode(network, forKey: .network)
    try container.encode(loss, forKey: .loss)
    try container.encode(optimizer, forKey: .optimizer)
    try container.encode(batch, forKey: .batch)
    try container.encode(accumulate, forKey: .accumulate)
    try container.encode(sequence, forKey: .sequence)
    try container.encode(iterations, forKey: .iterations)
    try container.encode(minutes, forKey: .minutes)
    try container.encode(validateEvery, forKey: .validateEvery)
    try container.encode(validation, forKey: .validation)
    try container.encode(patience, forKey: .patience)
    try container.encode(transpose, forKey: .transpose)
    try container.encode(varyTempo, forKey: .varyTempo)
    try container.encode(varyVelocity, forKey: .varyVelocity)
    try container.encode(average, forKey: .average)
    try container.encodeIfPresent(guide, forKey: .guide)
    try container.encode(seed, forKey: .seed)
    try container.encode(precision, forKey: .precision)
    try container.encode(generate, forKey: .generate)
    if !open.isEmpty { try container.encode(open, forKey: .open) }
  }

  package enum CodingKeys: String, CodingKey {
    case from, preset, representation, network, loss, optimizer, batch, accumulate, sequence, iterations, minutes
    case validateEvery = "validate_every"
    case validation, patience, transpose, average, guide, seed, precision, generate, open
    case varyTempo = "vary_tempo"
    case varyVelocity = "vary_velocity"
  }
}
