import Foundation
import GRDB
import Identity
import Testing

@testable import Ledger

@Suite("Drops and corpora")
struct DropTests {
  @Test("a taken drop has its object, its place in the corpus and its fate together")
  func taken() throws {
    let studio = try TemporaryLedger()
    let drop = studio.drop(FileName("bach/a.mid"))
    let file = TakenFile(name: FileName("a.mid"), sha256: hash("a"), bytes: 1, notes: 4, seconds: 1.5)
    let fate = try studio.ledger.recordTaken(
      drop, sha256: hash("a"), corpus: "bach", files: [file], seenAt: studio.now, at: studio.now)
    #expect(fate == .taken)
    #expect(try studio.reader.fate(of: drop) == .taken)
    #expect(try studio.reader.objects() == [hash("a"): 1])
    #expect(
      try studio.reader.files(ofCorpus: "bach") == [
        CorpusFile(
          corpus: "bach", name: FileName("a.mid"), sha256: hash("a"), bytes: 1, notes: 4, seconds: 1.5,
          addedAt: studio.now)
      ])
    #expect(
      try studio.reader.drops() == [
        DropRecord(
          name: FileName("bach/a.mid"), fate: .taken, reason: nil, sha256: hash("a"), corpus: "bach",
          seenAt: studio.now, decidedAt: studio.now)
      ])
  }

  @Test("the same bytes in the same corpus are a duplicate and change nothing")
  func duplicate() throws {
    let studio = try TemporaryLedger()
    try studio.take("a.mid", into: "bach", "a")
    let before = try studio.reader.corpora()
    studio.now += 60
    #expect(try studio.take("b.mid", into: "bach", "a") == .duplicate)
    #expect(try studio.reader.corpora() == before)
  }

  @Test("the same bytes in another corpus are taken there, and stored once")
  func sharedBytes() throws {
    let studio = try TemporaryLedger()
    try studio.take("a.mid", into: "bach", "a")
    #expect(try studio.take("a.mid", into: "jazz", "a") == .taken)
    #expect(try studio.reader.objects().count == 1)
    #expect(try studio.reader.corpora().map(\.files) == [1, 1])
  }

  @Test("other bytes under the same name get a name of their own")
  func sameName() throws {
    let studio = try TemporaryLedger()
    try studio.take("x.y/a.mid", into: "bach", "a")
    try studio.take("x.y/a.mid", into: "bach", "b")
    try studio.take("x.y/a.mid", into: "bach", "c")
    let names = try studio.reader.files(ofCorpus: "bach").map(\.name.shown)
    #expect(names.sorted() == ["x.y/a-2.mid", "x.y/a-3.mid", "x.y/a.mid"])
  }

  @Test("an archive is one drop with many files, and taken if any of them is new")
  func archive() throws {
    let studio = try TemporaryLedger()
    try studio.take("0.mid", into: "jazz", "0")
    let files = (0..<3).map {
      TakenFile(name: FileName("\($0).mid"), sha256: hash("\($0)"), bytes: 1, notes: 1, seconds: 1)
    }
    for fate in [DropFate.taken, .duplicate] {
      let drop = studio.drop(FileName("jazz.zip"))
      let given = try studio.ledger.recordTaken(
        drop, sha256: hash("zip"), corpus: "jazz", files: files, reason: "1 entry passed over", seenAt: studio.now,
        at: studio.now)
      #expect(given == fate)
    }
    #expect(try studio.reader.files(ofCorpus: "jazz").count == 3)
  }

  @Test("a drop has one fate; another is refused and changes nothing")
  func secondFate() throws {
    let studio = try TemporaryLedger()
    let drop = studio.drop(FileName("a.mid"))
    try studio.ledger.recordRejected(drop, reason: "no header", seenAt: studio.now, at: studio.now)
    let file = TakenFile(name: FileName("a.mid"), sha256: hash("a"), bytes: 1, notes: 4, seconds: 1)
    #expect(throws: LedgerError.self) {
      try studio.ledger.recordTaken(
        drop, sha256: hash("a"), corpus: "loose", files: [file], seenAt: studio.now, at: studio.now)
    }
    #expect(throws: LedgerError.self) {
      try studio.ledger.recordWithdrawn(drop, seenAt: studio.now, at: studio.now)
    }
    #expect(try studio.reader.objects().isEmpty)
    #expect(try studio.reader.fate(of: drop) == .rejected)
  }

  @Test("a drop that differs in any way is another one", arguments: 0..<6)
  func identity(place: Int) throws {
    let studio = try TemporaryLedger()
    let drop = studio.drop(FileName("a.mid"))
    try studio.ledger.recordWithdrawn(drop, seenAt: studio.now, at: studio.now)
    var other = drop
    switch place {
    case 0: other.device -= 1
    case 1: other.inode += 1
    case 2: other.size += 1
    case 3: other.modified += 1
    case 4: other.changed += 1
    default: other.name = FileName("A.mid")
    }
    #expect(try studio.reader.fates(of: [drop, other]) == [drop: .withdrawn])
  }

  @Test(
    "names are bytes: they come back as they were, and do no harm",
    arguments: [
      Array("'; DROP TABLE drops; --.mid".utf8), Array("\"x\"; %s ? ?1 :a.mid".utf8), [0xFF, 0xFE, 0x2E, 0x6D],
      Array("a\u{202E}b\n.mid".utf8), Array("cafe\u{301}.mid".utf8), Array("café.mid".utf8), [0x61, 0x00, 0x62],
      Array("\\xFF.mid".utf8), [0xFF] + Array(".mid".utf8),
    ])
  func names(bytes: [UInt8]) throws {
    let studio = try TemporaryLedger()
    let name = FileName(bytes: bytes)
    let drop = studio.drop(name)
    let corpus = "'; DROP TABLE corpora; --"
    let file = TakenFile(name: name, sha256: hash("a"), bytes: 1, notes: 4, seconds: 1)
    _ = try studio.ledger.recordTaken(
      drop, sha256: hash("a"), corpus: corpus, files: [file], seenAt: studio.now, at: studio.now)
    #expect(try studio.reader.fate(of: drop) == .taken)
    #expect(try studio.reader.drops().map(\.name) == [name])
    #expect(try studio.reader.file(name, inCorpus: corpus)?.name == name)
    try studio.ledger.removeFile(name, fromCorpus: corpus, at: studio.now)
    #expect(try studio.reader.files(ofCorpus: corpus).isEmpty)
  }

  @Test("a name that is not UTF-8 is not the same as the text that shows it")
  func shownName() throws {
    let studio = try TemporaryLedger()
    let (bytes, text) = (FileName(bytes: [0xFF]), FileName("\\xFF"))
    let files = [(bytes, "a"), (text, "b")].map {
      TakenFile(name: $0.0, sha256: hash($0.1), bytes: 1, notes: 1, seconds: 1)
    }
    _ = try studio.ledger.recordTaken(
      studio.drop(bytes), sha256: hash("z"), corpus: "x", files: files, seenAt: studio.now, at: studio.now)
    #expect(try Set(studio.reader.files(ofCorpus: "x").map(\.name)) == [bytes, text])
    #expect(try studio.reader.file(bytes, inCorpus: "x")?.sha256 == hash("a"))
    #expect(try studio.reader.file(text, inCorpus: "x")?.sha256 == hash("b"))
  }

  @Test("a corpus changes when its content does, and its hash is that of its files alone")
  func changes() throws {
    let studio = try TemporaryLedger()
    try studio.take("a.mid", into: "bach", "a")
    studio.now += 60
    try studio.take("b.mid", into: "bach", "b")
    let full = ContentHash(ofSnapshot: [hash("b"), hash("a")])
    let changed = studio.now
    studio.now += 60
    try studio.take("c.mid", into: "bach", "a")
    #expect(try studio.reader.lastChange(ofCorpora: ["bach", "none"]) == changed)
    #expect(try studio.reader.snapshotHash(ofCorpora: ["bach"]) == full)
    try studio.ledger.removeFile(FileName("b.mid"), fromCorpus: "bach", at: studio.now)
    #expect(try studio.reader.lastChange(ofCorpora: ["bach"]) == studio.now)
    #expect(try studio.reader.corpora().first?.snapshot == ContentHash(ofSnapshot: [hash("a")]))
    #expect(try studio.take("b.mid", into: "bach", "b") == .taken)
    #expect(try studio.reader.snapshotHash(ofCorpora: ["bach"]) == full)
  }

  @Test("removing what is not there is told")
  func removingNothing() throws {
    let studio = try TemporaryLedger()
    #expect(throws: LedgerError.self) {
      try studio.ledger.removeFile(FileName("a.mid"), fromCorpus: "bach", at: studio.now)
    }
    #expect(throws: LedgerError.self) { try studio.reader.files(ofCorpus: "bach") }
  }

  @Test("a snapshot joins corpora, holds each content once, and outlives removals")
  func snapshots() throws {
    let studio = try TemporaryLedger()
    try studio.take("a.mid", into: "bach", "a")
    try studio.take("b.mid", into: "bach", "b")
    try studio.take("other.mid", into: "jazz", "a")
    let snapshot = try #require(try studio.ledger.makeSnapshot(of: ["jazz", "bach"], at: studio.now))
    #expect(snapshot.sha256 == ContentHash(ofSnapshot: [hash("a"), hash("b")]))
    #expect(Set(snapshot.files.map(\.name.shown)) == ["a.mid", "b.mid"])
    #expect(try studio.ledger.makeSnapshot(of: ["bach"], at: studio.now) == snapshot)
    try studio.ledger.removeFile(FileName("a.mid"), fromCorpus: "bach", at: studio.now)
    #expect(try studio.reader.snapshot(snapshot.sha256) == snapshot)
    #expect(try studio.ledger.makeSnapshot(of: ["none"], at: studio.now) == nil)
    #expect(try studio.reader.snapshot(hash("none")) == nil)
  }

  @Test("a hundred thousand drops are looked up through an index")
  func index() throws {
    let studio = try TemporaryLedger()
    let plan = try studio.ledger.pool.read { db in
      try Row.fetchAll(
        db,
        sql: """
          EXPLAIN QUERY PLAN SELECT fate FROM drops WHERE inode = 1 AND ctime_ns = 1 AND mtime_ns = 1 AND size = 1
            AND device = 1 AND name = 'a' AND coalesce(name_bytes, x'') = coalesce(NULL, x'')
          """
      ).map { $0["detail"] as String? ?? "" }
    }
    #expect(plan.contains { $0.contains("drops_identity") && $0.contains("SEARCH") })
  }
}
