import Foundation
import GRDB
import Identity
import Testing

@testable import Ledger

@Suite("Lists and counts")
struct ListTests {
  @Test("the last runs and songs come without what lies before them")
  func last() throws {
    let studio = try TemporaryLedger()
    for number in 1...5 { try studio.deliver(number == 3 ? "b" : "a", weights: "w\(number)") }
    #expect(try studio.reader.lastRuns(2).map(\.id.description) == ["a/0004", "a/0003"])
    #expect(try studio.reader.lastRuns(9, ofJob: "b").map(\.id.description) == ["b/0001"])
    #expect(try studio.reader.lastRuns(9, in: [.failed]).isEmpty)
    #expect(try studio.reader.runCount() == 5)
    let (songs, all) = try studio.reader.lastSongs(2)
    #expect(songs.map(\.id.description) == ["a/0003/01", "a/0004/01"] && all == 5)
    #expect(try studio.reader.lastSongs(.max).songs == studio.reader.songs())
  }

  @Test("songs and runs as JSON are all, oldest first, or the newest so many; what is harmful in them is escaped")
  func json() throws {
    let studio = try TemporaryLedger()
    for number in 1...3 { try studio.deliver("a", weights: "w\(number)") }
    try studio.ledger.write { db in
      try db.execute(
        sql: "UPDATE songs SET judgement = ? WHERE ordinal = 3", arguments: ["{\"file\":\n\"\u{e9}\u{202e}\"}"])
      try db.execute(sql: "UPDATE runs SET error = ? WHERE ordinal = 3", arguments: ["a\u{9b}\"b\n"])
    }
    func told(_ tell: (Int?, ([UInt8]) throws -> Void) throws -> Void, _ last: Int?) throws -> [[String: Any]] {
      var bytes: [UInt8] = []
      try tell(last) { bytes += $0 }
      #expect(bytes.last == UInt8(ascii: "\n"))
      #expect(
        String(decoding: bytes, as: UTF8.self).unicodeScalars.allSatisfy { $0 == "\n" || !FileName.isHarmful($0) })
      return try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [[String: Any]])
    }
    for reader in [studio.reader, LedgerReader(studio: studio.studio)] {
      let songs = try told(reader.tellSongs, nil)
      #expect(songs.map { $0["id"] as? String } == ["a/0001/01", "a/0002/01", "a/0003/01"])
      let keys =
        "bars collected delivered_at id job judgement metrics notes path run seconds seed sha256 snapshot weights"
      #expect(songs[0].keys.sorted() == keys.split(separator: " ").map(String.init))
      #expect(songs[0]["seed"] as? Int == .max && songs[0]["bars"] as? Double == 32.5)
      #expect(songs[0]["job"] as? String == "a" && songs[0]["collected"] is NSNull)
      #expect((songs[0]["metrics"] as? [String: Double]) == ["polyphony": 2.5])
      #expect((songs[2]["judgement"] as? [String: String]) == ["file": "\u{e9}\u{202e}"])
      #expect(try told(reader.tellSongs, 2).map { $0["id"] as? String } == ["a/0002/01", "a/0003/01"])
      let runs = try told(reader.tellRuns, nil)
      #expect(runs.map { $0["songs"] as? Int } == [1, 1, 1] && runs[2]["error"] as? String == "a\u{9b}\"b\n")
      #expect(try told(reader.tellRuns, 9).count == 3)
      #expect(try told(reader.tellRuns, 1).map { $0["id"] as? String } == ["a/0003"])
    }
    #expect(try told(LedgerReader(studio: TemporaryLedger.folder()).tellSongs, nil).isEmpty)
  }

  @Test("what a corpus holds is counted as it changes, and its content's hash is kept until then")
  func tallies() throws {
    let studio = try TemporaryLedger()
    try studio.take("x.mid", into: "bach", "x")
    try studio.take("y.mid", into: "bach", "yy")
    try studio.take("y.mid", into: "jazz", "yy")
    func bach() throws -> CorpusRecord { try #require(try studio.reader.corpora().first) }
    func kept() throws -> [String] { try studio.reader.corporaWithoutHash() }
    #expect(try bach().files == 2 && bach().notes == 8 && bach().seconds == 3 && bach().bytes == 3)
    #expect(try kept() == ["bach", "jazz"])
    #expect(try studio.reader.corporaWithoutHash(changedBefore: studio.now).isEmpty)
    let hashes = try studio.reader.corpora().map(\.snapshot)
    try studio.ledger.recordContent(ofCorpus: "bach")
    _ = try studio.ledger.makeSnapshot(of: ["jazz"], at: studio.now)
    #expect(try kept().isEmpty && studio.reader.corpora().map(\.snapshot) == hashes)
    try studio.ledger.removeFile(FileName("y.mid"), fromCorpus: "bach", at: studio.now)
    #expect(try bach().files == 1 && bach().notes == 4 && bach().seconds == 1.5 && bach().bytes == 1)
    #expect(try bach().snapshot == ContentHash(ofSnapshot: [hash("x")]) && kept() == ["bach"])
    try studio.ledger.removeFile(FileName("x.mid"), fromCorpus: "bach", at: studio.now)
    #expect(try bach().files == 0 && bach().seconds == 0 && bach().snapshot == nil && kept().isEmpty)
  }

  @Test("tallies and hashes that are not those of the files are found")
  func disagreements() throws {
    let studio = try TemporaryLedger()
    try studio.take("x.mid", into: "bach", "x")
    try studio.take("y.mid", into: "jazz", "y")
    _ = try studio.ledger.makeSnapshot(of: ["bach"], at: studio.now)
    #expect(try studio.reader.disagreements() == [])
    for (change, word) in [
      ("corpus_tallies SET files = 7 WHERE corpus = 2", "counted wrongly"),
      ("corpus_tallies SET snapshot = '\(hash("other"))' WHERE corpus = 2", "hash of the corpus 'jazz'"),
      ("snapshots SET sha256 = '\(hash("other"))'", "the snapshot \(hash("other"))"),
    ] {
      try studio.ledger.write { try $0.execute(sql: "UPDATE " + change) }
      #expect(try studio.reader.disagreements().filter { $0.contains(word) }.count == 1)
    }
    #expect(try studio.reader.disagreements().count == 3)
  }

  @Test("a one-off spec's run is told until its job delivers another one")
  func specs() throws {
    let studio = try TemporaryLedger()
    try studio.deliver("a", weights: "w1")
    for number in 1...3 {
      let drop = studio.drop(FileName("x\(number).yaml"))
      let run = try studio.ledger.recordSpec(
        drop, sha256: hash("spec \(number)"), text: "x", job: number == 2 ? "c" : "b", settings: "{}",
        seenAt: studio.now,
        at: studio.now)
      let id = try #require(run)
      _ = try studio.ledger.startAttempt(of: id, order: "{}", snapshot: nil, weightsIn: nil, at: studio.now)
      if number == 3 { #expect(try studio.reader.newestSpecRuns(9).map(\.id.description) == ["c/0001", "b/0001"]) }
      try studio.ledger.recordReady(id, weights: nil, songs: [], at: studio.now)
      try studio.ledger.recordDelivered(id, at: studio.now)
    }
    #expect(try studio.reader.newestSpecRuns(9).map(\.id.description) == ["b/0002", "c/0001"])
    #expect(try studio.reader.newestSpecRuns(1).count == 1)
  }

  @Test("what a ledger holds is counted")
  func counts() throws {
    let studio = try TemporaryLedger()
    #expect(try studio.reader.counts() == LedgerCounts())
    try studio.take("x.mid", into: "bach", "x")
    try studio.take("y.mid", into: "bach", "x")
    try studio.deliver("a", weights: "w", corpora: ["bach"])
    _ = try studio.queue("a")
    let counts = try studio.reader.counts()
    #expect(counts.drops == [.taken: 1, .duplicate: 1] && counts.objects == 1 && counts.corpora == 1)
    #expect(counts.runs == [.delivered: 1, .queued: 1] && counts.songs == 1 && counts.collected == 0)
    #expect(counts.weights == 1 && counts.lastDelivered == studio.now)
  }

  @Test("runs wait in the order of their priority, then of their queueing")
  func turns() throws {
    let studio = try TemporaryLedger()
    for (job, settings) in [("a", "{}"), ("b", #"{"priority":-3}"#), ("c", #"{"priority":2}"#), ("d", "{}")] {
      _ = try studio.ledger.queueRun(ofJob: job, trigger: .request(job), settings: settings, at: studio.now)
    }
    #expect(try studio.reader.queue().map(\.id.job) == ["c", "a", "d", "b"])
    #expect(try studio.reader.runsToDo(at: studio.now).map(\.id.job) == ["c", "a", "d", "b"])
  }

  @Test("the work of delivered runs is told, newest first")
  func pastWork() throws {
    let studio = try TemporaryLedger()
    for seconds in [10.0, 20, 30] {
      let run = try studio.start("a")
      studio.now += seconds
      try studio.ledger.recordReady(run, weights: studio.weights("w\(seconds)", run: run), songs: [], at: studio.now)
      try studio.ledger.recordDelivered(run, at: studio.now)
    }
    let past = try studio.reader.pastWork(2, ofJob: "a")
    #expect(past.map { $0.seconds.rounded() } == [30, 20] && past.map(\.iterations) == [100, 100])
    #expect(try studio.reader.pastWork(2, ofJob: "b").isEmpty)
  }

  @Test("a wait is shortened by jitter, by a tenth at most; an order that is not given stays")
  func jitter() throws {
    let studio = try TemporaryLedger()
    let id = try studio.start("a")
    for (jitter, seconds) in [(0.5, 57.0), (7, 216)] {
      _ = try studio.ledger.finishAttempt(of: id, .failed(error: "x", retries: 9), jitter: jitter, at: studio.now)
      #expect(try studio.reader.run(id)?.notBefore == studio.now + seconds)
      _ = try studio.ledger.startAttempt(of: id, order: nil, snapshot: nil, weightsIn: nil, at: studio.now)
      #expect(try studio.reader.order(of: id) == "{}")
    }
  }

  @Test("open runs are looked up by their index, and a job's by its own")
  func indexes() throws {
    let studio = try TemporaryLedger()
    func plan(_ condition: String) throws -> String {
      try studio.reader.read { db in
        try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN " + RunRecord.select + condition, arguments: [])
          .compactMap { $0["detail"] as String? }.joined(separator: "; ")
      }
    }
    #expect(try plan(RunRecord.condition(nil, [.blocked])).contains("INDEX runs_open"))
    #expect(try plan(RunRecord.condition(nil, [.queued, .waiting])).contains("INDEX runs_open"))
    #expect(try plan(RunRecord.condition("a", nil).replacing("?", with: "'a'")).contains("(job=?)"))
  }
}
