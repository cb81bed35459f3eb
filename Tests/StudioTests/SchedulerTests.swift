import Foundation
import Glibc
import Identity
import Jobs
import Ledger
import Logging
import Testing

@testable import Studio

@Suite("Schedules in a studio")
struct SchedulerTests {
  private func studio(_ fields: String) throws -> TemporaryStudio {
    let jobs = """
      version: 1
      studio: {poll: 100ms, settle: 0s}
      jobs:
        nightly:
          \(fields)
          corpus: bach
          train: {representation: steps, iterations: 10}

      """
    let studio = try TemporaryStudio(jobs: jobs)
    studio.clock.set(1_780_000_000)
    return studio
  }

  private func states(_ studio: TemporaryStudio) throws -> [RunState] { try studio.reader.runs().map(\.state) }

  @Test("a new job has missed nothing; it is due at its next time and not twice")
  func due() throws {
    let studio = try studio("schedule: {every: 1h}")
    let session = try studio.session()
    #expect(try session.scheduler.look(session.jobs.file) == 0)
    studio.clock.advance(3599)
    #expect(try session.scheduler.look(session.jobs.file) == 0)
    studio.clock.advance(2)
    #expect(try session.scheduler.look(session.jobs.file) == 1)
    #expect(try session.scheduler.look(session.jobs.file) == 0)
    #expect(try states(studio) == [.queued])
  }

  @Test("however many times were missed, one run makes up for them")
  func missed() throws {
    let studio = try studio("schedule: {every: 1h}")
    _ = try studio.session().scheduler.look(studio.session().jobs.file)
    studio.clock.advance(10 * 3600 + 1800)
    let session = try studio.session()
    #expect(try session.scheduler.look(session.jobs.file) == 1)
    #expect(try session.scheduler.look(session.jobs.file) == 0)
    #expect(try states(studio).count == 1)
  }

  @Test(
    "with missed: skip, and beyond missed_within, a missed time makes no run",
    arguments: [
      "schedule: {every: 4h}\n    missed: skip", "schedule: {every: 4h}\n    missed_within: 1h",
    ])
  func skipped(fields: String) throws {
    let studio = try studio(fields)
    do {
      let session = try studio.session()
      _ = try session.scheduler.look(session.jobs.file)
    }
    studio.clock.advance(6 * 3600)
    let session = try studio.session()
    #expect(try session.scheduler.look(session.jobs.file) == 0)
    studio.clock.advance(2 * 3600 + 1)
    #expect(try session.scheduler.look(session.jobs.file) == 1)
  }

  @Test("while the last run is open a due time is skipped, or queued once")
  func overlap() throws {
    for (policy, expected) in [
      ("skip", [RunState.queued, .skipped, .skipped]), ("queue", [.running, .queued, .skipped]),
    ] {
      let studio = try studio("schedule: {every: 1h}\n    overlap: \(policy)")
      studio.launcher = StandInLauncher([.hang(listens: true)])
      try studio.write("inbox/bach/a.mid", TestMIDI.file(pitch: 60))
      let session = try studio.session()
      _ = try session.takeIn()
      _ = try session.scheduler.look(session.jobs.file)
      for _ in 1...3 {
        studio.clock.advance(3601)
        _ = try session.scheduler.look(session.jobs.file)
        if policy == "queue" { try session.supervisor.startNext(session.jobs.file, blockedAtOnce: false) }
      }
      #expect(try states(studio) == expected)
    }
  }

  @Test("a change of the corpus makes one run after the quiet time, a duplicate none")
  func change() throws {
    let studio = try studio("schedule: {when: corpus-changes, quiet: 60s}")
    let session = try studio.session()
    #expect(try session.scheduler.look(session.jobs.file) == 0)
    try studio.write("inbox/bach/a.mid", TestMIDI.file(pitch: 60))
    _ = try session.takeIn()
    studio.clock.advance(59)
    #expect(try session.scheduler.look(session.jobs.file) == 0)
    studio.clock.advance(1)
    #expect(try session.scheduler.look(session.jobs.file) == 1)
    try session.supervisor.startNext(session.jobs.file, blockedAtOnce: false)
    try session.supervisor.poll()
    #expect(try states(studio) == [.delivered])
    try studio.write("inbox/bach/again.mid", TestMIDI.file(pitch: 60))
    _ = try session.takeIn()
    studio.clock.advance(3600)
    #expect(try session.scheduler.look(session.jobs.file) == 0)
  }

