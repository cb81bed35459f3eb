import Identity
import Jobs
import Ledger
import Testing

@testable import Studio

@Suite("The queue, and what its runs cost")
struct QueueTests {
  @Test("runs of a higher priority are started first, those of one in the order in which they were queued")
  func priority() throws {
    let jobs = ["a", "b", "c", "d"].enumerated().map { number, name in
      "  \(name): {corpus: bach, priority: \([0, -1, 7, 0][number]), train: {iterations: 1}}\n"
    }
    let studio = try TemporaryStudio(jobs: "version: 1\nstudio: {settle: 0s}\njobs:\n" + jobs.joined())
    studio.launcher = StandInLauncher([.hang(listens: true)])
    try studio.write("inbox/bach/a.mid", TestMIDI.file(pitch: 60))
    let session = try studio.session()
    _ = try session.takeIn()
    for name in ["a", "b", "c", "d"] { _ = try session.queue(job: name, request: name) }
    #expect(try studio.reader.queue().map(\.id.job) == ["c", "a", "d", "b"])
    try session.supervisor.startNext(session.jobs.file, blockedAtOnce: false)
    #expect(session.supervisor.active.keys.map(\.job) == ["c"])
  }

  @Test("a training that would not fit into memory is refused with the figure, and no worker is started")
  func fits() throws {
    let studio = try TemporaryStudio(
      jobs:
        "version: 1\nstudio: {settle: 0s}\njobs: {a: {corpus: bach, train: {network: {hidden: 16384, layers: 16}}}}\n")
    let launcher = StandInLauncher()
    studio.launcher = launcher
    try studio.write("inbox/bach/a.mid", TestMIDI.file(pitch: 60))
    #expect(try studio.pass("a").status == 1)
    let error = try #require(try studio.reader.runs().first?.error)
    #expect(error.contains("MiB of memory; there are"))
    #expect(launcher.launched == 0)
  }

  @Test("what a job's next run costs is reckoned from those that were delivered")
  func estimates() throws {
    let studio = try TemporaryStudio()
    studio.launcher = StandInLauncher([.finish])
    try studio.write("inbox/bach/a.mid", TestMIDI.file(pitch: 60))
    try studio.pass("chorales")
    let report = StatusReport(paths: studio.paths, environment: studio.environment)
    let estimate = try #require(report.jobs.first?.estimate)
    #expect(estimate.runs == 1 && (0..<1).contains(estimate.seconds ?? -1) && (estimate.memory ?? 0) > 1 << 20)
    let job = try #require(try studio.session().jobs.file.jobs.first)
    func past(_ seconds: Double, _ iterations: Int?) -> PastWork {
      PastWork(seconds: seconds, iterations: iterations, settings: "{}")
    }
    // Ten iterations are asked for now: those of before took 2, 3 and 40 seconds each.
    let reckoned = RunEstimate(job, past: [past(20, 10), past(60, 20), past(400, 10)])
    #expect(reckoned?.seconds == 30 && reckoned?.runs == 3)
    #expect(reckoned?.told.hasPrefix("about 30 s, at least ") == true)
  }
}
