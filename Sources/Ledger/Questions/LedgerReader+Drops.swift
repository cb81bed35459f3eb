internal import GRDB
package import Identity

extension LedgerReader {
  /// The fate of a drop; nil: it has none yet.
  package func fate(of drop: Drop) throws -> DropFate? {
    try read { try $0.fate(of: drop) }
  }

  /// The drops among these that have a fate, in one read: an indexed look-up a drop.
  package func fates(of drops: [Drop]) throws -> [Drop: DropFate] {
    try read { db in
      var fates: [Drop: DropFate] = [:]
      for drop in drops { fates[drop] = try db.fate(of: drop) }
      return fates
    }
  }

  /// What was decided on a drop; nil: it has no fate yet.
  package func decision(on drop: Drop) throws -> DropRecord? {
    try read { db in try db.decision(on: drop).map { try DropRecord($0) } }
  }

  /// All drops that have a fate, oldest first.
  package func drops() throws -> [DropRecord] {
    try read { db in try Row.fetchAll(db, sql: "SELECT * FROM drops ORDER BY id").map { try DropRecord($0) } }
  }

  /// Says whether a drop of these bytes, such as an archive, was taken into a corpus.
  package func wasTaken(_ hash: ContentHash) throws -> Bool {
    try read { db in
      let sql = "SELECT 1 FROM drops WHERE sha256 = ? AND fate IN ('taken', 'duplicate') AND corpus IS NOT NULL LIMIT 1"
      return try db.first(sql, [hash.hex]) != nil
    }
  }

  /// Says whether an object of this hash is recorded.
  package func hasObject(_ hash: ContentHash) throws -> Bool {
    try read { try $0.first("SELECT 1 FROM objects WHERE sha256 = ?", [hash.hex]) != nil }
  }

  /// The hashes and sizes in bytes of all objects.
  package func objects() throws -> [ContentHash: Int] {
    try read { db in
      var objects: [ContentHash: Int] = [:]
      for row in try Row.fetchAll(db, sql: "SELECT sha256, bytes FROM objects") {
        objects[try row.hash("sha256")] = try row.integer("bytes")
      }
      return objects
    }
  }
}

extension DropRecord {
  fileprivate init(_ row: Row) throws {
    name = try row.fileName()
    fate = try Row.whole(DropFate(rawValue: row.text("fate")), "fate")
    reason = try row.optional(String.self, "reason")
    sha256 = try row.optionalHash("sha256")
    corpus = try row.optional(String.self, "corpus")
    seenAt = try row.time("seen_at")
    decidedAt = try row.time("decided_at")
  }
}

extension Database {
  func fate(of drop: Drop) throws -> DropFate? {
    try decision(on: drop).map { try Row.whole(DropFate(rawValue: $0.text("fate")), "fate") }
  }

  fileprivate func decision(on drop: Drop) throws -> Row? {
    let (name, bytes) = drop.name.columns
    return try first(
      """
      SELECT * FROM drops WHERE inode = ? AND ctime_ns = ? AND mtime_ns = ? AND size = ? AND device = ? AND name = ?
        AND coalesce(name_bytes, x'') = coalesce(?, x'')
      """,
      [
        Int64(bitPattern: drop.inode), drop.changed, drop.modified, drop.size, Int64(bitPattern: drop.device), name,
        bytes,
      ])
  }
}
