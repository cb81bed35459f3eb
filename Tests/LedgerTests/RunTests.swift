import Foundation
import GRDB
import Identity
import Testing

@testable import Ledger

@Suite("Runs and attempts")
struct RunTests {
  @Test("the table of changes is the drawing")
  func table() {
    let expected: [RunState: Set<RunState>] = [
      .queued: [.running, .blocked, .failed, .cancelled, .skipped],
      .waiting: [.queued, .running, .blocked, .failed, .cancelled],
      .blocked: [.queued, .running, .blocked, .failed, .cancelled],
      .running: [.queued, .waiting, .blocked, .ready, .failed, .cancelled],
      .ready: [.delivered], .failed: [.queued], .delivered: [], .cancelled: [], .skipped: [],
    ]
    for state in RunState.allCases { #expect(state.followers == expected[state]) }
  }

  @Test("a change that the table does not hold is refused and changes nothing", arguments: RunState.allCases)
  func changes(from: RunState) throws {
    let studio = try TemporaryLedger()
    let id = try studio.queue("a")
    for to in RunState.allCases {
      try studio.ledger.write { try $0.execute(sql: "UPDATE runs SET state = ?", arguments: [from.rawValue]) }
      if from.followers.contains(to) {
        _ = try studio.ledger.write { try $0.change(id, to: to) }
        #expect(try studio.reader.run(id)?.state == to)
      } else {
        #expect(throws: LedgerError.self) { try studio.ledger.write { try $0.change(id, to: to) } }
        #expect(try studio.reader.run(id)?.state == from)
      }
    }
  }

  @Test("ids count up for each job")
  func numbers() throws {
    let studio = try TemporaryLedger()
    let ids = try ["a", "b", "a"].map { try studio.queue($0) }
    #expect(ids.map(\.description) == ["a/0001", "b/0001", "a/0002"])
    #expect(try studio.reader.jobStates().map(\.counter) == [2, 1])
    #expect(try studio.reader.lastRun(ofJob: "a")?.id == ids[2])
  }

  @Test("a name that names no job is refused, and nothing is left")
  func badJob() throws {
    let studio = try TemporaryLedger()
    #expect(throws: LedgerError.self) { try studio.queue("../x") }
    #expect(try studio.reader.jobStates().isEmpty)
  }

  @Test(
    "a trigger makes one run",
    arguments: [
      RunTrigger.due(Date(timeIntervalSince1970: 1000)), .request("r1"),
      .corpusChange(due: Date(timeIntervalSince1970: 2000), snapshot: hash("s")),
    ])
  func uniqueness(trigger: RunTrigger) throws {
    let studio = try TemporaryLedger()
    #expect(try studio.ledger.queueRun(ofJob: "a", trigger: trigger, settings: "{}", at: studio.now) != nil)
    #expect(try studio.ledger.queueRun(ofJob: "a", trigger: trigger, settings: "{}", at: studio.now) == nil)
    #expect(
      try studio.ledger.recordSkipped(job: "a", trigger: trigger, settings: "{}", reason: "x", at: studio.now) == nil)
    #expect(try studio.ledger.queueRun(ofJob: "b", trigger: trigger, settings: "{}", at: studio.now) != nil)
    #expect(try studio.reader.runs().count == 2)
    #expect(try studio.reader.jobState("a")?.counter == 1)
  }

  @Test("a due time is remembered with its run, and never goes back")
  func lastDue() throws {
    let studio = try TemporaryLedger()
    let (early, late) = (studio.now, studio.now + 60)
    _ = try studio.ledger.queueRun(ofJob: "a", trigger: .due(late), settings: "{}", at: studio.now)
    #expect(try studio.reader.jobState("a")?.lastDue == late)
    _ = try studio.ledger.queueRun(
      ofJob: "a", trigger: .corpusChange(due: early, snapshot: hash("s")), settings: "{}", at: studio.now)
    #expect(try studio.reader.jobState("a")?.lastDue == late)
    #expect(try studio.reader.jobState("a")?.snapshotSeen == hash("s"))
    _ = try studio.queue("a")
    #expect(try studio.reader.jobState("a")?.lastDue == late)
    #expect(try studio.reader.runs().map(\.dueAt) == [late, early, nil])
  }

  @Test("the same spec runs once, and its second drop is a duplicate")
  func specs() throws {
    let studio = try TemporaryLedger()
    let text = "name: tonight\n"
    var runs: [RunID?] = []
    let drops = [studio.drop(FileName("tonight.yaml")), studio.drop(FileName("again.yaml"))]
    for drop in drops {
      runs.append(
        try studio.ledger.recordSpec(
          drop, sha256: hash(text), text: text, job: "tonight", settings: "{}", seenAt: studio.now, at: studio.now))
    }
    #expect(runs == [try run("tonight/0001"), nil])
    #expect(try studio.reader.fates(of: drops).values.sorted { $0.rawValue < $1.rawValue } == [.duplicate, .taken])
    #expect(try studio.reader.spec(hash(text)) == text)
    #expect(try studio.reader.run(run("tonight/0001"))?.spec == hash(text))
  }

