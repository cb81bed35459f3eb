internal import GRDB

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
