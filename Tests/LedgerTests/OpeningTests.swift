import Foundation
import GRDB
import Identity
import Testing

@testable import Ledger

@Suite("Opening a ledger")
struct OpeningTests {
  @Test("each commit is on the disk: synchronous is FULL, in WAL mode, with foreign keys")
  func durability() throws {
    let studio = try TemporaryLedger()
    let pragmas = try studio.ledger.pool.writeWithoutTransaction { db in
      try ["synchronous", "foreign_keys", "journal_size_limit", "busy_timeout"].map {
        try Int.fetchOne(db, sql: "PRAGMA \($0)")
      }
    }
    #expect(pragmas == [2, 1, 16_777_216, 5000])
    #expect(try studio.ledger.pool.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
  }

  @Test("opening again keeps what was written, durably")
  func reopening() throws {
    let studio = try TemporaryLedger()
    try studio.take("a.mid", into: "bach", "a")
    try studio.ledger.close()
    let again = try Ledger(studio: studio.studio)
    #expect(try again.reader.corpora().map(\.files) == [1])
    #expect(try again.pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA synchronous") } == 2)
    try again.close()
  }

  @Test("a closed ledger is one file, which is read even where SQLite can make no other beside it")
  func closing() throws {
    let studio = try TemporaryLedger()
    try studio.take("a.mid", into: "bach", "a")
    #expect(try studio.reader.corpora().count == 1)
    try studio.ledger.close()
    let folder = studio.studio + "/.ritornello"
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["ledger.sqlite"])
    // A folder in the place of the shared memory stands for a full disk or a lack of rights.
    try FileManager.default.createDirectory(
      atPath: studio.path + "-shm", withIntermediateDirectories: false)
    #expect(try LedgerReader(studio: studio.studio).corpora().map(\.files) == [1])
  }

  @Test("every table is strict")
  func strictTables() throws {
    let studio = try TemporaryLedger()
    let loose = try studio.ledger.pool.read { db in
      try String.fetchAll(
        db,
        sql: """
          SELECT name FROM pragma_table_list
          WHERE type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%' AND name <> 'grdb_migrations'
          """)
    }
    #expect(loose == [])
  }

  @Test("a newer ledger is refused, with both versions, by writer and reader")
  func newerLedger() throws {
    let studio = try TemporaryLedger()
    try studio.ledger.pool.write { try $0.execute(sql: "PRAGMA user_version = 9") }
    try studio.ledger.close()
    let isRefusal = { (error: any Error) in
      guard case LedgerError.newer(let text) = error else { return false }
      return text.contains("version 9") && text.contains("up to \(Migration.all.newest)")
    }
    #expect(performing: { try Ledger(studio: studio.studio) }, throws: isRefusal)
    #expect(performing: { try LedgerReader(studio: studio.studio).runs() }, throws: isRefusal)
  }

  @Test("an older ledger is copied before it is brought up to date")
  func olderLedger() throws {
    let studio = try TemporaryLedger()
    try studio.take("a.mid", into: "bach", "a")
    try studio.ledger.close()
    let next =
      Migration.all + [
        Migration(version: Migration.all.newest + 1, name: "next", sql: "CREATE TABLE later (x INTEGER) STRICT")
      ]
    let newer = try Ledger(path: studio.path, migrations: next)
    #expect(try newer.pool.read { try $0.tableExists("later") })
    try newer.close()
    let copy = try DatabaseQueue(path: studio.studio + "/.ritornello/ledger-before-\(next.newest).sqlite")
    #expect(try copy.read { try $0.tableExists("later") } == false)
    #expect(try copy.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM objects") } == 1)
    let left = try FileManager.default.contentsOfDirectory(atPath: studio.studio + "/.ritornello")
    #expect(!left.contains { $0.hasSuffix(".tmp") })
  }

  @Test("a copy of another ledger is not taken for this one's, and an update that fails leaves none")
  func staleCopy() throws {
    let studio = try TemporaryLedger()
    try studio.take("a.mid", into: "bach", "a")
    try studio.ledger.close()
    let folder = URL(fileURLWithPath: studio.studio + "/.ritornello")
    let next = Migration.all.newest + 1
    try Data([1]).write(to: folder.appendingPathComponent("ledger-before-\(next).sqlite"))
    let bad =
      Migration.all + [Migration(version: next, name: "bad", sql: "CREATE TABLE files (x INTEGER) STRICT; oops")]
    let good = Migration.all + [Migration(version: next, name: "next", sql: "CREATE TABLE later (x INTEGER) STRICT")]
    for _ in 0..<2 { #expect(throws: LedgerError.self) { try Ledger(path: studio.path, migrations: bad) } }
    try Ledger(path: studio.path, migrations: good).close()
    let copies = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
      $0.hasPrefix("ledger-before")
    }
    #expect(copies.sorted() == ["ledger-before-\(next)-2.sqlite", "ledger-before-\(next).sqlite"])
    let copy = try DatabaseQueue(path: folder.path + "/ledger-before-\(next)-2.sqlite")
    #expect(try copy.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM objects") } == 1)
  }

  @Test("a ledger of the first version is brought up to date: corpora are counted, orders kept")
  func firstVersion() throws {
    let folder = TemporaryLedger.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let path = folder + "/" + Ledger.name
    let old = try Ledger(path: path, migrations: Array(Migration.all.prefix(2)))
    try old.pool.write { db in
      try db.execute(
        sql: """
          INSERT INTO objects VALUES (1, '\(hash("a"))', 10, 4, 1.5, 'x'), (2, '\(hash("b"))', 20, 5, 2.5, 'x');
          INSERT INTO corpora VALUES (1, 'bach', '2026-03-28T12:00:00.000Z'), (2, 'empty', '2026-03-28T12:00:00.000Z');
          INSERT INTO corpus_files (corpus, object, name, added_at, removed_at)
            VALUES (1, 1, 'a.mid', 'x', NULL), (1, 2, 'b.mid', 'x', NULL), (1, 2, 'gone.mid', 'x', 'y');
          INSERT INTO jobs (name, counter) VALUES ('a', 2);
          INSERT INTO runs (id, job, number, state, request, settings, order_text, queued_at)
            VALUES ('a/0001', 'a', 1, 'delivered', 'r1', '{}', 'order', '2026-03-28T12:00:00.000Z'),
              ('a/0002', 'a', 2, 'queued', 'r2', '{}', NULL, '2026-03-28T12:00:00.000Z');
          """)
    }
    let before = LedgerReader(studio: folder)
    #expect(try before.corpora().map(\.files) == [2, 0])
    try old.close()
    let ledger = try Ledger(studio: folder)
    #expect(try ledger.reader.corpora().map(\.files) == [2, 0])
    #expect(try ledger.reader.corpora().map(\.bytes) == [30, 0])
    #expect(try ledger.reader.corpora().first?.snapshot == ContentHash(ofSnapshot: [hash("a"), hash("b")]))
    #expect(try ledger.reader.order(of: run("a/0001")) == "order" && ledger.reader.order(of: run("a/0002")) == nil)
    #expect(try ledger.reader.damages() == [])
    try ledger.close()
  }

  @Test("a reader that is newer than the ledger answers all the same and leaves it alone")
  func newerReader() throws {
    let studio = try TemporaryLedger()
    try studio.take("a.mid", into: "bach", "a")
    let next =
      Migration.all + [
        Migration(version: Migration.all.newest + 1, name: "next", sql: "CREATE TABLE later (x INTEGER) STRICT")
      ]
    let reader = LedgerReader(source: .file(migrations: next), path: studio.path)
    #expect(try reader.read { try $0.tableExists("later") })
    #expect(try reader.corpora().map(\.name) == ["bach"])
    #expect(try studio.ledger.pool.read { try $0.tableExists("later") } == false)
  }

  @Test("where there is no ledger, the answers are those of an empty one, and none is made")
  func missingLedger() throws {
    let folder = TemporaryLedger.folder()
    let reader = LedgerReader(studio: folder)
    #expect(try reader.runs().isEmpty && reader.songs().isEmpty && reader.corpora().isEmpty)
    #expect(try reader.problems().isEmpty && reader.configuration() == nil)
    #expect(!FileManager.default.fileExists(atPath: folder))
  }

  @Test("a file that is no ledger is damage, not a machine's fault")
  func notALedger() throws {
    let folder = TemporaryLedger.folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder + "/.ritornello", withIntermediateDirectories: true)
    try Data("this is no ledger, and long enough to be looked at as one".utf8).write(
      to: URL(fileURLWithPath: folder + "/" + Ledger.name))
    let isDamage = { (error: any Error) in
      if case LedgerError.damaged = error { true } else { false }
    }
    #expect(performing: { try LedgerReader(studio: folder).runs() }, throws: isDamage)
    #expect(performing: { try Ledger(studio: folder) }, throws: isDamage)
  }

  @Test("a ledger whose folder cannot be made is a machine's fault")
  func unusableFolder() throws {
    let error = #expect(throws: LedgerError.self) { try Ledger(studio: "/proc/none") }
    #expect(error?.machineFault != nil)
  }

  @Test("a second connection reads what is committed while a write is under way")
  func readingBesideAWriter() throws {
    let studio = try TemporaryLedger()
    try studio.take("a.mid", into: "bach", "a")
    let beside = LedgerReader(studio: studio.studio)
    try studio.ledger.write { db in
      try db.execute(sql: "INSERT INTO corpora (name, changed_at) VALUES ('jazz', '2026-03-28T12:00:00.000Z')")
      #expect(try beside.corpora().map(\.name) == ["bach"])
    }
    #expect(try beside.corpora().map(\.name) == ["bach", "jazz"])
  }

  @Test("a reader cannot write")
  func readOnly() throws {
    let studio = try TemporaryLedger()
    #expect(throws: LedgerError.self) {
      try LedgerReader(studio: studio.studio).read { try $0.execute(sql: "DELETE FROM runs") }
    }
  }

  @Test("a copy holds what the ledger holds and is whole")
  func copying() throws {
    let studio = try TemporaryLedger()
    try studio.take("a.mid", into: "bach", "a")
    for (place, reader) in [studio.reader, LedgerReader(studio: studio.studio)].enumerated() {
      let path = studio.studio + "/copy-\(place).sqlite"
      try reader.copy(to: path)
      let copy = LedgerReader(source: .file(migrations: Migration.all), path: path)
      #expect(try copy.corpora() == studio.reader.corpora())
      #expect(try copy.damages() == [])
    }
  }

  @Test(
    "SQLite's errors tell the machine's faults apart",
    arguments: [
      (ResultCode.SQLITE_FULL, LedgerError.MachineFault.diskFull), (.SQLITE_IOERR, .inputOutput),
      (.SQLITE_READONLY, .permission), (.SQLITE_BUSY, .busy), (.SQLITE_NOMEM, .memory), (.SQLITE_CORRUPT, nil),
      (.SQLITE_CONSTRAINT, nil), (.SQLITE_IOERR_SHMSIZE, .diskFull),
    ] as [(ResultCode, LedgerError.MachineFault?)]
  )
  func faults(code: ResultCode, fault: LedgerError.MachineFault?) throws {
    let error = #expect(throws: LedgerError.self) {
      try LedgerError.telling("x") { throw DatabaseError(resultCode: code) }
    }
    #expect(error?.machineFault == fault)
  }
}
