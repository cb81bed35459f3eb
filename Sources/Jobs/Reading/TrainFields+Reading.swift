import StrictYAML

/// Where a file's paths are taken from, and what its names may mean.
enum ReadingScope: Sendable {
  /// `jobs.yaml` or a one-off spec: names of corpora, jobs and runs.
  case studio
  /// A settings file or the command line: paths.
  case paths
}

extension TrainFields {
  /// Reads a `train:` map and reports what is wrong with each field by itself.
  init(_ reader: MappingReader, scope: ReadingScope) {
    let standard = TrainSettings(representation: .steps)
    mark = reader.mark
    from = reader.written("from", scope == .studio ? .weights : .path, default: scope == .studio ? "latest" : "scratch")
    preset = reader.written("preset", .preset)
    representation = RepresentationPart(reader)
    network = NetworkPart(reader)
    loss = reader.written("loss", .choice, default: "cross-entropy (roll: bce)")
    optimizer = OptimizerPart(reader)
    batch = reader.written("batch", .integer(1...4096).measured(in: "sequences"), default: "\(standard.batch)")
    accumulate = reader.written(
      "accumulate", .integer(1...1024).measured(in: "batches"), default: "\(standard.accumulate)")
    sequence = reader.written(
      "sequence", .integer(1...65_536).measured(in: "recurrent steps"), default: "\(standard.sequence)")
    iterations = reader.written("iterations", .count.measured(in: "iterations"), default: "\(standard.iterations)")
    minutes = reader.written(
      "minutes", .number("above 0 up to 1000000") { $0 > 0 && $0 <= 1_000_000 }.measured(in: "minutes"))
    validateEvery = reader.written(
      "validate_every", .count.measured(in: "iterations"), default: "\(standard.validateEvery)")
    validation = reader.written(
      "validation", scope == .studio ? .validationInStudio : .validationByPath, default: "0.1")
    patience = reader.written("patience", Kind<Int>.count.measured(in: "validations").orNone, default: "none")
    transpose = Self.transpose(reader)
    varyTempo = reader.written(
      "vary_tempo", Kind<Double>.number("from 0 to 0.5") { $0 >= 0 && $0 <= 0.5 }.orNone, default: "none")
    varyVelocity = reader.written(
      "vary_velocity", Kind<Int>.integer(0...64).measured(in: "steps of 127").orNone, default: "none")
    average = reader.written(
      "average", Kind<Double>.number("from 0 up to but not 1") { $0 >= 0 && $0 < 1 }.orNone, default: "none")
    guide = reader.written("guide", Kind<Int>.count.measured(in: "iterations").orNone, default: "none")
    seed = reader.written("seed", .seed, default: "\(standard.seed)")
    precision = reader.written("precision", .choice, default: "f32")
    isUncertain =
      (preset == nil && reader.node("preset") != nil)
      || (representation?.isUncertain ?? (reader.node("representation") != nil))
      || (network?.isUncertain ?? (reader.node("network") != nil))
    reader.finish()
  }

  private static func transpose(_ reader: MappingReader) -> Written<TransposePart>? {
    let range = Kind<Bounds>.bounds(-60...60, of: "semitones")
    let wholeExpected = range.expected + "; or {range: [low, high], fade: true}; or none"
    reader.record(
      "transpose", type: "list of two integers, map or none", default: "none", unit: range.unit, range: range.range)
    guard let node = reader.node("transpose") else {
      if let inner = reader.mapping("transpose") { _ = transposeMap(inner, range) }
      return nil
    }
    if node.plainText == "none" { return Written(TransposePart(settings: nil), at: node.mark) }
    if case .mapping = node.content {
      guard let inner = reader.mapping("transpose"), let settings = transposeMap(inner, range) else { return nil }
      return Written(TransposePart(settings: settings), at: node.mark)
    }
    let place = FieldPlace(key: "transpose", expected: wholeExpected, list: reader.list)
    return range.read(node, place).map { Written(TransposePart(settings: TransposeSettings(range: $0)), at: node.mark) }
  }

