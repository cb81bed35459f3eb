import Foundation
import Glibc
import Identity
import Jobs
import Ledger
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

  @Test("a second owner is told the first one's pid")
  func busy() throws {
    let studio = try studio("schedule: {every: 1h}")
    let first = try studio.session()
    #expect(throws: StudioError.busy(pid: getpid())) { try studio.session() }
    withExtendedLifetime(first) {}
    #expect(StudioLock.holder(at: studio.paths.lock, files: studio.files)?.pid == getpid())
  }
}
