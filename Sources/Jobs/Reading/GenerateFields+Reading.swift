import StrictYAML

extension GenerateFields {
  /// Reads a `generate:` map.
  init(_ reader: MappingReader, scope: ReadingScope) {
    self.init()
    let standard = GenerateSettings()
    if scope == .studio { from = reader.value("from", .madeWeights, default: "the newest weights of this job") }
    songs = reader.value("songs", .integer(1...10_000), default: "\(standard.songs)")
    let length = reader.value("length", .length, default: "at most \(standard.length)")
    temperature = reader.value("temperature", .number("above 0 up to 10") { $0 > 0 && $0 <= 10 }, default: "1")
    topP = reader.value("top_p", .number("above 0 up to 1") { $0 > 0 && $0 <= 1 }, default: "1")
    topK = reader.value("top_k", .integer(0...1_000_000).measured(in: "tokens"), default: "\(standard.topK)")
    pitchTemperature = reader.value(
      "pitch_temperature", .number("above 0 up to 10") { $0 > 0 && $0 <= 10 }, default: "1")
    pitchTopP = reader.value("pitch_top_p", .number("above 0 up to 1") { $0 > 0 && $0 <= 1 }, default: "1")
    let strength = Kind<Double>.number("from 0 to 10") { $0 >= 0 && $0 <= 10 }
    guidance = reader.value("guidance", strength, default: "0")
    pitchGuidance = reader.value("pitch_guidance", strength, default: "as guidance")
    prime = reader.value("prime", scope == .studio ? .studioFile : .path)
    seed = reader.value("seed", .seed, default: "\(standard.seed)")
    order = OrderFields(reader, scope: scope)
    self.length = length?.length
    order.isLengthExact = length?.isExact
    attempts = reader.value("attempts", .integer(1...20), default: "\(standard.attempts)")
    onGate = reader.value("on_gate", .choice, default: standard.onGate.rawValue)
    reader.record("copying", type: "map")
    if let inner = reader.mapping("copying") {
      let longest = inner.value(
        "longest", Kind<Double>.number("from 0 to 1000000") { $0 >= 0 && $0 <= 1_000_000 }.measured(in: "bars"),
        default: "what 95 of 100 held-out songs have at most")
      copying = longest.map { CopyingFields(longest: $0) }
      inner.finish()
    }
    reader.finish()
  }
}
