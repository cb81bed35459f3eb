/// How far a worker is: `progress.json` in the run's folder, replaced at most once a second.
package struct WorkProgress: Codable, Sendable, Equatable {
  package enum Stage: String, Codable, Sendable, Comparable, CaseIterable {
    case reading, training, evaluating, generating, done

    package static func < (a: Self, b: Self) -> Bool {
      (Self.allCases.firstIndex(of: a) ?? 0) < (Self.allCases.firstIndex(of: b) ?? 0)
    }
  }

  package var stage: Stage
  /// Iterations done and their upper bound; 0 before training.
  package var iteration: Int
  package var iterations: Int
  /// The last iterations' training loss, and the last validation's.
  package var loss: Double?
  package var validationLoss: Double?
  package var tokensPerSecond: Double?
  /// Of the whole run, 0 to 1.
  package var fraction: Double
  package var etaSeconds: Double?
  package var songs: Int
  /// The iteration that the newest checkpoint holds; 0: none.
  package var checkpointIteration: Int
  /// Bytes that a training's process takes at most, as reckoned before it.
  package var memoryBytes: Int?

  package enum CodingKeys: String, CodingKey {
    case stage, iteration, iterations, loss
    case validationLoss = "validation_loss"
    case tokensPerSecond = "tokens_per_second"
    case fraction
    case etaSeconds = "eta_seconds"
    case songs
    case checkpointIteration = "checkpoint_iteration"
    case memoryBytes = "memory_bytes"
  }

  package init(
    stage: Stage, iteration: Int = 0, iterations: Int = 0, loss: Double? = nil, validationLoss: Double? = nil,
    tokensPerSecond: Double? = nil, fraction: Double = 0, etaSeconds: Double? = nil, songs: Int = 0,
    checkpointIteration: Int = 0, memoryBytes: Int? = nil
  ) {
    self.stage = stage
    self.iteration = iteration
    self.iterations = iterations
    self.loss = loss
    self.validationLoss = validationLoss
    self.tokensPerSecond = tokensPerSecond
    self.fraction = fraction
    self.etaSeconds = etaSeconds
    self.songs = songs
    self.checkpointIteration = checkpointIteration
    self.memoryBytes = memoryBytes
  }

  /// How much of the run is done, of a hundred, whatever a worker has written.
  package var percent: Int { fraction.isFinite ? Int(max(0, min(1, fraction)) * 100) : 0 }
}
