package import Identity
internal import Network
package import Representation

/// What a weights file says about itself: everything needed to use it, and nothing of where and when it was made.
package struct WeightsMetadata: Codable, Sendable {
  package var format: Int
  package var representation: RepresentationSettings
  package var vocabulary: [String]
  package var network: NetworkSettings
  package var training: TrainingSettings
  /// The iteration whose weights these are.
  package var iteration: Int
  package var validationLoss: Double?
  package var snapshot: ContentHash
  /// The weights that these were trained from, oldest first.
  package var parents: [ContentHash]
  package var version: String
  package var numerics: Int
  /// How many songs there were on each tonic, from C up, where all were moved to C; nil: they were not.
  package var tonics: [Int]?
  /// Where the corpus's songs lay before they were moved to C; nil: songs are not moved to lie there.
  package var register: CorpusRegister?
  /// The iteration whose weights are the guide; nil: there is none.
  package var guide: Int?
  /// The defaults of generation, in the words of `generate:`.
  package var generate: GenerationDefaults?

  package enum CodingKeys: String, CodingKey {
    case format, representation, vocabulary, network, training, iteration
    case validationLoss = "validation_loss"
    case snapshot, parents, version, numerics, tonics, register, guide, generate
  }

  init(
    plan: NetworkPlan, vocabulary: [String], training: TrainingSettings, iteration: Int, validationLoss: Double?,
    snapshot: ContentHash, parents: [ContentHash]
  ) {
    format = 1
    representation = plan.representation
    self.vocabulary = vocabulary
    network = plan.network
    self.training = training
    self.iteration = iteration
    self.validationLoss = validationLoss
    self.snapshot = snapshot
    self.parents = parents
    version = ProgramVersion.current
    numerics = Numerics.version
  }

  /// What was trained.
  package var plan: NetworkPlan { NetworkPlan(representation: representation, network: network) }
}

/// Defaults of generation that travel with weights.
package struct GenerationDefaults: Codable, Sendable, Equatable {
  package var songs: Int?
  /// `32 bars`, `90 s` or `512 frames`.
  package var length: String?
  /// Whether songs are just that long; nil: it is the most.
  package var isLengthExact: Bool?
  package var temperature: Double?
  package var topP: Double?
  package var topK: Int?
  package var pitchTemperature: Double?
  package var pitchTopP: Double?
  package var guidance: Double?
  package var pitchGuidance: Double?

  package init(
    songs: Int? = nil, length: String? = nil, isLengthExact: Bool? = nil, temperature: Double? = nil,
    topP: Double? = nil, topK: Int? = nil,
    pitchTemperature: Double? = nil, pitchTopP: Double? = nil, guidance: Double? = nil, pitchGuidance: Double? = nil
  ) {
    self.guidance = guidance
    self.pitchGuidance = pitchGuidance
    self.pitchTemperature = pitchTemperature
    self.pitchTopP = pitchTopP
    self.songs = songs
    self.length = length
    self.isLengthExact = isLengthExact
    self.temperature = temperature
    self.topP = topP
    self.topK = topK
  }

  package enum CodingKeys: String, CodingKey {
    case songs, length, temperature
    case isLengthExact = "exact_length"
    case topP = "top_p"
    case topK = "top_k"
    case pitchTemperature = "pitch_temperature"
    case pitchTopP = "pitch_top_p"
    case guidance
    case pitchGuidance = "pitch_guidance"
  }
}
