package import Foundation
package import Identity

/// One generated MIDI file.
package struct SongRecord: Sendable, Equatable {
  package var id: SongID
  /// The path below the studio: `outbox/JOB/0007/JOB-0007-01.mid`.
  package var path: String
  package var sha256: ContentHash
  /// The weights that it was made with.
  package var weights: ContentHash?
  /// The snapshot that these were trained on.
  package var snapshot: ContentHash?
  package var seed: UInt64
  package var bars: Double
  package var notes: Int
  package var seconds: Double
  /// A JSON object.
  package var metrics: String
  /// A JSON object of `copying`, `attempts` and `gate`; nil: it was not judged.
  package var judgement: String?
  package var deliveredAt: Date?
  /// When it was first missed in the outbox; nil: it lies there.
  package var collectedAt: Date?

  package init(
    id: SongID, path: String, sha256: ContentHash, weights: ContentHash?, snapshot: ContentHash?, seed: UInt64,
    bars: Double, notes: Int, seconds: Double, metrics: String = "{}", judgement: String? = nil,
    deliveredAt: Date? = nil,
    collectedAt: Date? = nil
  ) {
    self.id = id
    self.path = path
    self.sha256 = sha256
    self.weights = weights
    self.snapshot = snapshot
    self.seed = seed
    self.bars = bars
    self.notes = notes
    self.seconds = seconds
    self.metrics = metrics
    self.judgement = judgement
    self.deliveredAt = deliveredAt
    self.collectedAt = collectedAt
  }
}
