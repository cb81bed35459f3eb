package import Composition
package import Identity
package import Jobs

/// What came of an attempt: `result.json` in the run's folder, written last.
package struct WorkResult: Codable, Sendable {
  package var version: Int
  /// What went wrong; nil: all was done.
  package var failure: Failure?
  package var training: Training?
  /// Every setting of the generation after defaults.
  package var generate: GenerateSettings?
  package var evaluation: EvaluationReport?
  package var songs: [Song]
  /// What the person should know: files left out, losses of the grid.
  package var warnings: [String]
  /// What is to be said of the music and its training, with what would help; nil: an earlier version did not tell.
  package var remarks: [Remark]?
  /// Songs that passed no attempt and were left out; nil: none.
  package var withheld: [Withheld]?
  /// The weights that the songs were made with.
  package var weights: ContentHash?
  package var numerics: Int
  package var instructionSet: String
  package var programVersion: String

  /// Why an attempt failed.
  package struct Failure: Codable, Sendable, Equatable {
    /// Whose fault it is: `data` and `spec` are not tried again, `machine` blocks until the machine is well, `fault`
    /// (ours) is tried again.
    package enum Kind: String, Codable, Sendable { case data, spec, machine, fault }
    package var kind: Kind
    package var message: String

    package init(kind: Kind, message: String) {
      self.kind = kind
      self.message = message
    }
  }

  /// What came of training.
  package struct Training: Codable, Sendable, Equatable {
    /// The weights' hash; the file is `weights.safetensors` in the run's folder.
    package var sha256: ContentHash
    package var parameters: Int
    package var iterations: Int
    package var epochs: Double
    package var trainLoss: Double
    package var validationLoss: Double?
    package var bestIteration: Int
    package var seconds: Double
    package var tokensPerSecond: Double
    /// `iterations`, `minutes` or `patience`.
    package var stoppedBy: String
    /// What the settings left open and was chosen from what the corpus is; nil: nothing.
    package var choice: TrainingChoice?
    /// The validation loss of the weights that training began from; nil: there were none, or nothing was held out.
    package var startLoss: Double?
    /// The last validation's loss.
    package var lastValidationLoss: Double?

    package enum CodingKeys: String, CodingKey {
      case sha256, parameters, iterations, epochs
      case startLoss = "start_loss"
      case lastValidationLoss = "last_validation_loss"
      case trainLoss = "train_loss"
      case validationLoss = "validation_loss"
      case bestIteration = "best_iteration"
      case seconds
      case tokensPerSecond = "tokens_per_second"
      case stoppedBy = "stopped_by"
      case choice
    }

    package init(
      sha256: ContentHash, parameters: Int, iterations: Int, epochs: Double, trainLoss: Double, validationLoss: Double?,
      bestIteration: Int, seconds: Double, tokensPerSecond: Double, stoppedBy: String, startLoss: Double? = nil,
      lastValidationLoss: Double? = nil
    ) {
      self.startLoss = startLoss
      self.lastValidationLoss = lastValidationLoss
      self.sha256 = sha256
      self.parameters = parameters
      self.iterations = iterations
      self.epochs = epochs
      self.trainLoss = trainLoss
      self.validationLoss = validationLoss
      self.bestIteration = bestIteration
      self.seconds = seconds
      self.tokensPerSecond = tokensPerSecond
      self.stoppedBy = stoppedBy
    }
  }

  /// One song.
  package struct Song: Codable, Sendable {
    /// The file's name in the folder `songs`: `JOB-0007-01.mid`.
    package var file: String
    package var sha256: ContentHash
    package var seed: UInt64
    package var bars: Double
    package var notes: Int
    package var seconds: Double
    package var metrics: SongMetrics
    /// How much of it stands in the corpus; nil: there is no corpus, or an earlier version did not tell.
    package var copying: CopyReport?
    /// All tries of the song; its seed tells which one was kept.
    package var attempts: [SongAttempt]?
    /// Whether it is inside the corpus's band.
    package var gate: GateVerdict?

    package init(
      file: String, sha256: ContentHash, seed: UInt64, bars: Double, notes: Int, seconds: Double, metrics: SongMetrics,
      copying: CopyReport? = nil, attempts: [SongAttempt]? = nil, gate: GateVerdict? = nil
    ) {
      self.copying = copying
      self.attempts = attempts
      self.gate = gate
      self.file = file
      self.sha256 = sha256
      self.seed = seed
      self.bars = bars
      self.notes = notes
      self.seconds = seconds
      self.metrics = metrics
    }
  }

  package enum CodingKeys: String, CodingKey {
    case version, failure, training, generate, evaluation, songs, warnings, remarks, withheld, weights, numerics
    case instructionSet = "instruction_set"
    case programVersion = "program_version"
  }

  package init(
    failure: Failure? = nil, training: Training? = nil, generate: GenerateSettings? = nil,
    evaluation: EvaluationReport? = nil, songs: [Song] = [], warnings: [String] = [], weights: ContentHash? = nil,
    numerics: Int, instructionSet: String, programVersion: String
  ) {
    version = 1
    self.failure = failure
    self.training = training
    self.generate = generate
    self.evaluation = evaluation
    self.songs = songs
    self.warnings = warnings
    self.weights = weights
    self.numerics = numerics
    self.instructionSet = instructionSet
    self.programVersion = programVersion
  }
}
