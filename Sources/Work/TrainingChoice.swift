package import Composition
package import Jobs

/// What was chosen for a training whose settings leave it open.
package struct TrainingChoice: Codable, Sendable, Equatable {
  /// The choice and its reasons, for people.
  package var words: [String]
  /// Every setting after the choice.
  package var settings: TrainSettings

  package init(words: [String], settings: TrainSettings) {
    self.words = words
    self.settings = settings
  }
}

extension TrainSettings {
  /// Chooses what the settings leave open: a function of them, the corpus's facts and the weights to start from.
  ///
  /// The same choice is made when a run is reproduced, so one that changes counts as a change of numerics.
  ///
  /// - Parameters:
  ///   - facts: What the corpus is.
  ///   - start: What the weights are of that training starts from; nil: it starts from scratch.
  /// - Returns: The choice; nil where nothing is open.
  package func choosing(for facts: CorpusFacts, from start: NetworkPlan?) -> TrainingChoice? {
    guard !open.isEmpty else { return nil }
    var words: [String] = [facts.words]
    var chosen = TrainSettings(representation: .steps)
    if let start {
      chosen.take(start)
      words.append("the network is that of the weights that training starts from")
    } else {
      words += chosen.chooseNetwork(for: facts)
    }
    words.append(chosen.chooseCourse(for: facts, isFresh: start == nil))
    chosen.generate.topP = 0.98
    for key in ["minutes", "validation", "seed", "precision", "from", "accumulate", "guide"] + Self.choosable
    where !open.contains(key) {
      chosen.take(key, from: self)
    }
    if let guide = chosen.guide, guide >= chosen.iterations {
      chosen.guide = nil
      words.append("no guide is kept, for training ends before iteration \(guide)")
    }
    return TrainingChoice(words: words, settings: chosen)
  }

  private static let choosable = [
    "optimizer", "batch", "sequence", "iterations", "validate_every", "patience", "transpose", "vary_tempo",
    "vary_velocity", "average",
  ]

  /// Takes a field that is written.
  private mutating func take(_ key: String, from written: TrainSettings) {
    switch key {
    case "minutes": minutes = written.minutes
    case "validation": validation = written.validation
    case "seed": seed = written.seed
    case "precision": precision = written.precision
    case "from": from = written.from
    case "accumulate": accumulate = written.accumulate
    case "guide": guide = written.guide
    case "optimizer": optimizer = written.optimizer
    case "batch": batch = written.batch
    case "sequence": sequence = written.sequence
    case "iterations": iterations = written.iterations
    case "validate_every": validateEvery = written.validateEvery
    case "patience": patience = written.patience
    case "transpose": transpose = written.transpose
    case "vary_tempo": varyTempo = representation.name == .events ? written.varyTempo : nil
    case "vary_velocity": varyVelocity = representation.name == .events ? written.varyVelocity : nil
    case "average": average = written.average
    default: break
    }
  }

  /// Chooses representation and network.
  ///
  /// - Returns: the choice in words.
  private mutating func chooseNetwork(for facts: CorpusFacts) -> [String] {
    var words: [String] = []
    var fields: RepresentationFields
    if facts.notes > 0, facts.drumShare < 0.9, facts.beatShare < 0.6 {
      fields = RepresentationFields(name: .events)
      fields.time = .clock
      words.append(
        "events by the clock: \(percent(facts.beatShare)) of the notes begin on a beat's sixteenths or triplets, so these are "
          + "performances without a grid")
    } else if facts.drumShare >= 0.9 {
      fields = RepresentationFields(name: .steps)
      (fields.drums, fields.holds) = (true, false)
      words.append("steps with drums: nearly all notes are drums")
    } else if facts.drumShare > 0.02 {
      fields = RepresentationFields(name: .steps)
      fields.drums = true
      words.append("steps with drums: frames of pitches and drums, for there are both")
    } else if let voices = facts.voices, voices <= 4 {
      fields = RepresentationFields(name: .voices)
      fields.lines = voices
      fields.repeats = facts.repeats > 0
      words.append(
        "voices: \(voices == 1 ? "one line holds" : "\(voices) lines of one note each hold") nine songs of ten")
    } else {
      fields = RepresentationFields(name: .steps)
      words.append("steps: frames of pitches, for more than 4 sound at once in many songs")
    }
    if fields.name != .events, facts.tripletShare > 0.05 {
      fields.resolution = .mixed
      words.append("a grid that each quarter chooses: \(percent(facts.tripletShare)) of the notes begin on triplets")
    }
    if facts.pedalled * 2 > facts.songs {
      fields.pedal = true
      words.append("notes last as long as the pedal makes them sound")
    }
    representation = fields
    let isEvents = fields.name == .events
    network = NetworkFields(reads: isEvents ? .tokens : .frames)
    loss = .crossEntropy
    // Much music carries a wide network; with little music a narrow one forgets less of what it should generalise.
    network.hidden = facts.notes < 3000 ? 128 : facts.notes < 200_000 ? 256 : 384
    if isEvents {
      network.dropout.output = 0.2
    } else {
      network.head = network.hidden
      network.inputs = [.position, .pitchClasses, .shift, .barsLeft]
      if fields.name == .voices {
        (network.dropout.output, network.dropout.head) = (0.2, 0.1)
      } else {
        (network.dropout.input, network.dropout.output, network.dropout.head) = (0.1, 0.5, 0.3)
      }
    }
    words.append("an LSTM of \(network.hidden) units for \(facts.notes) notes")
    return words
  }

  /// Chooses how to train.
  ///
  /// - Returns: the choice in words.
  private mutating func chooseCourse(for facts: CorpusFacts, isFresh: Bool) -> String {
    let isEvents = representation.name == .events
    optimizer.learningRate = isFresh ? 0.003 : 0.001
    optimizer.weightDecay = 0.02
    optimizer.schedule = .cosine
    optimizer.warmUp = isFresh ? 50 : 20
    average = isFresh ? 0.995 : 0.98
    batch = 32
    sequence = isEvents ? 256 : 128
    // An event tells a little of a note; a frame is part of a quarter.
    let resolution: Int
    switch representation.resolution {
    case .frames(let frames): resolution = frames
    case .mixed: resolution = 12
    }
    let steps = isEvents ? 4 * facts.notes : resolution * facts.quarters
    // Many passes over little music, which ends early by its validations, fewer over much.
    let inBatches = steps / (batch * sequence)
    let most = isFresh ? 4000 : 1500
    iterations = max(isFresh ? 600 : 300, min(most, isFresh ? 500 + 12 * inBatches : 200 + 6 * inBatches))
    validateEvery = max(10, iterations / 40)
    patience = 10
    let range = isEvents ? Bounds(-3, 3) : Bounds(-6, 5)
    transpose =
      facts.drumShare >= 0.9 ? nil : TransposeSettings(range: range, fade: isFresh && facts.isInOneKey && !isEvents)
    if isEvents { (varyTempo, varyVelocity) = (0.1, 10) }
    return "\(iterations) iterations at most, ended after \(patience ?? 0) validations with no better loss"
  }
}

extension CorpusFacts {
  /// What the corpus is, for people.
  fileprivate var words: String {
    "\(songs) songs of \(notes) notes, \(percent(drumShare)) of them drums; \(percent(beatShare)) begin on a grid"
  }
}

private func percent(_ share: Double) -> String { "\(Int((100 * share).rounded())) %" }
