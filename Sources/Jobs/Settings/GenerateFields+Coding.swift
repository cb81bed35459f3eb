// The fields of an order stand beside the others, as they do in YAML; what is missing has its default.

extension GenerateFields {
  package init(from decoder: any Decoder) throws {
    self.init()
    let container = try decoder.container(keyedBy: CodingKeys.self)
    from = try container.decodeIfPresent(String.self, forKey: .from)
    songs = try container.decodeIfPresent(Int.self, forKey: .songs)
    length = try container.decodeIfPresent(SongLength.self, forKey: .length)
    temperature = try container.decodeIfPresent(Double.self, forKey: .temperature)
    topP = try container.decodeIfPresent(Double.self, forKey: .topP)
    topK = try container.decodeIfPresent(Int.self, forKey: .topK)
    pitchTemperature = try container.decodeIfPresent(Double.self, forKey: .pitchTemperature)
    pitchTopP = try container.decodeIfPresent(Double.self, forKey: .pitchTopP)
    guidance = try container.decodeIfPresent(Double.self, forKey: .guidance)
    pitchGuidance = try container.decodeIfPresent(Double.self, forKey: .pitchGuidance)
    prime = try container.decodeIfPresent(String.self, forKey: .prime)
    seed = try container.decodeIfPresent(UInt64.self, forKey: .seed)
    attempts = try container.decodeIfPresent(Int.self, forKey: .attempts)
    onGate = try container.decodeIfPresent(GatePolicy.self, forKey: .onGate)
    copying = try container.decodeIfPresent(CopyingFields.self, forKey: .copying)
    order = try OrderFields(from: decoder)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(from, forKey: .from)
    try container.encodeIfPresent(songs, forKey: .songs)
    try container.encodeIfPresent(length, forKey: .length)
    try container.encodeIfPresent(temperature, forKey: .temperature)
    try container.encodeIfPresent(topP, forKey: .topP)
    try container.encodeIfPresent(topK, forKey: .topK)
    try container.encodeIfPresent(pitchTemperature, forKey: .pitchTemperature)
    try container.encodeIfPresent(pitchTopP, forKey: .pitchTopP)
    try container.encodeIfPresent(guidance, forKey: .guidance)
    try container.encodeIfPresent(pitchGuidance, forKey: .pitchGuidance)
    try container.encodeIfPresent(prime, forKey: .prime)
    try container.encodeIfPresent(seed, forKey: .seed)
    try container.encodeIfPresent(attempts, forKey: .attempts)
    try container.encodeIfPresent(onGate, forKey: .onGate)
    try container.encodeIfPresent(copying, forKey: .copying)
    try order.encode(to: encoder)
  }
}

extension GenerateSettings {
  package init(from decoder: any Decoder) throws {
    self.init()
    let container = try decoder.container(keyedBy: CodingKeys.self)
    songs = try container.decodeIfPresent(Int.self, forKey: .songs) ?? songs
    length = try container.decodeIfPresent(SongLength.self, forKey: .length) ?? length
    temperature = try container.decodeIfPresent(Double.self, forKey: .temperature) ?? temperature
    topP = try container.decodeIfPresent(Double.self, forKey: .topP) ?? topP
    topK = try container.decodeIfPresent(Int.self, forKey: .topK) ?? topK
    pitchTemperature = try container.decodeIfPresent(Double.self, forKey: .pitchTemperature) ?? pitchTemperature
    pitchTopP = try container.decodeIfPresent(Double.self, forKey: .pitchTopP) ?? pitchTopP
    guidance = try container.decodeIfPresent(Double.self, forKey: .guidance) ?? guidance
    pitchGuidance = try container.decodeIfPresent(Double.self, forKey: .pitchGuidance)
    prime = try container.decodeIfPresent(String.self, forKey: .prime)
    seed = try container.decodeIfPresent(UInt64.self, forKey: .seed) ?? seed
    attempts = try container.decodeIfPresent(Int.self, forKey: .attempts) ?? attempts
    onGate = try container.decodeIfPresent(GatePolicy.self, forKey: .onGate) ?? onGate
    copying = try container.decodeIfPresent(CopyingFields.self, forKey: .copying)
    order = try OrderFields(from: decoder)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(songs, forKey: .songs)
    try container.encode(length, forKey: .length)
    try container.encode(temperature, forKey: .temperature)
    try container.encode(topP, forKey: .topP)
    try container.encode(topK, forKey: .topK)
    // Not written where they change nothing, so that older settings keep their bytes.
    if pitchTemperature != 1 { try container.encode(pitchTemperature, forKey: .pitchTemperature) }
    if pitchTopP != 1 { try container.encode(pitchTopP, forKey: .pitchTopP) }
    if guidance != 0 { try container.encode(guidance, forKey: .guidance) }
    try container.encodeIfPresent(pitchGuidance, forKey: .pitchGuidance)
    try container.encodeIfPresent(prime, forKey: .prime)
    try container.encode(seed, forKey: .seed)
    try container.encode(attempts, forKey: .attempts)
    try container.encode(onGate, forKey: .onGate)
    try container.encodeIfPresent(copying, forKey: .copying)
    try order.encode(to: encoder)
  }
}
