import Foundation
import GRDB
import Identity
import Testing

@testable import Ledger

@Suite("Jobs, problems and requests")
struct JobTests {
  @Test("a schedule that is new or changed has missed nothing; the same one again keeps its due time")
  func schedules() throws {
    let studio = try TemporaryLedger()
    let first = try studio.ledger.recordSchedule(ofJob: "a", "0 3 * * *", at: studio.now)
    #expect(first.scheduleSince == studio.now && first.lastDue == nil)
    let due = studio.now + 60
    _ = try studio.ledger.queueRun(ofJob: "a", trigger: .due(due), settings: "{}", at: due)
    #expect(try studio.ledger.recordSchedule(ofJob: "a", "0 3 * * *", at: due + 60).lastDue == due)
    let changed = try studio.ledger.recordSchedule(ofJob: "a", "0 4 * * *", at: due + 60)
    #expect(changed.lastDue == nil && changed.scheduleSince == due + 60 && changed.counter == 1)
  }

  @Test("a job by hand that gets no schedule is recorded once")
  func byHand() throws {
    let studio = try TemporaryLedger()
    _ = try studio.ledger.recordSchedule(ofJob: "a", nil, at: studio.now)
    #expect(try studio.ledger.recordSchedule(ofJob: "a", nil, at: studio.now + 60).scheduleSince == studio.now)
  }

  @Test("times passed over and a corrected clock are remembered")
  func passedOver() throws {
    let studio = try TemporaryLedger()
    _ = try studio.ledger.recordSchedule(ofJob: "a", "@daily", at: studio.now)
    try studio.ledger.recordPassedOver(job: "a", due: studio.now + 60)
    try studio.ledger.recordPassedOver(job: "a", due: studio.now)
    #expect(try studio.reader.jobState("a")?.lastDue == studio.now + 60)
    try studio.ledger.restartSchedules(at: studio.now - 86_400)
    let state = try studio.reader.jobState("a")
    #expect(state?.lastDue == nil && state?.scheduleSince == studio.now - 86_400)
  }

  @Test("a problem keeps the time at which it was first told, until it is cleared")
  func problems() throws {
    let studio = try TemporaryLedger()
    try studio.ledger.setProblem("disk", message: "full", remedy: "make room", at: studio.now)
    try studio.ledger.setProblem("disk", message: "fuller", remedy: "make room", at: studio.now + 60)
    #expect(
      try studio.reader.problems() == [
        Problem(code: "disk", message: "fuller", remedy: "make room", since: studio.now)
      ])
    try studio.ledger.clearProblem("disk")
    #expect(try studio.reader.problems().isEmpty)
  }

  @Test("a pass replaces the problems of its codes and leaves the others")
  func replacing() throws {
    let studio = try TemporaryLedger()
    let problem = { (code: String, subject: String, since: Date) in
      Problem(code: code, subject: subject, message: "m", remedy: "r", since: since)
    }
    for (code, subject) in [("a", "1"), ("a", "2"), ("b", "1")] {
      try studio.ledger.setProblem(code, subject: subject, message: "m", remedy: "r", at: studio.now)
    }
    let later = studio.now + 60
    try studio.ledger.replaceProblems(ofCodes: ["a"], with: [problem("a", "2", later), problem("a", "3", later)])
    #expect(
      try studio.reader.problems() == [
        problem("a", "2", studio.now), problem("b", "1", studio.now), problem("a", "3", later),
      ])
    try studio.ledger.clearProblem("a", subject: "3")
    #expect(try studio.reader.problems().count == 2)
  }

  @Test("the same again writes nothing")
  func quietPass() throws {
    let studio = try TemporaryLedger()
    let problem = Problem(code: "a", message: "m", remedy: "r", since: studio.now)
    let pass = {
      _ = try studio.ledger.recordSchedule(ofJob: "a", "@daily", at: studio.now)
      try studio.ledger.recordConfiguration("version: 1", sha256: hash("version: 1"), jobs: [], at: studio.now)
      try studio.ledger.replaceProblems(ofCodes: ["a"], with: [problem])
      try studio.ledger.clearProblem("b")
    }
    try pass()
    let changes = { studio.ledger.pool.writeWithoutTransaction { $0.totalChangesCount } }
    let before = changes()
    studio.now += 60
    try pass()
    #expect(changes() == before)
  }

  @Test("the last good configuration stays until another one comes")
  func configuration() throws {
    let studio = try TemporaryLedger()
    for text in ["version: 1", "version: 1\n"] {
      try studio.ledger.recordConfiguration(text, sha256: hash(text), jobs: [], at: studio.now)
      #expect(
        try studio.reader.configuration()
          == ConfigurationRecord(text: text, sha256: hash(text), loadedAt: studio.now))
    }
  }

  @Test("a configuration that no longer names a job cancels its queued runs, and no other's, as it is recorded")
  func removedJob() throws {
    let studio = try TemporaryLedger()
    for job in ["kept", "gone"] {
      _ = try studio.ledger.queueRun(ofJob: job, trigger: .request("r"), settings: "{}", at: studio.now)
    }
    try studio.ledger.recordConfiguration("b", sha256: hash("b"), jobs: ["kept"], at: studio.now)
    #expect(try studio.reader.queue().map(\.id.job) == ["kept"])
    let gone = try #require(try studio.reader.lastRun(ofJob: "gone"))
    #expect(gone.state == .cancelled && gone.error == "its job was removed from jobs.yaml")
  }

  @Test("a request is done once")
  func requests() throws {
    let studio = try TemporaryLedger()
    #expect(try !studio.reader.isRequestDone("r"))
    #expect(try studio.ledger.recordRequest("r", kind: "cancel", at: studio.now))
    #expect(try !studio.ledger.recordRequest("r", kind: "cancel", at: studio.now))
    #expect(try studio.reader.isRequestDone("r"))
  }
}
