package import Composition
package import Jobs
internal import Network
package import Representation

extension TrainSettings {
  /// The representation and the network, in the terms of the modules that make them.
  package var networkPlan: NetworkPlan {
    NetworkPlan(
      representation: representation.settings,
      network: NetworkSettings(
        reads: network.reads == .frames ? .frames : .tokens, cell: network.cell.rawValue, hidden: network.hidden,
        layers: network.layers, embedding: network.embedding, head: network.head,
        inputs: network.inputs.compactMap { NetworkSettings.Input(rawValue: $0.rawValue) },
        dropout: [
          "input": network.dropout.input, "between": network.dropout.between, "recurrent": network.dropout.recurrent,
          "output": network.dropout.output, "head": network.dropout.head,
        ],
        residual: network.residual, layerNorm: network.layerNorm,
        loss: NetworkSettings.Loss(rawValue: loss.rawValue) ?? .crossEntropy))
  }

  /// How to train.
  package var trainingSettings: TrainingSettings {
    TrainingSettings(
      optimizer: OptimizerSettings(
        name: .init(rawValue: optimizer.name.rawValue) ?? .adamw, learningRate: Float(optimizer.learningRate),
        weightDecay: Float(optimizer.weightDecay), schedule: .init(rawValue: optimizer.schedule.rawValue) ?? .constant,
        warmUp: optimizer.warmUp, clip: optimizer.clip.map { Float($0) }, average: average.map { Float($0) }),
      batch: batch, accumulate: accumulate, sequence: sequence, iterations: iterations, minutes: minutes,
      validateEvery: validateEvery,
      patience: patience,
      transpose: transpose.map {
        .init(low: $0.range.low, high: $0.range.high, fade: $0.fade, tonic: $0.tonic, register: $0.register)
      },
      varyTempo: varyTempo,
      varyVelocity: varyVelocity, seed: seed, precision: precision == .bf16 ? PrecisionName.bf16.rawValue : nil,
      guide: guide)
  }

  /// The share of files to hold out; 0 where files are named for validation.
  package var heldOutShare: Double {
    if case .share(let share) = validation { return share }
    return 0
  }
}

extension RepresentationFields {
  /// The representation's settings.
  package var settings: RepresentationSettings {
    var settings = RepresentationSettings(.init(rawValue: name.rawValue) ?? .roll)
    switch resolution {
    case .frames(let frames): settings.resolution = frames
    case .mixed: settings.isMixed = true
    }
    settings.pitches = pitches.low...max(pitches.low, pitches.high)
    settings.block = block
    settings.holds = holds
    settings.lines = lines
    settings.repeats = repeats
    settings.time = time == .clock ? .clock : .metrical
    switch programs {
    case .merged: settings.programs = .merged
    case .families: settings.programs = .families
    case .listed(let programs): settings.programs = .listed(programs)
    }
    settings.drums = drums
    settings.pedal = pedal
    return settings
  }
}

extension TrainSettings {
  /// Takes representation, network and loss from a plan.
  mutating func take(_ plan: NetworkPlan) {
    representation = RepresentationFields(plan.representation)
    let reading = NetworkReading(rawValue: plan.network.reads.rawValue) ?? .frames
    network = NetworkFields(reads: reading)
    network.cell = CellName(rawValue: plan.network.cell) ?? .lstm
    network.hidden = plan.network.hidden
    network.layers = plan.network.layers
    network.embedding = plan.network.embedding
    network.head = plan.network.head
    network.inputs = plan.network.inputs.compactMap { NetworkInput(rawValue: $0.rawValue) }
    func share(_ name: String) -> Double { plan.network.dropout[name] ?? 0 }
    network.dropout.input = share("input")
    network.dropout.between = share("between")
    network.dropout.recurrent = share("recurrent")
    network.dropout.output = share("output")
    network.dropout.head = share("head")
    network.residual = plan.network.residual
    network.layerNorm = plan.network.layerNorm
    loss = LossName(rawValue: plan.network.loss.rawValue) ?? .crossEntropy
  }
}