  private static func transposeMap(_ reader: MappingReader, _ range: Kind<Bounds>) -> TransposeSettings? {
    let isWritten = reader.node("range") != nil
    let bounds = reader.value("range", range)
    let fade = reader.value("fade", .boolean, default: "false")
    let tonic = reader.value("tonic", .boolean, default: "false")
    let register = reader.value("register", .boolean, default: "as tonic")
    reader.finish()
    guard let bounds else {
      if !isWritten, reader.recorder == nil {
        reader.list.report("range is missing", at: reader.mark, key: "range", expected: range.expected)
      }
      return nil
    }
    return TransposeSettings(range: bounds, fade: fade ?? false, tonic: tonic ?? false, register: register)
  }
}

extension RepresentationPart {
  /// Reads `representation:`, a name or a map.
  init?(_ parent: MappingReader) {
    let kind = Kind<RepresentationName>.choice
    parent.record("representation", type: "text or map", default: "steps", range: kind.range)
    if let node = parent.node("representation"), node.text != nil || node.isRefused {
      let place = FieldPlace(key: "representation", expected: kind.expected, list: parent.list)
      guard let name = kind.read(node, place) else { return nil }
      self.name = Written(name, at: node.mark)
      isNameAlone = true
      return
    }
    guard let reader = parent.mapping("representation") else { return nil }
    let standard = RepresentationFields(name: .steps)
    name = reader.written("name", kind, default: "steps")
    isUncertain = name == nil && reader.node("name") != nil
    resolution = reader.written("resolution", .resolution, default: "4")
    pitches = reader.written("pitches", .bounds(0...127, of: "MIDI pitches"), default: "\(standard.pitches)")
    block = reader.written("block", .integer(1...256).measured(in: "frames"), default: "\(standard.block)")
    holds = reader.written("holds", .boolean, default: "\(standard.holds)")
    lines = reader.written("lines", .integer(1...8), default: "\(standard.lines)")
    repeats = reader.written("repeats", .boolean, default: "\(standard.repeats)")
    time = reader.written("time", .choice, default: standard.time.rawValue)
    programs = reader.written("programs", .programs, default: "merged")
    drums = reader.written("drums", .boolean, default: "\(standard.drums)")
    pedal = reader.written("pedal", .boolean, default: "\(standard.pedal)")
    reader.finish()
  }
}

extension NetworkPart {
  /// Reads `network:`.
  init?(_ parent: MappingReader) {
    parent.record("network", type: "map")
    guard let reader = parent.mapping("network") else { return nil }
    reads = reader.written("reads", .choice, default: "frames (roll, events: tokens)")
    isUncertain = reads == nil && reader.node("reads") != nil
    cell = reader.written("cell", .choice, default: "lstm")
    hidden = reader.written("hidden", .integer(1...16_384).measured(in: "units"), default: "256")
    layers = reader.written("layers", .integer(1...16), default: "1")
    embedding = reader.written(
      "embedding", .integer(0...16_384).measured(in: "units"), default: "0 (tokens: 256)")
    head = reader.written("head", .integer(0...16_384).measured(in: "units"), default: "256 (tokens: 0)")
    let input = Kind<NetworkInput>.choice
    inputs = reader.written(
      "inputs", input.list(expected: "a list of " + input.expected, count: 0...6), default: "[]")
    if let written = inputs, Set(written.value).count < written.value.count, let mark = written.mark {
      reader.list.report("inputs names one input twice", at: mark, key: "inputs")
    }
    inputs = inputs.map { written in
      Written(NetworkInput.allCases.filter { written.value.contains($0) }, at: written.mark)
    }
    dropout = DropoutPart(reader)
    residual = reader.written("residual", .boolean, default: "false")
    layerNorm = reader.written("layer_norm", .boolean, default: "false")
    reader.finish()
  }
}

