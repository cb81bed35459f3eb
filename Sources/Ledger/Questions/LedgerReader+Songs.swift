internal import GRDB
package import Identity

extension LedgerReader {
  /// Songs, oldest first: of one run or of all.
  package func songs(ofRun run: RunID? = nil) throws -> [SongRecord] {
    try songs(where: "run = coalesce(?, run)", [run?.description])
  }

  /// The newest songs that were delivered, newest first.
  package func newestSongs(_ count: Int) throws -> [SongRecord] {
    try songs(where: "delivered_at IS NOT NULL", [count], order: "ordinal DESC LIMIT ?")
  }

  /// The songs that lie in the outbox as far as the ledger knows.
  package func songsInOutbox() throws -> [SongRecord] {
    try songs(where: "delivered_at IS NOT NULL AND collected_at IS NULL", [])
  }

  /// A song; nil: there is none of this id.
  package func song(_ id: SongID) throws -> SongRecord? { try songs(where: "id = ?", [id.description]).first }

  /// The song that was delivered under a path below the studio; nil: there is none.
  package func song(atPath path: String) throws -> SongRecord? { try songs(where: "path = ?", [path]).first }

  /// The songs of these bytes, oldest first.
  package func songs(withHash hash: ContentHash) throws -> [SongRecord] {
    try songs(where: "sha256 = ?", [hash.hex])
  }

  private func songs(
    where condition: String, _ arguments: StatementArguments, order: String = "ordinal"
  ) throws -> [SongRecord] {
    try read { db in
      try Row.fetchAll(
        db, sql: "SELECT * FROM songs WHERE " + condition + " ORDER BY " + order, arguments: arguments
      ).map { try SongRecord($0) }
    }
  }
}

extension SongRecord {
  init(_ row: Row) throws {
    id = try Row.whole(SongID(row.text("id")), "id")
    path = try row.text("path")
    sha256 = try row.hash("sha256")
    weights = try row.optionalHash("weights")
    snapshot = try row.optionalHash("snapshot")
    seed = try Row.whole(UInt64(row.text("seed")), "seed")
    bars = try row.decimal("bars")
    notes = try row.integer("notes")
    seconds = try row.decimal("seconds")
    metrics = try row.text("metrics")
    deliveredAt = try row.optionalTime("delivered_at")
    collectedAt = try row.optionalTime("collected_at")
  }
}
