import StrictYAML

extension TrainFields {
  /// The settings after preset and defaults; what does not fit together is reported at its place.
  ///
  /// - Parameters:
  ///   - start: where to start if nothing is written: `latest` in a studio, `scratch` elsewhere.
  ///   - list: where to report.
  ///   - mark: the place for what has none of its own.
  /// - Returns: the settings, which are of use only where nothing was reported.
  func resolved(from start: String, reportingTo list: DiagnosticList, at mark: Mark) -> TrainSettings {
    let preset = self.preset.flatMap { Preset.named($0.value) }
    let fields = preset.map { overlaid(on: $0.train) } ?? self
    let report = Report(list: fields.isUncertain ? nil : list, fallback: self.mark ?? mark)
    let name = fields.representation?.name?.value ?? .steps
    var settings = TrainSettings(representation: name)
    settings.from = fields.from?.value ?? start
    settings.preset = preset?.name
    settings.representation = fields.representation?.resolved(name, report) ?? settings.representation
    settings.network = fields.network?.resolved(settings.network.reads, name, report) ?? settings.network
    settings.loss = resolvedLoss(fields.loss, fields.representation?.name?.mark, name, report)
    settings.optimizer = fields.optimizer?.resolved() ?? settings.optimizer
    settings.batch = fields.batch?.value ?? settings.batch
    settings.accumulate = fields.accumulate?.value ?? settings.accumulate
    settings.sequence = fields.sequence?.value ?? settings.sequence
    settings.iterations = fields.iterations?.value ?? settings.iterations
    settings.minutes = fields.minutes?.value
    settings.validateEvery = fields.validateEvery?.value ?? settings.validateEvery
    settings.validation = fields.validation?.value ?? settings.validation
    settings.patience = fields.patience?.value
    settings.transpose = fields.transpose?.value.settings
    settings.varyTempo = fields.varyTempo?.value
    settings.varyVelocity = fields.varyVelocity?.value
    fields.reportVariations(name, report)
    settings.average = fields.average?.value
    settings.guide = resolvedGuide(fields.guide, settings, report)
    settings.seed = fields.seed?.value ?? settings.seed
    settings.precision = fields.precision?.value ?? .f32
    settings.generate = preset?.generate ?? GenerateFields()
    // What a preset's songs are like rests on these.
    if settings.guide == nil { (settings.generate.guidance, settings.generate.pitchGuidance) = (nil, nil) }
    if !settings.network.inputs.contains(.barsLeft) { settings.generate.order.isLengthExact = nil }
    settings.open = fields.open
    return settings
  }

  /// The fields that wait for the corpus: where nothing says what is trained, all that are not written.
  private var open: [String] {
    guard preset == nil, representation == nil, network == nil, loss == nil else { return [] }
    let isWritten = [
      "optimizer": optimizer != nil, "batch": batch != nil, "sequence": sequence != nil,
      "iterations": iterations != nil, "validate_every": validateEvery != nil, "patience": patience != nil,
      "transpose": transpose != nil, "vary_tempo": varyTempo != nil, "vary_velocity": varyVelocity != nil,
      "average": average != nil,
    ]
    return (["representation", "network", "loss"] + isWritten.filter { !$0.value }.keys).sorted()
  }

  /// A loss that is written must fit; a preset's gives way to that of another representation.
  private func resolvedLoss(
    _ whole: Written<LossName>?, _ nameMark: Mark?, _ name: RepresentationName, _ report: Report
  ) -> LossName {
    let standard: LossName = name == .roll ? .bce : .crossEntropy
    guard let loss = whole else { return standard }
    if (loss.value == .crossEntropy) != (name == .roll) { return loss.value }
    if self.loss != nil {
      report(
        "loss is '\(loss.value.rawValue)', which does not fit the representation \(name.rawValue)", "loss",
        loss.mark ?? nameMark, expected: name == .roll ? "mse, mae or bce" : "cross-entropy")
    }
    return standard
  }

  /// A guide steers what is drawn, and a mean is not; it comes before the last iteration.
  ///
  /// A preset's gives way.
  private func resolvedGuide(_ whole: Written<Int?>?, _ settings: TrainSettings, _ report: Report) -> Int? {
    guard let iteration = whole?.value else { return nil }
    let isMean = settings.loss == .mse || settings.loss == .mae
    if !isMean, iteration < settings.iterations || open.contains("iterations") { return iteration }
    if let written = guide, isMean {
      report(
        "guide means nothing with the loss \(settings.loss.rawValue), whose songs are not drawn", "guide",
        written.mark, expected: "loss: cross-entropy or bce")
    } else if let written = guide {
      report(
        "guide is \(iteration), and training ends at iteration \(settings.iterations)", "guide", written.mark,
        expected: "an earlier iteration")
    }
    return nil
  }

