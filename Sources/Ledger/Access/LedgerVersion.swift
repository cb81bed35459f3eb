internal import GRDB

/// The version of a ledger's layout; 0: it has none yet.
struct LedgerVersion {
  let number: Int

  init(of db: Database) throws {
    number = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
  }

  /// Refuses a version that these steps do not know.
  func check(against migrations: [Migration], path: String) throws {
    guard number > migrations.newest else { return }
    throw LedgerError.newer(
      "the ledger \(path) has version \(number); this program knows versions up to \(migrations.newest): "
        + "use the newer program, or restore a backup")
  }
}
