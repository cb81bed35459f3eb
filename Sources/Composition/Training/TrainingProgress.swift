internal import Synchronization

/// How far training is.
package struct TrainingProgress: Sendable {
  package var iteration: Int
  package var iterations: Int
  /// The mean of the last 50 iterations' losses.
  package var loss: Double
  /// The last validation's, where there was one.
  package var validationLoss: Double?
  package var tokensPerSecond: Double
  package var etaSeconds: Double
  /// Whether this is told because a validation has just been made.
  package var isValidation: Bool
  /// The iteration that the newest checkpoint holds; 0: none.
  package var checkpointIteration: Int
  /// Bytes that the process takes at most, as reckoned before training.
  package var memoryNeeded: Int
}

/// A flag by which work on another thread is asked to stop soon.
package final class StopFlag: Sendable {
  private let flag = Atomic<Bool>(false)

  package init() {}

  /// Asks for the stop.
  package func stop() { flag.store(true, ordering: .relaxed) }

  package var isStopped: Bool { flag.load(ordering: .relaxed) }
}

/// Thrown where work was stopped by its flag; what is needed to go on is in the checkpoint.
package struct Interrupted: Error {
  package init() {}
}
