package import Foundation
internal import GRDB
package import Identity

extension Ledger {
  /// Records weights whose file is about to be or is in `.ritornello/weights`; those known already are no longer pruned.
  package func recordWeights(_ weights: WeightsRecord) throws {
    try write { try $0.record(weights) }
  }

  /// Keeps weights from being pruned.
  ///
  /// - Throws: `LedgerError`; `unknown` where there are none of this hash.
  package func pin(_ weights: ContentHash) throws { try setPinned(weights, true) }

  /// Lets weights be pruned again.
  ///
  /// - Throws: `LedgerError`; `unknown` where there are none of this hash.
  package func unpin(_ weights: ContentHash) throws { try setPinned(weights, false) }

  /// Records that the file of weights is about to be deleted; the row stays.
  ///
  /// - Throws: `LedgerError`; `refused` where they are pinned.
  package func recordPruned(_ weights: ContentHash, at: Date) throws {
    try write { db in
      try db.run(
        "UPDATE weights SET pruned_at = coalesce(pruned_at, ?) WHERE sha256 = ? AND pinned = 0",
        [at.stamp, weights.hex])
      guard db.changesCount == 1 else { throw LedgerError.refused("the weights \(weights) are pinned or not known") }
    }
  }

  private func setPinned(_ weights: ContentHash, _ pinned: Bool) throws {
    try write { db in
      try db.run("UPDATE weights SET pinned = ? WHERE sha256 = ?", [pinned, weights.hex])
      guard db.changesCount == 1 else {
        throw LedgerError.unknown("no weights \(weights); `ritornello weights` lists them")
      }
    }
  }
}

extension Database {
  func record(_ weights: WeightsRecord) throws {
    try run(
      """
      INSERT INTO weights (sha256, bytes, job, run, snapshot, iterations, validation_loss, pinned, created_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sha256) DO UPDATE SET pruned_at = NULL
      """,
      [
        weights.sha256.hex, weights.bytes, weights.job, weights.run?.description, weights.snapshot?.hex,
        weights.iterations, weights.validationLoss, weights.isPinned, weights.createdAt.stamp,
      ])
    for (place, parent) in weights.parents.enumerated() {
      try run(
        """
        INSERT INTO weights_parents (weights, parent, place) VALUES (?, ?, ?) ON CONFLICT (weights, parent) DO NOTHING
        """, [weights.sha256.hex, parent.hex, place])
    }
  }
}
