import Foundation
import GRDB
import Identity
import Testing

@testable import Ledger

@Suite("Lists and counts")
struct ListTests {
  @Test("the last runs and songs come without what lies before them, and without the orders' texts")
  func last() throws {
    let studio = try TemporaryLedger()
    for number in 1...5 { try studio.deliver(number == 3 ? "b" : "a", weights: "w\(number)") }
    #expect(try studio.reader.lastRuns(2).map(\.id.description) == ["a/0004", "a/0003"])
    #expect(try studio.reader.lastRuns(9, ofJob: "b").map(\.id.description) == ["b/0001"])
    #expect(try studio.reader.lastRuns(9, in: [.failed]).isEmpty)
    #expect(try studio.reader.lastRuns(1).first?.order == nil)
    #expect(try studio.reader.runCount() == 5)
    let (songs, all) = try studio.reader.lastSongs(2)
    #expect(songs.map(\.id.description) == ["a/0003/01", "a/0004/01"] && all == 5)
    #expect(try studio.reader.lastSongs(.max).songs == studio.reader.songs())
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
      #expect(try studio.reader.run(id)?.order == "{}")
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
