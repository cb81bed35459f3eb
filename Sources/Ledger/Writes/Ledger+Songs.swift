package import Foundation
internal import GRDB
package import Identity

extension Ledger {
  /// Records that a delivered song was missed in the outbox; the first time counts.
  package func noteCollected(_ song: SongID, at: Date) throws {
    try write { db in
      try db.run(
        "UPDATE songs SET collected_at = ? WHERE id = ? AND collected_at IS NULL", [at.stamp, song.description])
    }
  }

  /// Records that a collected song lies in the outbox again.
  package func noteReturned(_ song: SongID) throws {
    try write { try $0.run("UPDATE songs SET collected_at = NULL WHERE id = ?", [song.description]) }
  }
}

extension Database {
  func record(_ song: SongRecord, of run: RunID) throws {
    guard song.id.run == run else { throw LedgerError.fault("the song \(song.id) is not of the run \(run)") }
    try self.run(
      """
      INSERT INTO songs (id, run, number, path, sha256, weights, snapshot, seed, bars, notes, seconds, metrics,
        judgement)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        song.id.description, run.description, song.id.number, song.path, song.sha256.hex, song.weights?.hex,
        song.snapshot?.hex, String(song.seed), song.bars, song.notes, song.seconds, song.metrics,
        song.judgement,
      ])
  }
}
