internal import Foundation
internal import GRDB

/// The record of files, corpora, runs, weights and songs, open for writing.
///
/// Only the process that holds the studio's lock opens it. Each write is one immediate transaction, and is on the disk
/// when the call returns (`synchronous = FULL`). Questions are asked of `reader`.
package final class Ledger: Sendable {
  /// The path of a studio's ledger, below the studio.
  package static let name = ".ritornello/ledger.sqlite"

  /// The file's path.
  package let path: String
  /// Answers questions from this process's connections.
  package let reader: LedgerReader
  let pool: DatabasePool

  /// Opens a studio's ledger, making it and `.ritornello` where they are missing and bringing an older one up to date
  /// after copying it to `ledger-before-N.sqlite` beside it, or `ledger-before-N-2.sqlite` where another copy stands there.
  ///
  /// - Throws: `LedgerError`; `newer` where a newer program wrote it.
  package convenience init(studio: String) throws {
    try self.init(path: studio + "/" + Self.name, migrations: Migration.all)
  }

  init(path: String, migrations: [Migration]) throws {
    self.path = path
    let opened = try LedgerError.telling(path) {
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      var configuration = Configuration()
      configuration.foreignKeysEnabled = true
      configuration.busyMode = .timeout(5)
      configuration.label = "ledger"
      configuration.prepareDatabase { db in
        if !db.configuration.readonly { try db.execute(sql: "PRAGMA journal_size_limit = 16777216") }
      }
      let pool = try DatabasePool(path: path, configuration: configuration)
      // GRDB sets NORMAL when it opens a ledger in WAL mode: a power cut could then undo the last commits, after the
      // file that they tell of has left the inbox.
      try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
      let version = try pool.read { try LedgerVersion(of: $0) }
      try version.check(against: migrations, path: path)
      var copy: String?
      if version.number > 0, version.number < migrations.newest {
        copy = try LedgerCopy.make(
          of: pool, at: folder.path + "/ledger-before-\(migrations.newest)", ending: ".sqlite")
      }
      do {
        try migrations.migrate(pool)
      } catch {
        // Where nothing of it was done, there is nothing to go back from; the next opening copies again.
        if let copy, (try? pool.read { try LedgerVersion(of: $0) })?.number == version.number {
          try? FileManager.default.removeItem(atPath: copy)
        }
        throw error
      }
      guard try pool.writeWithoutTransaction({ try Int.fetchOne($0, sql: "PRAGMA synchronous") }) == 2 else {
        throw LedgerError.fault("the ledger \(path) does not write durably: synchronous is not FULL")
      }
      return pool
    }
    pool = opened
    reader = LedgerReader(source: .pool(opened), path: path)
  }

  /// Closes the file, and leaves all that was written in it alone, with no log beside it; every later call throws.
  package func close() throws {
    try LedgerError.telling(path) {
      // GRDB closes its writer before its readers, and a reader that closes last cannot clear the log away.
      pool.releaseMemory()
      try pool.close()
    }
  }

  /// Runs one durable write.
  func write<T>(_ body: (Database) throws -> T) throws -> T {
    try LedgerError.telling(path) { try pool.write(body) }
  }
}
