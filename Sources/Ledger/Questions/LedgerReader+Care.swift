internal import GRDB
internal import Identity

extension LedgerReader {
  /// Writes a consistent copy of the ledger as one file, while it may be written.
  ///
  /// It goes to `path`, where nothing may be yet.
  package func copy(to path: String) throws {
    try LedgerError.telling(self.path) {
      switch source {
      case .pool(let pool): try pool.writeWithoutTransaction { try Self.copy($0, to: path) }
      case .file(let migrations): try open(migrations).inDatabase { try Self.copy($0, to: path) }
      }
    }
  }

  /// What SQLite finds wrong in the ledger's file: broken pages, indexes and references; empty: nothing.
  package func damages() throws -> [String] {
    try read { db in
      let pages = try String.fetchAll(db, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
      let references = try db.foreignKeyViolations().map { violation in
        "a row of \(violation.originTable) refers to a row of \(violation.destinationTable) that is not there"
      }
      var damages = pages
      while let reference = try references.next() { damages.append(reference) }
      return damages
    }
  }

  /// What of the ledger's own facts does not agree: the tallies of corpora with their files, the hashes of snapshots with
  /// what they hold.
  package func disagreements() throws -> [String] {
    try read { db in
      let tallies = try String.fetchAll(
        db,
        sql: """
          SELECT name FROM \(Self.talliedCorpora) WHERE (files, notes, bytes) IS NOT (
            SELECT count(*), coalesce(sum(objects.notes), 0), coalesce(sum(objects.bytes), 0)
            FROM corpus_files JOIN objects ON objects.id = corpus_files.object
            WHERE corpus_files.corpus = corpora.id AND corpus_files.removed_at IS NULL) ORDER BY name
          """)
      var found = tallies.map { "the corpus '\(FileName($0).shown)' is counted wrongly" }
      for row in try Row.fetchAll(
        db, sql: "SELECT name, snapshot FROM \(Self.talliedCorpora) WHERE snapshot IS NOT NULL")
      {
        let name = try row.text("name")
        if try db.contentHash(of: [name]) != row.hash("snapshot") {
          found.append("the hash of the corpus '\(FileName(name).shown)' is not that of its files")
        }
      }
      for row in try Row.fetchAll(db, sql: "SELECT id, sha256 FROM snapshots") {
        let hash = try db.contentHash(
          """
          SELECT objects.sha256 FROM snapshot_files
          JOIN corpus_files ON corpus_files.id = snapshot_files.corpus_file
          JOIN objects ON objects.id = corpus_files.object
          WHERE snapshot_files.snapshot = ? ORDER BY objects.sha256
          """, [try row.integer("id")])
        if try hash != row.hash("sha256") {
          found.append("the snapshot \(try row.text("sha256")) does not hold the files that its hash tells of")
        }
      }
      return found
    }
  }

  /// The version of the SQLite library that is used.
  package func libraryVersion() throws -> String {
    try LedgerError.telling(path) {
      try DatabaseQueue().read { try String.fetchOne($0, sql: "SELECT sqlite_version()") ?? "" }
    }
  }

  private static func copy(_ db: Database, to path: String) throws {
    try db.execute(sql: "VACUUM INTO ?", arguments: [path])
  }
}
