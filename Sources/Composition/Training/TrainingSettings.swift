package import Network
package import Representation

/// What is trained: a representation and a network that reads it.
package struct NetworkPlan: Sendable, Hashable, Codable {
  package var representation: RepresentationSettings
  package var network: NetworkSettings

  package init(representation: RepresentationSettings, network: NetworkSettings) {
    self.representation = representation
    self.network = network
  }

  /// Makes the reading of this plan.
  ///
  /// - Throws: `CompositionError` of kind `spec` where representation and network do not go together.
  package func reading() throws(CompositionError) -> any SongReading {
    let representation: Representation
    do {
      representation = try Representation(self.representation)
    } catch {
      throw CompositionError(.spec, "\(error)")
    }
    guard Architecture.Cell(rawValue: network.cell) != nil else {
      throw CompositionError(.spec, "the cell is '\(network.cell)'; use lstm, gru or rnn")
    }
    return try makeReading(representation, network)
  }
}

/// How a network is trained, apart from what it is.
package struct TrainingSettings: Sendable, Hashable, Codable {
  /// Augmentation by transposition, in semitones.
  package struct Transposition: Sendable, Hashable, Codable {
    package var low: Int
    package var high: Int
    /// Whether the share left as written rises from 0 to 1 over the training.
    package var fade: Bool
    /// Whether each song is first moved to the tonic C; nil, which leaves no trace in a file: it is not.
    package var tonic: Bool?
    /// Whether songs are to lie where the corpus lies, which is then kept with the weights; nil, which leaves no trace in a
    /// file: it is not.
    package var register: Bool?

    package init(low: Int, high: Int, fade: Bool, tonic: Bool = false, register: Bool = false) {
      self.low = low
      self.high = high
      self.fade = fade
      self.tonic = tonic ? true : nil
      self.register = register ? true : nil
    }
  }

  package var optimizer: OptimizerSettings
  /// Lanes, B.
  package var batch: Int
  /// Batches whose gradients make one optimiser step.
  package var accumulate: Int {
    get { max(1, accumulateIfMany ?? 1) }
    set { accumulateIfMany = newValue > 1 ? newValue : nil }
  }
  /// Recurrent steps, T.
  package var sequence: Int
  /// The upper bound of optimiser steps.
  package var iterations: Int
  /// Another bound.
  package var minutes: Double?
  /// Iterations between two validations.
  package var validateEvery: Int
  /// Validations with no better loss after which training stops; nil: it does not.
  package var patience: Int?
  package var transpose: Transposition?
  /// Events: the share by which copies are played slower or faster at most; nil: none is.
  package var varyTempo: Double?
  /// Events: by how much copies are played softer or louder at most, of 127; nil: none is.
  package var varyVelocity: Int?
  package var seed: UInt64
  /// How exactly the operands of large products are kept; nil, which leaves no trace in a file: f32.
  package var precision: String?
  /// The iteration whose averaged weights are kept as the guide (`WeightsFile.guide`); nil: none are.
  package var guide: Int?

  /// Whether songs are read on one tonic.
  var isOnOneTonic: Bool { transpose?.tonic == true }

  /// The same, as the network takes it.
  var operands: Precision { precision.flatMap { Precision(rawValue: $0) } ?? .f32 }

  // Not written where 1, so that weights without it keep their bytes.
  private var accumulateIfMany: Int?

  private enum CodingKeys: String, CodingKey {
    case optimizer, batch, sequence, iterations, minutes, validateEvery, patience, transpose, varyTempo, varyVelocity
    case seed, precision, guide
    case accumulateIfMany = "accumulate"
  }

  package init(
    optimizer: OptimizerSettings, batch: Int, accumulate: Int = 1, sequence: Int, iterations: Int,
    minutes: Double? = nil, validateEvery: Int = 100, patience: Int? = nil, transpose: Transposition? = nil,
    varyTempo: Double? = nil, varyVelocity: Int? = nil, seed: UInt64 = 1, precision: String? = nil,
    guide: Int? = nil
  ) {
    self.optimizer = optimizer
    self.batch = batch
    self.sequence = sequence
    self.iterations = iterations
    self.minutes = minutes
    self.validateEvery = validateEvery
    self.patience = patience
    self.transpose = transpose
    self.varyTempo = varyTempo
    self.varyVelocity = varyVelocity
    self.seed = seed
    self.accumulate = accumulate
    self.precision = precision
    self.guide = guide
  }
}