extension DropoutPart {
  /// Reads `dropout:`, a number (between layers and on the last one's output) or a map.
  init?(_ parent: MappingReader) {
    let share = Kind<Double>.number("from 0 up to but not 1") { $0 >= 0 && $0 < 1 }
    parent.record("dropout", type: "number or map", default: "0", range: share.range)
    if let node = parent.node("dropout"), node.text != nil || node.isRefused {
      let place = FieldPlace(key: "dropout", expected: share.expected + ", or a map", list: parent.list)
      guard let value = share.read(node, place) else { return nil }
      self.init(input: 0, between: value, recurrent: 0, output: value, head: 0)
      return
    }
    guard let reader = parent.mapping("dropout") else { return nil }
    self.init(
      input: reader.value("input", share, default: "0"), between: reader.value("between", share, default: "0"),
      recurrent: reader.value("recurrent", share, default: "0"), output: reader.value("output", share, default: "0"),
      head: reader.value("head", share, default: "0"))
    reader.finish()
  }
}

extension OptimizerPart {
  /// Reads `optimizer:`.
  init?(_ parent: MappingReader) {
    parent.record("optimizer", type: "map")
    guard let reader = parent.mapping("optimizer") else { return nil }
    let standard = OptimizerFields()
    name = reader.written("name", .choice, default: standard.name.rawValue)
    learningRate = reader.written(
      "learning_rate", .number("above 0 up to 10") { $0 > 0 && $0 <= 10 }, default: "\(standard.learningRate)")
    weightDecay = reader.written(
      "weight_decay", .number("from 0 to 1") { $0 >= 0 && $0 <= 1 }, default: "0")
    schedule = reader.written("schedule", .choice, default: standard.schedule.rawValue)
    warmUp = reader.written("warm_up", .integer(0...1_000_000).measured(in: "iterations"), default: "0")
    clip = reader.written(
      "clip", Kind<Double>.number("above 0 up to 1000000") { $0 > 0 && $0 <= 1_000_000 }.orNone, default: "1.0")
    reader.finish()
  }
}

extension Kind where Value == Int {
  /// How often something is done: 1 to 10^9.
  static var count: Self { .integer(1...1_000_000_000) }
}

extension Kind where Value == String {
  /// The name of a preset.
  static var preset: Self {
    let names = Preset.all.map(\.name)
    let expected = names.joined(separator: " or ")
    return Kind(type: "text", expected: expected, range: names.joined(separator: " | ")) { node, place in
      guard let text = node.text, names.contains(text) else {
        place.reportWrong(node, nearest: node.text.flatMap { nearest(to: $0, among: names) })
        return nil
      }
      return text
    }
  }
}

extension Kind where Value == ValidationChoice {
  private static let shareWords = "a share of the files from 0 up to but not 1"

  private static func share(_ node: Node) -> Double? {
    guard let text = node.plainText, let first = text.first, first.isNumber || first == "-" || first == "." else {
      return nil
    }
    return Double(text)
  }

  /// A share or a corpus.
  static var validationInStudio: Self {
    Kind(type: "number or text", expected: shareWords + ", or the name of a corpus", range: "0 up to but not 1") {
      node, place in
      if let share = share(node) {
        guard share >= 0, share < 1 else {
          place.reportWrong(node)
          return nil
        }
        return .share(share)
      }
      return Kind<String>.corpus.read(node, place).map { .corpus($0) }
    }
  }

  /// A share or paths.
  static var validationByPath: Self {
    Kind(type: "number, text or list of texts", expected: shareWords + ", or paths", range: "0 up to but not 1") {
      node, place in
      if let share = share(node) {
        guard share >= 0, share < 1 else {
          place.reportWrong(node)
          return nil
        }
        return .share(share)
      }
      return Kind<[String]>.texts(.path, expected: place.expected).read(node, place).map { .paths($0) }
    }
  }
}