  @Test("a skipped run tells why and never starts")
  func skipped() throws {
    let studio = try TemporaryLedger()
    let id = try #require(
      try studio.ledger.recordSkipped(
        job: "a", trigger: .due(studio.now), settings: "{}", reason: "the last run is still going", at: studio.now))
    let record = try #require(try studio.reader.run(id))
    #expect(record.state == .skipped && record.error == "the last run is still going")
    #expect(record.startedAt == nil && record.endedAt == studio.now)
    #expect(throws: LedgerError.self) {
      try studio.ledger.startAttempt(of: id, order: "{}", snapshot: nil, weightsIn: nil, at: studio.now)
    }
    let other = try studio.queue("a")
    try studio.ledger.skip(other, reason: "removed", at: studio.now)
    #expect(try studio.reader.run(other)?.state == .skipped)
  }

  @Test("a run goes from queue to outbox, and each step leaves its times")
  func delivery() throws {
    let studio = try TemporaryLedger()
    try studio.take("a.mid", into: "bach", "a")
    let queued = studio.now
    let id = try studio.queue("bach")
    let snapshot = try #require(try studio.ledger.makeSnapshot(of: ["bach"], at: studio.now))
    studio.now += 1
    let number = try studio.ledger.startAttempt(
      of: id, order: #"{"x":1}"#, snapshot: snapshot.sha256, weightsIn: hash("in"), at: studio.now)
    #expect(number == 1)
    #expect(try studio.reader.unfinishedRuns().map(\.id) == [id])
    studio.now += 1
    let weights = studio.weights("w", run: id, snapshot: snapshot.sha256, parents: [hash("in")])
    let song = try studio.song(of: id, weights)
    try studio.ledger.recordReady(id, weights: weights, songs: [song], at: studio.now)
    #expect(try studio.reader.run(id)?.state == .ready)
    #expect(try studio.reader.songsInOutbox().isEmpty)
    studio.now += 1
    try studio.ledger.recordDelivered(id, at: studio.now)
    let record = try #require(try studio.reader.run(id))
    #expect(record.state == .delivered && record.attempts == 1 && record.songs == 1)
    #expect(record.queuedAt == queued && record.startedAt == queued + 1 && record.endedAt == queued + 2)
    #expect(record.weightsIn == hash("in") && record.weightsOut == hash("w"))
    #expect(try studio.reader.order(of: id) == #"{"x":1}"#)
    #expect(record.snapshot == snapshot.sha256)
    var delivered = song
    delivered.deliveredAt = studio.now
    #expect(try studio.reader.songs() == [delivered])
    #expect(try studio.reader.weights() == [weights])
    #expect(try studio.reader.attempts(of: id).map(\.outcome) == ["done"])
    #expect(throws: LedgerError.self) { try studio.ledger.recordDelivered(id, at: studio.now) }
  }

  @Test("an interrupted run is queued at once, later after 1, 4, 16 and 60 minutes, and counts no failure")
  func interruptions() throws {
    let studio = try TemporaryLedger()
    let id = try studio.start("a")
    for minutes: Double? in [nil, 1, 4, 16, 60, 60] {
      let state = try studio.ledger.finishAttempt(
        of: id, .interrupted(error: "killed", progressed: true), at: studio.now)
      #expect(state == .queued)
      let record = try #require(try studio.reader.run(id))
      #expect(record.notBefore == minutes.map { studio.now + $0 * 60 })
      #expect(record.failures == 0)
      studio.now += 3600
      _ = try studio.ledger.startAttempt(of: id, order: "{}", snapshot: nil, weightsIn: nil, at: studio.now)
    }
    #expect(try studio.reader.run(id)?.attempts == 7)
  }

  @Test("three interruptions in a row without progress fail a run")
  func noProgress() throws {
    let studio = try TemporaryLedger()
    let id = try studio.start("a")
    let progress = [false, false, true, false, false, false]
    var states: [RunState] = []
    for progressed in progress {
      states.append(
        try studio.ledger.finishAttempt(of: id, .interrupted(error: "killed", progressed: progressed), at: studio.now))
      guard states.last == .queued else { break }
      _ = try studio.ledger.startAttempt(of: id, order: "{}", snapshot: nil, weightsIn: nil, at: studio.now)
    }
    #expect(states == [.queued, .queued, .queued, .queued, .queued, .failed])
    #expect(try studio.reader.run(id)?.error?.contains("three interruptions") == true)
  }

  @Test("a stopped run is queued at once and nothing is counted")
  func stopped() throws {
    let studio = try TemporaryLedger()
    let id = try studio.start("a")
    #expect(try studio.ledger.finishAttempt(of: id, .stopped, at: studio.now) == .queued)
    let record = try #require(try studio.reader.run(id))
    #expect(record.notBefore == nil && record.interruptions == 0 && record.failures == 0 && record.error == nil)
  }

  @Test("a failed run waits 1, 4, 16 … minutes and fails when its retries are used up")
  func failures() throws {
    let studio = try TemporaryLedger()
    let id = try studio.start("a")
    for minutes: Double in [1, 4] {
      let state = try studio.ledger.finishAttempt(of: id, .failed(error: "crash", retries: 2), at: studio.now)
      #expect(state == .waiting)
      let time = studio.now + minutes * 60
      #expect(try studio.reader.run(id)?.notBefore == time)
      #expect(try studio.reader.runsToDo(at: time - 1, blockedAtOnce: true).isEmpty)
      #expect(try studio.reader.runsToDo(at: time).map(\.id) == [id])
      studio.now = time
      _ = try studio.ledger.startAttempt(of: id, order: "{}", snapshot: nil, weightsIn: nil, at: studio.now)
    }
    #expect(try studio.ledger.finishAttempt(of: id, .failed(error: "crash", retries: 2), at: studio.now) == .failed)
    let record = try #require(try studio.reader.run(id))
    #expect(record.endedAt == studio.now && record.error == "crash" && record.notBefore == nil)
    #expect(try studio.reader.attempts(of: id).map(\.outcome) == ["failed", "failed", "failed"])
  }

  @Test("a fault of data or spec fails a run at once, started or not")
  func refused() throws {
    let studio = try TemporaryLedger()
    for id in [try studio.start("a"), try studio.queue("a")] {
      #expect(try studio.ledger.finishAttempt(of: id, .refused(error: "no such corpus"), at: studio.now) == .failed)
    }
  }

  @Test("a blocked run is tried each minute, by a pass at once, and counts no failure")
  func blocked() throws {
    let studio = try TemporaryLedger()
    let id = try studio.start("a")
    #expect(try studio.ledger.finishAttempt(of: id, .blocked(error: "disk full"), at: studio.now) == .blocked)
    #expect(try studio.reader.runsToDo(at: studio.now).isEmpty)
    #expect(try studio.reader.runsToDo(at: studio.now, blockedAtOnce: true).map(\.id) == [id])
    #expect(try studio.reader.runsToDo(at: studio.now + 60).map(\.id) == [id])
    #expect(try studio.reader.run(id)?.failures == 0)
    #expect(try studio.ledger.finishAttempt(of: id, .blocked(error: "disk full"), at: studio.now) == .blocked)
  }

  @Test("a retry begins the counts afresh, of failed, waiting and blocked runs alone")
  func retry() throws {
    let studio = try TemporaryLedger()
    let id = try studio.start("a")
    #expect(throws: LedgerError.self) { try studio.ledger.retry(id, at: studio.now) }
    _ = try studio.ledger.finishAttempt(of: id, .failed(error: "crash", retries: 0), at: studio.now)
    try studio.ledger.retry(id, at: studio.now)
    let record = try #require(try studio.reader.run(id))
    #expect(record.state == .queued && record.failures == 0 && record.error == nil && record.endedAt == nil)
    #expect(record.attempts == 1)
    #expect(throws: LedgerError.self) { try studio.ledger.retry(id, at: studio.now) }
    #expect(throws: LedgerError.self) { try studio.ledger.retry(run("none/0001"), at: studio.now) }
  }

  @Test("cancelling ends open runs alone")
  func cancel() throws {
    let studio = try TemporaryLedger()
    let (running, queued, delivered) = (
      try studio.start("a"), try studio.queue("a"), try studio.deliver("b", weights: "w")
    )
    try studio.ledger.cancel(running, at: studio.now)
    #expect(try studio.reader.attempts(of: running).map(\.outcome) == ["cancelled"])
    #expect(
      try studio.ledger.cancelRunsNotStarted(ofJob: "a", reason: "the job was removed", at: studio.now) == [queued])
    #expect(try studio.reader.run(queued)?.error == "the job was removed")
    #expect(throws: LedgerError.self) { try studio.ledger.cancel(delivered, at: studio.now) }
  }

  @Test("runs are done in the order in which they were queued, and open ones are known")
  func queueOrder() throws {
    let studio = try TemporaryLedger()
    let ids = try ["b", "a", "c"].map { try studio.queue($0) }
    #expect(try studio.reader.runsToDo(at: studio.now).map(\.id) == ids)
    #expect(try studio.reader.queue().map(\.id) == ids)
    #expect(try studio.reader.hasOpenRun(ofJob: "a"))
    try studio.ledger.cancel(ids[1], at: studio.now)
    #expect(try !studio.reader.hasOpenRun(ofJob: "a"))
    #expect(try studio.reader.runs(ofJob: "a", in: [.cancelled]).map(\.id) == [ids[1]])
    #expect(try studio.reader.runs(ofJob: "a", in: []).isEmpty)
  }
}