  @Test("500 files that come over ten minutes make one run, of all of them")
  func quiet() throws {
    let studio = try studio("schedule: {when: corpus-changes, quiet: 60s}")
    let session = try studio.session()
    for batch in 0..<50 {
      for number in 0..<10 {
        try studio.write(
          "inbox/bach/\(batch)-\(number).mid", TestMIDI.file(pitch: 60, velocities: [batch + 1, number + 1]))
      }
      #expect(try session.takeIn().decided == 10)
      #expect(try session.scheduler.look(session.jobs.file) == 0)
      studio.clock.advance(12)
    }
    studio.clock.advance(47)
    #expect(try session.scheduler.look(session.jobs.file) == 0)
    studio.clock.advance(1)
    #expect(try session.scheduler.look(session.jobs.file) == 1)
    studio.clock.advance(3600)
    #expect(try session.scheduler.look(session.jobs.file) == 0)
    try session.supervisor.startNext(session.jobs.file, blockedAtOnce: false)
    try session.supervisor.poll()
    let run = try #require(try studio.reader.runs().first)
    #expect(try run.snapshot.flatMap { try studio.reader.snapshot($0)?.files.count } == 500)
    #expect(try states(studio) == [.delivered])
  }

  @Test("whatever a clock does, a time is run once and none is left out silently")
  func jumps() throws {
    // The first of January 1970 plus 20,000 days is a midnight in UTC.
    let midnight = 20_000.0 * 86_400
    // From where the clock is set to where, in hours from midnight; the due times, in days; what the log tells.
    for (from, jump, missed, expected, tells) in [
      // Back by an hour, over the time that was just kept: it is not run again.
      (3.5, 2.5, "run-once", [0.0, 1], ""), (3.5, 2.5, "skip", [0, 1], ""),
      // Back by a day, which is a correction: the day before has its time, this day's is not run again.
      (3.5, -22, "run-once", [-1, 0], "count from now"),
      // Forward over the next day's time by two hours: it is made up for, or passed over and told.
      (26.5, 28.5, "run-once", [0, 1, 2, 3], ""), (26.5, 28.5, "skip", [0, 2, 3], "is passed over"),
      // Forward by two days, which is a correction: what lies between was not missed.
      (3.5, 53, "run-once", [0, 3, 4], "count from now"),
    ] {
      let studio = try studio("schedule: \"0 3 * * *\"\n    timezone: UTC\n    overlap: queue\n    missed: \(missed)")
      let told = HeardLog()
      studio.log = Logger(label: "test") { _ in told }
      studio.clock.set(midnight + 2 * 3600)
      let session = try studio.session()
      func days(_ count: Double) throws {
        for _ in 0..<Int(count * 24 * 6) {
          _ = try session.scheduler.look(session.jobs.file)
          // Each run is done at once.
          for run in try studio.reader.queue() { try session.cancel(run.id) }
          studio.clock.advance(600)
        }
      }
      try days((from - 2) / 24)
      studio.clock.set(midnight + jump * 3600)
      try days(2)
      let due = try studio.reader.runs().compactMap { run in
        run.dueAt.map { ($0.timeIntervalSince1970 - midnight - 3 * 3600) / 86_400 }
      }
      #expect(due.sorted() == expected, "\(from) to \(jump), \(missed)")
      let lines = told.lines.filter { $0.contains("passed over") || $0.contains("count from now") }
      #expect(tells.isEmpty ? lines.isEmpty : lines.count == 1 && lines[0].contains(tells))
    }
  }

  @Test("an interval goes on in real time when the clock is put back by less than three hours, as status tells")
  func intervalPutBack() throws {
    let studio = try studio("schedule: {every: 1h}\n    overlap: queue")
    let session = try studio.session()
    _ = try session.scheduler.look(session.jobs.file)
    studio.clock.advance(3600)
    #expect(try session.scheduler.look(session.jobs.file) == 1)
    for run in try studio.reader.queue() { try session.cancel(run.id) }
    studio.clock.set(1_780_000_000 - 3600)
    #expect(try session.scheduler.look(session.jobs.file) == 0)
    let told = StatusReport(paths: studio.paths, environment: studio.environment).jobs.first?.next.first?.time
    #expect(told?.seconds == 1_780_000_000)
    studio.clock.advance(3599)
    #expect(try session.scheduler.look(session.jobs.file) == 0)
    studio.clock.advance(1)
    #expect(try session.scheduler.look(session.jobs.file) == 1)
  }

  @Test("minutes that a clock which was put back shows again are run once; those that it had not kept are run")
  func cronPutBack() throws {
    let midnight = 20_000.0 * 86_400
    let studio = try studio("schedule: \"*/10 * * * *\"\n    timezone: UTC\n    overlap: queue")
    studio.clock.set(midnight + 7200 + 60)
    let session = try studio.session()
    func minutes(_ count: Int) throws {
      for _ in 0..<count {
        _ = try session.scheduler.look(session.jobs.file)
        for run in try studio.reader.queue() { try session.cancel(run.id) }
        studio.clock.advance(60)
      }
    }
    try minutes(20)
    // Now 2:21, with runs of 2:10 and 2:20; the hour before was never seen.
    studio.clock.set(midnight + 3600 + 2700)
    try minutes(60)
    let due = try studio.reader.runs().compactMap { $0.dueAt.map { ($0.timeIntervalSince1970 - midnight) / 60 } }
    #expect(due.sorted() == [110, 120, 130, 140, 150, 160])
  }