  /// Reports variations of what a representation does not tell, where they are written in this file.
  private func reportVariations(_ name: RepresentationName, _ report: Report) {
    guard name != .events, open.isEmpty else { return }
    let written = [
      ("vary_tempo", varyTempo.flatMap { $0.value == nil ? nil : $0.mark }),
      ("vary_velocity", varyVelocity.flatMap { $0.value == nil ? nil : $0.mark }),
    ]
    for case (let key, let mark?) in written {
      report("\(key) means nothing for \(name.rawValue); it belongs to events", key, mark)
    }
  }

  /// Reports what fields have to do with each other.
  struct Report {
    let list: DiagnosticList?
    let fallback: Mark

    func callAsFunction(_ message: String, _ key: String, _ mark: Mark?, expected: String? = nil) {
      list?.report(message, at: mark ?? fallback, key: key, expected: expected)
    }
  }
}

extension RepresentationPart {
  fileprivate func resolved(_ name: RepresentationName, _ report: TrainFields.Report) -> RepresentationFields {
    var result = RepresentationFields(name: name)
    result.resolution = resolution?.value ?? result.resolution
    result.pitches = pitches?.value ?? result.pitches
    result.block = block?.value ?? result.block
    result.holds = holds?.value ?? result.holds
    result.lines = lines?.value ?? result.lines
    result.repeats = repeats?.value ?? result.repeats
    result.time = time?.value ?? result.time
    result.programs = programs?.value ?? result.programs
    result.drums = drums?.value ?? result.drums
    result.pedal = pedal?.value ?? result.pedal
    // A field means something for one representation only; told where it is written in this file.
    let owners: [(key: String, mark: Mark?, owners: [RepresentationName])] = [
      ("block", block?.mark, [.roll]), ("holds", holds?.mark, [.steps]), ("lines", lines?.mark, [.voices]),
      ("repeats", repeats?.mark, [.voices]), ("time", time?.mark, [.events]),
      ("programs", programs?.mark, [.roll, .steps]), ("drums", drums?.mark, [.roll, .steps]),
    ]
    for field in owners where !field.owners.contains(name) {
      guard let mark = field.mark else { continue }
      let told = field.owners.map(\.rawValue).joined(separator: " and ")
      report("\(field.key) means nothing for \(name.rawValue); it belongs to \(told)", field.key, mark)
    }
    if name == .events, let mark = pitches?.mark {
      report("pitches means nothing for events, which keep every pitch", "pitches", mark)
    }
    if name == .events, result.time == .clock, let mark = resolution?.mark {
      report("resolution means nothing where time is told by the clock, in frames of 10 ms", "resolution", mark)
    }
    return result
  }
}

extension NetworkPart {
  fileprivate func resolved(
    _ standard: NetworkReading, _ name: RepresentationName, _ report: TrainFields.Report
  ) -> NetworkFields {
    let reading = reads?.value ?? standard
    if name == .events, reading == .frames {
      report("events have no frames to read", "reads", reads?.mark, expected: "reads: tokens")
    }
    var result = NetworkFields(reads: reading)
    result.cell = cell?.value ?? result.cell
    result.hidden = hidden?.value ?? result.hidden
    result.layers = layers?.value ?? result.layers
    result.embedding = embedding?.value ?? result.embedding
    result.head = head?.value ?? result.head
    result.inputs = inputs?.value ?? result.inputs
    result.dropout = dropout?.resolved() ?? result.dropout
    result.residual = residual?.value ?? result.residual
    result.layerNorm = layerNorm?.value ?? result.layerNorm
    if reading == .tokens, result.head > 0 {
      report(
        "head is \(result.head), but only a network that reads frames has a head", "head", head?.mark,
        expected: "reads: frames, or head: 0")
    }
    if reading == .frames, result.head == 0, name != .roll {
      report(
        "head is 0, but a network that reads frames writes its tokens with a head", "head", head?.mark,
        expected: "a head of 1 or more, or reads: tokens")
    }
    return result
  }
}

extension DropoutPart {
  fileprivate func resolved() -> DropoutFields {
    var result = DropoutFields()
    result.input = input ?? 0
    result.between = between ?? 0
    result.recurrent = recurrent ?? 0
    result.output = output ?? 0
    result.head = head ?? 0
    return result
  }
}

extension OptimizerPart {
  fileprivate func resolved() -> OptimizerFields {
    var result = OptimizerFields()
    result.name = name?.value ?? result.name
    result.learningRate = learningRate?.value ?? result.learningRate
    result.weightDecay = weightDecay?.value ?? result.weightDecay
    result.schedule = schedule?.value ?? result.schedule
    result.warmUp = warmUp?.value ?? result.warmUp
    if let clip { result.clip = clip.value }
    return result
  }
}
