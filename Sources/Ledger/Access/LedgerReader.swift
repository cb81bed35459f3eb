internal import Foundation
internal import GRDB

/// Answers questions about a studio's ledger, while another process may be writing it.
///
/// Each question is one short read. Where there is no ledger yet, the answers are those of an empty one.
package struct LedgerReader: Sendable {
  enum Source: Sendable {
    /// The connections of the process that writes.
    case pool(DatabasePool)
    /// A connection a question.
    case file(migrations: [Migration])
  }

  let source: Source
  let path: String

  init(source: Source, path: String) {
    self.source = source
    self.path = path
  }

  /// Reads a studio's ledger.
  package init(studio: String) {
    self.init(source: .file(migrations: Migration.all), path: studio + "/" + Ledger.name)
  }

  /// Runs one read, in one transaction.
  func read<T>(_ body: (Database) throws -> T) throws -> T {
    try LedgerError.telling(path) { try connection().read(body) }
  }

  /// Runs one read that goes through a good part of the ledger, which then lies in memory as the system has it.
  ///
  /// A disk that fails meanwhile ends the process, so that only a command that asks this one thing reads like this.
  func readMapped<T>(_ body: (Database) throws -> T) throws -> T {
    try read { db in
      if case .file = source { try db.execute(sql: "PRAGMA mmap_size = \(Int32.max)") }
      return try body(db)
    }
  }

  /// What to read from: this process's connections, or a new one.
  func connection() throws -> any DatabaseReader {
    switch source {
    case .pool(let pool): pool
    case .file(let migrations): try open(migrations)
    }
  }

  func open(_ migrations: [Migration]) throws -> DatabaseQueue {
    guard FileManager.default.fileExists(atPath: path) else { return try empty(migrations) }
    let queue = try connect()
    let version = try queue.read { try LedgerVersion(of: $0) }
    try version.check(against: migrations, path: path)
    guard version.number < migrations.newest else { return queue }
    // An older ledger, which only the writer may bring up to date: a copy in memory is.
    let copy = try DatabaseQueue()
    try queue.backup(to: copy)
    try migrations.migrate(copy)
    return copy
  }

  private func connect() throws -> DatabaseQueue {
    var configuration = Configuration()
    configuration.readonly = true
    configuration.busyMode = .timeout(5)
    configuration.label = "ledger (reading)"
    do {
      return try DatabaseQueue(path: path, configuration: configuration)
    } catch let error as DatabaseError {
      // SQLite makes a file for shared memory even to read, which a full disk or a folder without permission refuses.
      // Where nobody writes and nothing is left in the log, the file itself is all there is.
      let log = try? FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int
      guard (log ?? 0) == 0,
        [.SQLITE_CANTOPEN, .SQLITE_IOERR, .SQLITE_FULL, .SQLITE_READONLY].contains(error.resultCode),
        let escaped = path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed)
      else { throw error }
      return try DatabaseQueue(path: "file:" + escaped + "?immutable=1", configuration: configuration)
    }
  }

  private func empty(_ migrations: [Migration]) throws -> DatabaseQueue {
    let queue = try DatabaseQueue()
    try migrations.migrate(queue)
    return queue
  }
}
