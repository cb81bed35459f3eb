package import Foundation
internal import GRDB
package import Identity

extension LedgerReader {
  /// Songs, oldest first: of one run or of all.
  package func songs(ofRun run: RunID? = nil) throws -> [SongRecord] {
    if let run { return try songs(where: "run = ?", [run.description]) }
    return try songs(where: "TRUE", [])
  }

  /// The newest songs of all, oldest of these first, and how many there are.
  package func lastSongs(_ count: Int) throws -> (songs: [SongRecord], all: Int) {
    try read { db in
      let rows = try Row.fetchAll(db, sql: "SELECT * FROM songs ORDER BY ordinal DESC LIMIT ?", arguments: [count])
      let all = try db.first("SELECT count(*) AS number FROM songs")?.integer("number") ?? 0
      return (try rows.reversed().map { try SongRecord($0) }, all)
    }
  }

  /// The newest songs that were delivered, newest first.
  package func newestSongs(_ count: Int) throws -> [SongRecord] {
    try songs(where: "delivered_at IS NOT NULL", [count], order: "ordinal DESC LIMIT ?")
  }

  /// The songs that lie in the outbox as far as the ledger knows.
  package func songsInOutbox() throws -> [SongRecord] {
    try songs(where: "delivered_at IS NOT NULL AND collected_at IS NULL", [])
  }

  /// What the outbox is looked through for: every delivered song, oldest first, without its metrics.
  package func deliveredSongs() throws -> [DeliveredSong] {
    try read { db in
      let rows = try Row.fetchCursor(
        db,
        sql: "SELECT id, path, collected_at, delivered_at FROM songs WHERE delivered_at IS NOT NULL ORDER BY ordinal")
      var songs: [DeliveredSong] = []
      while let row = try rows.next() {
        songs.append(
          DeliveredSong(
            id: try Row.whole(SongID(row.text("id")), "id"), path: try row.text("path"),
            isCollected: try row.optional(String.self, "collected_at") != nil,
            deliveredAt: try row.time("delivered_at")))
      }
      return songs
    }
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

/// A delivered song, as far as the outbox is looked through for it.
package struct DeliveredSong: Sendable, Equatable {
  package var id: SongID
  /// The path below the studio.
  package var path: String
  package var isCollected: Bool
  package var deliveredAt: Date
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
    judgement = try row.optional(String.self, "judgement")
    deliveredAt = try row.optionalTime("delivered_at")
    collectedAt = try row.optionalTime("collected_at")
  }
}
