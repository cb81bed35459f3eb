import StrictYAML

extension GenerateFields {
  /// Keys of `generate:` that the design has and this version has not.
  static let notYet = ["attempts", "on_gate"]

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
    prime = reader.value("prime", scope == .studio ? .studioFile : .path)
    seed = reader.value("seed", .seed, default: "\(standard.seed)")
    order = OrderFields(reader, scope: scope)
    self.length = length?.length
    order.isLengthExact = length?.isExact
    for key in Self.notYet { reader.refuse(key, "it is not built yet") }
    reader.finish()
  }
}