extension RepresentationFields {
  /// Makes fields of a representation's settings.
  init(_ settings: RepresentationSettings) {
    self.init(name: RepresentationName(rawValue: settings.name.rawValue) ?? .steps)
    resolution = settings.isMixed ? .mixed : .frames(settings.resolution)
    pitches = Bounds(settings.pitches.lowerBound, settings.pitches.upperBound)
    block = settings.block
    holds = settings.holds
    lines = settings.lines
    repeats = settings.repeats
    time = settings.time == .clock ? .clock : .metrical
    switch settings.programs {
    case .merged: programs = .merged
    case .families: programs = .families
    case .listed(let listed): programs = .listed(listed)
    }
    drums = settings.drums
    pedal = settings.pedal
  }
}

extension GenerateFields {
  /// The fields that travel with weights as their defaults.
  package var defaults: GenerationDefaults {
    GenerationDefaults(
      songs: songs, length: length?.description, isLengthExact: order.isLengthExact, temperature: temperature,
      topP: topP, topK: topK,
      pitchTemperature: pitchTemperature, pitchTopP: pitchTopP, guidance: guidance, pitchGuidance: pitchGuidance)
  }

  /// Makes fields of the defaults that came with weights; what they do not tell stays open.
  ///
  /// A weights file may come from anywhere, so what is out of range counts as not told.
  package init(_ defaults: GenerationDefaults?) {
    self.init()
    songs = defaults?.songs.flatMap { (1...10_000).contains($0) ? $0 : nil }
    length = defaults?.length.flatMap { SongLength($0) }
    order.isLengthExact = length == nil ? nil : defaults?.isLengthExact
    temperature = defaults?.temperature.flatMap { $0 > 0 && $0 <= 10 ? $0 : nil }
    topP = defaults?.topP.flatMap { $0 > 0 && $0 <= 1 ? $0 : nil }
    topK = defaults?.topK.flatMap { $0 >= 0 ? $0 : nil }
    pitchTemperature = defaults?.pitchTemperature.flatMap { $0 > 0 && $0 <= 10 ? $0 : nil }
    pitchTopP = defaults?.pitchTopP.flatMap { $0 > 0 && $0 <= 1 ? $0 : nil }
    guidance = defaults?.guidance.flatMap { $0 >= 0 && $0 <= 10 ? $0 : nil }
    pitchGuidance = defaults?.pitchGuidance.flatMap { $0 >= 0 && $0 <= 10 ? $0 : nil }
  }
}

extension GenerateSettings {
  /// How to generate, in the terms of the module that does.
  package var generationSettings: GenerationSettings {
    let length: GenerationSettings.Length =
      switch self.length {
      case .bars(let count): .bars(count)
      case .seconds(let count): .seconds(count)
      case .frames(let count): .frames(count)
      }
    var settings = GenerationSettings(
      songs: songs, length: length, temperature: temperature, topP: topP, topK: topK, seed: seed)
    (settings.pitchTemperature, settings.pitchTopP) = (pitchTemperature, pitchTopP)
    (settings.guidance, settings.pitchGuidance) = (guidance, pitchGuidance ?? guidance)
    settings.constraints = order.constraints
    return settings
  }

  /// How songs are let through, in the terms of the module that does.
  package var gateSettings: GateSettings {
    // What is continued may well stand in the corpus.
    let excused = order.excused.union(prime == nil ? [] : ["copying"])
    return GateSettings(
      attempts: attempts, withholds: onGate == .withhold, longest: copying?.longest, excused: excused)
  }
}

extension OrderFields {
  /// What is not judged by the corpus, because it is what was asked for that decides it.
  fileprivate var excused: Set<String> {
    var names: Set<String> = []
    if key != nil || scale != nil || chords != nil { names.formUnion(["pitch_class_entropy", "scale_consistency"]) }
    if chords != nil { names.insert("self_similarity") }
    if range != nil { names.insert("pitch_range") }
    if polyphony != nil { names.formUnion(["polyphony", "note_density"]) }
    if density != nil { names.insert("note_density") }
    if programs != nil { names.formUnion(["polyphony", "note_density", "pitch_range"]) }
    if metre != nil {
      names.formUnion(["groove_consistency", "held_over", "bar_line_leap", "bar_line_familiarity", "self_similarity"])
    }
    if melody != nil {
      names.formUnion([
        "pitch_class_entropy", "scale_consistency", "polyphony", "note_density", "pitch_range", "longest_repeat",
        "copying",
      ])
    }
    return names
  }
}