  @Test("a fixed time that was kept is told by status for the next day, though the clock was put back over it")
  func fixedPutBack() throws {
    let midnight = 20_000.0 * 86_400
    let studio = try studio("schedule: \"0 3 * * *\"\n    timezone: UTC")
    studio.clock.set(midnight + 10_000)
    let session = try studio.session()
    _ = try session.scheduler.look(session.jobs.file)
    studio.clock.set(midnight + 11_000)
    #expect(try session.scheduler.look(session.jobs.file) == 1)
    studio.clock.set(midnight + 10_000)
    #expect(try session.scheduler.look(session.jobs.file) == 0)
    let told = StatusReport(paths: studio.paths, environment: studio.environment).jobs.first?.next.first?.time
    #expect(told?.seconds == 20_001 * 86_400 + 10_800)
  }

  @Test("when the clock is set by more than three hours, times count from then")
  func correction() throws {
    let studio = try studio("schedule: {every: 1h}")
    let session = try studio.session()
    _ = try session.scheduler.look(session.jobs.file)
    studio.clock.set(1_780_000_000 + 86_400)
    #expect(try session.scheduler.look(session.jobs.file) == 0)
    studio.clock.set(1_780_000_000)
    #expect(try session.scheduler.look(session.jobs.file) == 0)
    studio.clock.advance(3601)
    #expect(try session.scheduler.look(session.jobs.file) == 1)
  }

  @Test("a clock that was set while the ledger could not be written is noticed with the next look")
  func unrecordedCorrection() throws {
    let studio = try studio("schedule: {every: 1h}")
    // The first two: jobs.yaml, and the job's schedule.
    studio.steps = FailingSteps(.recordSchedule, LedgerError.machine(.diskFull, "no space"), after: 2)
    let session = try studio.session()
    _ = try session.scheduler.look(session.jobs.file)
    studio.clock.set(1_780_000_000 + 86_400)
    #expect(throws: LedgerError.self) { try session.scheduler.look(session.jobs.file) }
    #expect(try session.scheduler.look(session.jobs.file) == 0)
    studio.clock.advance(3601)
    #expect(try session.scheduler.look(session.jobs.file) == 1)
  }

  @Test("a bad edit leaves the last good version in force; a removed job's queued runs are cancelled")
  func edits() throws {
    let studio = try studio("schedule: {every: 1h}")
    let session = try studio.session()
    _ = try session.queue(job: "nightly", request: "r1")
    try studio.write("jobs.yaml", Array("version: 1\njobs: {nightly: {corpsu: bach}}\n".utf8))
    #expect(try !session.jobs.reload())
    #expect(session.jobs.file.jobs.map(\.name) == ["nightly"])
    try session.tellProblems()
    #expect(try studio.reader.problems().map(\.code) == ["bad-config"])
    #expect(try states(studio) == [.queued])
    try studio.write("jobs.yaml", Array("version: 1\njobs: {}\n".utf8))
    #expect(try session.jobs.reload())
    try session.tellProblems()
    #expect(try studio.reader.problems().isEmpty)
    #expect(try states(studio) == [.cancelled])
  }

  @Test("an edit that could not be recorded is taken up with the next look")
  func unrecordedEdit() throws {
    let studio = try studio("schedule: {every: 1h}")
    studio.steps = FailingSteps(.recordSchedule, LedgerError.machine(.diskFull, "no space"), after: 1)
    let session = try studio.session()
    _ = try session.queue(job: "nightly", request: "r1")
    try studio.write("jobs.yaml", Array("version: 1\njobs: {}\n".utf8))
    #expect(throws: LedgerError.self) { try session.jobs.reload() }
    #expect(try session.jobs.reload())
    #expect(session.jobs.file.jobs.isEmpty)
    #expect(try states(studio) == [.cancelled])
  }

  @Test("a pass with a bad edit is made by the last good version, and exits as that pass")
  func passWithBadEdit() throws {
    let studio = try studio("schedule: {every: 1h}")
    #expect(try studio.pass().status == 0)
    try studio.write("jobs.yaml", Array("version: 1\njobs: {nightly: {corpsu: bach}}\n".utf8))
    #expect(try studio.pass().status == 0)
    #expect(try studio.reader.problems().map(\.code) == ["bad-config"])
    try studio.pass("nightly")
    #expect(try states(studio).count == 1)
    let other = try TemporaryStudio(jobs: "version: 1\njobs: {nightly: {corpsu: bach}}\n")
    let error = #expect(throws: StudioError.self) { try other.pass() }
    #expect(error?.exitStatus == 65)
  }

  @Test("a second owner is told the first one's pid")
  func busy() throws {
    let studio = try studio("schedule: {every: 1h}")
    let first = try studio.session()
    #expect(throws: StudioError.busy(pid: getpid())) { try studio.session() }
    withExtendedLifetime(first) {}
    #expect(StudioLock.holder(at: studio.paths.lock, files: studio.files)?.pid == getpid())
  }
}
