import Foundation
import GRDB
import Identity
import Testing

@testable import Ledger

@Suite("Views for the sqlite3 shell")
struct ViewTests {
  @Test(
    "each view has the columns that others rely on",
    arguments: [
      ("drop_history", "name corpus fate reason sha256 seen_at decided_at"),
      ("corpus_contents", "corpus name sha256 bytes added_at"),
      ("song_lineage", "song path song_sha256 run job weights snapshot name sha256"),
      (
        "run_history",
        "id job state attempts queued_at started_at ended_at weights_in weights_out songs error"
      ),
    ])
  func columns(view: String, names: String) throws {
    let studio = try TemporaryLedger()
    let columns = try studio.ledger.pool.read { try $0.columns(in: view).map(\.name) }
    #expect(columns == names.split(separator: " ").map(String.init))
  }

  @Test("views hold a row a drop, a file, a run, and a song and file")
  func rows() throws {
    let studio = try TemporaryLedger()
    try studio.take("a.mid", into: "bach", "a")
    try studio.take("b.mid", into: "bach", "b")
    try studio.take("c.mid", into: "bach", "b")
    try studio.deliver("a", weights: "w", corpora: ["bach"])
    let counts = try studio.ledger.pool.read { db in
      try ["drop_history", "corpus_contents", "run_history", "song_lineage"].map {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM \($0)")
      }
    }
    #expect(counts == [3, 2, 1, 2])
    let lineage = try studio.ledger.pool.read { db in
      try String.fetchAll(
        db, sql: "SELECT song || ' ' || job || ' ' || name || ' ' || (sha256 = ?) FROM song_lineage ORDER BY name",
        arguments: [hash("a").hex])
    }
    #expect(lineage == ["a/0001/01 a a.mid 1", "a/0001/01 a b.mid 0"])
    let history = try studio.ledger.pool.read { db in
      try String.fetchOne(db, sql: "SELECT id || ' ' || state || ' ' || songs || ' ' || started_at FROM run_history")
    }
    #expect(history == "a/0001 delivered 1 2026-03-28T12:00:00.000Z")
  }
}
