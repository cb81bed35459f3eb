package import Foundation
package import Identity

/// Trained parameters, named by their hash.
package struct WeightsRecord: Sendable, Equatable {
  package var sha256: ContentHash
  package var bytes: Int
  /// The job and run that made them; nil: they came from elsewhere, as `starter`.
  package var job: String?
  package var run: RunID?
  /// The snapshot that they were trained on.
  package var snapshot: ContentHash?
  package var iterations: Int
  /// Nats a frame (events: a token; mse and mae: the loss); nil: there was nothing to validate on.
  package var validationLoss: Double?
  /// The weights that training began from.
  package var parents: [ContentHash]
  /// Never pruned.
  package var isPinned: Bool
  package var createdAt: Date
  /// When the file was deleted to keep the job's number; the row stays.
  package var prunedAt: Date?

  package init(
    sha256: ContentHash, bytes: Int, job: String? = nil, run: RunID? = nil, snapshot: ContentHash? = nil,
    iterations: Int, validationLoss: Double? = nil, parents: [ContentHash] = [], isPinned: Bool = false,
    createdAt: Date, prunedAt: Date? = nil
  ) {
    self.sha256 = sha256
    self.bytes = bytes
    self.job = job
    self.run = run
    self.snapshot = snapshot
    self.iterations = iterations
    self.validationLoss = validationLoss
    self.parents = parents
    self.isPinned = isPinned
    self.createdAt = createdAt
    self.prunedAt = prunedAt
  }
}
