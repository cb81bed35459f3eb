internal import GRDB

/// One step from a version of the ledger to the next; the list is append-only.
struct Migration: Sendable {
  /// The version that it leads to, which is `PRAGMA user_version` afterwards.
  let version: Int
  let name: String
  let sql: String

  /// All steps, oldest first.
  static let all = [
    Migration(version: 1, name: Schema1.name, sql: Schema1.sql),
    Migration(
      version: 2, name: "judgements of songs",
      sql: "ALTER TABLE songs ADD COLUMN judgement TEXT CHECK (judgement IS NULL OR json_valid(judgement))"),
    Migration(version: 3, name: Schema3.name, sql: Schema3.sql),
  ]
}

extension [Migration] {
  /// The newest version that these steps lead to.
  var newest: Int { last?.version ?? 0 }

  /// Brings a ledger to the newest version; each step is one transaction.
  func migrate(_ writer: some DatabaseWriter) throws {
    var migrator = DatabaseMigrator()
    for step in self {
      migrator.registerMigration(step.name) { db in
        try db.execute(sql: step.sql)
        try db.execute(sql: "PRAGMA user_version = \(step.version)")
      }
    }
    try migrator.migrate(writer)
  }
}
