package import Identity
internal import Network

/// A training to be done: what, on what, how, and where its checkpoint lies.
package struct TrainingTask: Sendable {
  package var plan: NetworkPlan
  package var settings: TrainingSettings
  package var train: EncodedCorpus
  /// Held-out songs; empty: there is no validation.
  package var validation: EncodedCorpus
  /// The weights to start from; nil: from scratch.
  package var start: WeightsFile?
  /// The hash of `start`'s file.
  package var startHash: ContentHash?
  /// Where the checkpoint is kept; nil: nowhere.
  package var checkpointPath: String?
  /// Seconds between two checkpoints; from the usual interval on, longer where a checkpoint takes more than a hundredth.
  package var checkpointSeconds: Double
  /// Whether a checkpoint that cannot be used is left behind and training begins anew, rather than refused.
  package var replacesCheckpoint = false
  /// Whether the weights on the way are told, which takes memory; those of networks too large for it never are.
  package var tellsSnapshots = false
  /// The iteration that ends training whatever the bounds say: where an earlier run's `minutes` struck.
  package var stopAtIteration: Int?
  /// Threads; 0: all cores.
  ///
  /// Changes no byte.
  package var threads: Int

  static let usualCheckpointSeconds = 30.0
  /// Parameters of the largest network whose weights on the way are told: 64 MiB each.
  private static let mostSnapshotParameters = 16 << 20

  /// Says whether the weights on the way of a network with so many parameters are told.
  func tellsSnapshots(ofParameters count: Int) -> Bool { tellsSnapshots && count <= Self.mostSnapshotParameters }

  /// Removes what lies at `checkpointPath`, once the weights are safe.
  package func removeCheckpoints() {
    guard let path = checkpointPath else { return }
    DurableFile.remove(path)
    DurableFile.remove(Training.previous(path))
  }

  package init(
    plan: NetworkPlan, settings: TrainingSettings, train: EncodedCorpus, validation: EncodedCorpus,
    start: WeightsFile? = nil, startHash: ContentHash? = nil, checkpointPath: String? = nil,
    checkpointSeconds: Double = usualCheckpointSeconds, stopAtIteration: Int? = nil, threads: Int = 0
  ) {
    self.plan = plan
    self.settings = settings
    self.train = train
    self.validation = validation
    self.start = start
    self.startHash = startHash
    self.checkpointPath = checkpointPath
    self.checkpointSeconds = checkpointSeconds
    self.stopAtIteration = stopAtIteration
    self.threads = threads
  }
}

/// What came of a training.
package struct TrainingOutcome: Sendable {
  package enum StoppedBy: String, Sendable { case iterations, minutes, patience }

  package var weights: WeightsFile
  package var iterations: Int
  package var epochs: Double
  package var trainLoss: Double
  /// The best validation's.
  package var validationLoss: Double?
  /// The last validation's.
  package var lastValidationLoss: Double?
  package var bestIteration: Int
  package var seconds: Double
  package var tokensPerSecond: Double
  package var stoppedBy: StoppedBy
  /// What the person should know: checkpoints that could not be used.
  package var warnings: [String] = []
}
