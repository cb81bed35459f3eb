import Foundation
import Glibc
import Identity
import Jobs
import Ledger
import Testing
import Work

@testable import Studio

@Suite("Runs and their workers")
struct SupervisorTests {
  private func studio(_ acts: StandInLauncher.Act...) throws -> (TemporaryStudio, StandInLauncher) {
    try TemporaryStudio.withMusic(acts)
  }

  private func run(_ studio: TemporaryStudio) throws -> RunRecord { try #require(try studio.reader.runs().first) }

  @Test("a run that works is delivered, with its songs, its weights and its report")
  func delivered() throws {
    let (studio, _) = try studio(.finish)
    #expect(try studio.pass("chorales").status == 0)
    #expect(try run(studio).state == .delivered)
    #expect(
      studio.listing("outbox/chorales/0001") == [
        "outbox/chorales/0001/chorales-0001-01.mid", "outbox/chorales/0001/chorales-0001-02.mid",
        "outbox/chorales/0001/run.json",
      ])
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(studio.bytes("outbox/chorales/0001/run.json"))) as? [String: Any])
    #expect((report["songs"] as? [Any])?.count == 2)
    #expect(report["snapshot"] as? String == ContentHash(ofSnapshot: [ContentHash(of: TestMIDI.file(pitch: 60))]).hex)
    let weights = try #require(try studio.reader.weights().first)
    #expect(studio.exists(".ritornello/weights/\(weights.sha256).safetensors"))
    #expect(studio.listing(".ritornello/runs/chorales/0001").allSatisfy { !$0.hasSuffix(".safetensors") })
  }

  @Test("a crash costs an attempt; the next comes after a minute, and after the last the run has failed")
  func crash() throws {
    let (studio, launcher) = try studio(.exit(9))
    #expect(try studio.pass("chorales").status == 1)
    #expect(try run(studio).state == .waiting)
    #expect(try studio.pass().status == 0)
    #expect(launcher.launched == 1)
    studio.clock.advance(61)
    #expect(try studio.pass().status == 1)
    #expect(try run(studio).state == .failed)
    #expect(launcher.launched == 2)
  }

  @Test("a worker ended by a signal goes on at once the first time; three times without progress fail the run")
  func killed() throws {
    let (studio, launcher) = try studio(.die(iterations: 0))
    #expect(try studio.pass("chorales").status == 75)
    #expect(launcher.launched == 2)
    studio.clock.advance(61)
    #expect(try studio.pass().status == 1)
    #expect(try run(studio).state == .failed)
    #expect(launcher.launched == 3)
    #expect(try run(studio).failures == 0)
  }

  @Test("interruptions with progress do not add up")
  func progress() throws {
    let (studio, _) = try studio(
      .die(iterations: 10), .die(iterations: 20), .die(iterations: 30), .die(iterations: 40), .finish)
    try studio.pass("chorales")
    for _ in 1...4 {
      studio.clock.advance(3601)
      try studio.pass()
    }
    #expect(try run(studio).state == .delivered)
    #expect(try run(studio).attempts == 5)
  }

  @Test(
    "a melody is a file of a corpus or of the studio's folder, and the order names it",
    arguments: ["bach/a.mid", "tune.mid"])
  func melody(name: String) throws {
    let (studio, _) = try studio(.finish)
    try studio.write("tune.mid", TestMIDI.file(pitch: 60))
    let spec = "name: one\ncorpus: bach\ntrain: {}\ngenerate: {key: C, melody: \(name)}\n"
    try studio.write("inbox/one.yaml", Array(spec.utf8))
    #expect(try studio.pass().status == 0)
    let order = try JSONDecoder().decode(
      WorkOrder.self, from: Data(studio.bytes(".ritornello/runs/one/0001/order.json")))
    #expect(order.melody?.name == (name == "tune.mid" ? name : "a.mid"))
    #expect(order.melody?.sha256 == ContentHash(of: TestMIDI.file(pitch: 60)))
    #expect(order.generate?.order.key?.description == "C")
    if name == "tune.mid" { #expect(studio.exists(".ritornello/runs/one/0001/melody.mid")) }
  }

  @Test("a melody that is nowhere fails the run, naming the field")
  func noMelody() throws {
    let (studio, _) = try studio(.finish)
    try studio.write("inbox/one.yaml", Array("name: one\ncorpus: bach\ntrain: {}\ngenerate: {melody: x.mid}\n".utf8))
    #expect(try studio.pass().status == 1)
    #expect(try run(studio).error?.contains("melody: there is no 'x.mid'") == true)
  }

  @Test(
    "a melody that can be no file fails the run and does not block it, naming the field",
    arguments: [("notes", "is a folder"), ("big.mid", "holds more than 32 MiB"), (nil, "is too long a name")])
  func unusableMelody(name: String?, reason: String) throws {
    let (studio, _) = try studio(.finish)
    try FileManager.default.createDirectory(at: studio.url("notes"), withIntermediateDirectories: true)
    #expect(FileManager.default.createFile(atPath: studio.url("big.mid").path, contents: nil))
    #expect(truncate(studio.url("big.mid").path, (32 << 20) + 1) == 0)
    let melody = name ?? String(repeating: "x", count: 300)
    let spec = "name: one\ncorpus: bach\ntrain: {}\ngenerate: {melody: \(melody)}\n"
    try studio.write("inbox/one.yaml", Array(spec.utf8))
    #expect(try studio.pass().status == 1)
    #expect(try run(studio).state == .failed)
    let error = try #require(try run(studio).error)
    #expect(error.hasPrefix("melody: '") && error.contains(reason))
  }

  @Test("a fault of data or spec is not tried again", arguments: ["data", "spec"])
  func refused(kind: String) throws {
    let (studio, launcher) = try studio(.fail(kind == "data" ? .data : .spec))
    #expect(try studio.pass("chorales").status == 1)
    #expect(try run(studio).state == .failed)
    #expect(try run(studio).error == "it did not work")
    #expect(launcher.launched == 1)
  }

  @Test("a fault of the machine blocks the run, costs no retry, and the next pass tries it at once")
  func blocked() throws {
    let (studio, launcher) = try studio(.fail(.machine), .fail(.machine), .fail(.machine), .finish)
    #expect(try studio.pass("chorales").status == 75)
    #expect(try run(studio).state == .blocked)
    #expect(try studio.reader.problems().map(\.code) == ["run-blocked"])
    for _ in 1...2 { #expect(try studio.pass().status == 75) }
    #expect(try studio.pass().status == 0)
    #expect(try run(studio).state == .delivered)
    #expect(try studio.reader.problems().isEmpty)
    #expect(launcher.launched == 4)
  }

  @Test("a worker that cannot even write its result is blocked by the machine, not failed", arguments: [74, 75])
  func noResult(status: Int32) throws {
    let (studio, _) = try studio(.exit(status), .finish)
    #expect(try studio.pass("chorales").status == 75)
    #expect(try run(studio).state == .blocked && run(studio).failures == 0)
    #expect(try studio.pass().status == 0)
    #expect(try run(studio).state == .delivered)
  }

  @Test("a worker past its timeout is asked to stop, then killed, and costs an attempt", arguments: [true, false])
  func timeout(listens: Bool) throws {
    let (studio, launcher) = try studio(.hang(listens: listens), .finish)
    #expect(try studio.pass("chorales").status == 1)
    #expect(launcher.signals == (listens ? [SIGTERM] : [SIGTERM, SIGKILL]))
    #expect(try run(studio).error?.contains("timeout of 10m") == true)
    #expect(try run(studio).failures == 1)
  }

  @Test("what a worker only says it wrote is not delivered")
  func lie() throws {
    let (studio, _) = try studio(.lie)
    try studio.pass("chorales")
    #expect(try run(studio).state == .waiting)
    #expect(studio.listing("outbox").isEmpty)
  }

  @Test("draining stops the worker and queues the run again, with nothing counted")
  func drained() throws {
    let (studio, launcher) = try studio(.hang(listens: true))
    let session = try studio.session()
    _ = try session.takeIn()
    _ = try session.queue(job: "chorales", request: "r1")
    try session.supervisor.startNext(session.jobs.file, blockedAtOnce: false)
    try session.supervisor.drain()
    #expect(launcher.signals == [SIGTERM])
    let run = try run(studio)
    #expect(run.state == .queued && run.failures == 0 && run.interruptions == 0 && run.notBefore == nil)
  }

  @Test("on a full disk draining ends in time, without an error, and the next start queues the run again")
  func drainedOnFullDisk() throws {
    let (studio, _) = try studio(.hang(listens: true))
    studio.steps = FailingSteps(.recordInterrupted, LedgerError.machine(.diskFull, "no space"), times: .max)
    do {
      let session = try studio.session()
      _ = try session.takeIn()
      _ = try session.queue(job: "chorales", request: "r1")
      try session.supervisor.startNext(session.jobs.file, blockedAtOnce: false)
      let begun = studio.clock.monotonic
      try session.supervisor.drain()
      #expect(studio.clock.monotonic - begun < 5)
      #expect(try run(studio).state == .running)
    }
    studio.steps = UnobservedSteps()
    _ = try studio.session()
    #expect(try run(studio).state == .queued)
  }

  @Test("a worker whose end cannot be recorded keeps no other from being looked at")
  func pollAll() throws {
    let (studio, launcher) = try studio(.die(iterations: 1), .hang(listens: true))
    let second = "  second: {corpus: bach, timeout: 10m, train: {representation: steps, iterations: 10}}\n"
    let jobs = TemporaryStudio.jobs.replacing("settle: 0s", with: "settle: 0s, workers: 2") + second
    try studio.write("jobs.yaml", Array(jobs.utf8))
    studio.steps = FailingSteps(.recordInterrupted, LedgerError.machine(.diskFull, "no space"), times: .max)
    let session = try studio.session()
    _ = try session.takeIn()
    for job in ["chorales", "second"] { _ = try session.queue(job: job, request: "r1") }
    try session.supervisor.startNext(session.jobs.file, blockedAtOnce: false)
    studio.clock.advance(601)
    #expect(throws: LedgerError.self) { try session.supervisor.poll() }
    #expect(launcher.launched == 2 && launcher.signals == [SIGTERM])
  }

  @Test("what a worker that is gone had begun to write is removed, what others write in the cache is not")
  func temporaryFiles() throws {
    let (studio, launcher) = try studio(.hang(listens: true))
    let session = try studio.session()
    _ = try session.takeIn()
    let run = try #require(try session.queue(job: "chorales", request: "r1"))
    try session.supervisor.startNext(session.jobs.file, blockedAtOnce: false)
    let process = try #require(session.supervisor.active[run]?.process)
    let begun = [
      ".ritornello/runs/\(run.job)/\(run.paddedNumber)/weights.safetensors.9.tmp",
      ".ritornello/runs/\(run.job)/\(run.paddedNumber)/songs/x.mid.9.tmp", ".ritornello/cache/x.\(process).tmp",
    ]
    for name in begun + [".ritornello/cache/x.9.tmp"] { try studio.write(name, [1]) }
    launcher.signal(SIGTERM, to: process)
    try session.supervisor.poll()
    #expect(begun.allSatisfy { !studio.exists($0) })
    #expect(studio.exists(".ritornello/cache/x.9.tmp"))
  }

  @Test("a running run is cancelled once its worker is gone")
  func cancelled() throws {
    let (studio, launcher) = try studio(.hang(listens: true))
    let session = try studio.session()
    _ = try session.takeIn()
    let id = try #require(try session.queue(job: "chorales", request: "r1"))
    try session.supervisor.startNext(session.jobs.file, blockedAtOnce: false)
    try session.requests.leave(.make(.cancel, id.description, at: studio.clock.now))
    try session.actOnRequests()
    try session.supervisor.poll()
    #expect(try run(studio).state == .cancelled)
    #expect(launcher.signals == [SIGTERM])
    #expect(try session.requests.waiting().isEmpty)
  }

  @Test("a run keeps its snapshot when files come between two attempts")
  func snapshot() throws {
    let (studio, _) = try studio(.die(iterations: 5), .finish)
    let session = try studio.session()
    _ = try session.takeIn()
    _ = try session.queue(job: "chorales", request: "r1")
    try session.supervisor.startNext(session.jobs.file, blockedAtOnce: false)
    try session.supervisor.poll()
    try studio.write("inbox/bach/b.mid", TestMIDI.file(pitch: 61))
    _ = try session.takeIn()
    try session.supervisor.startNext(session.jobs.file, blockedAtOnce: false)
    try session.supervisor.poll()
    #expect(try run(studio).state == .delivered)
    #expect(try run(studio).snapshot == ContentHash(ofSnapshot: [ContentHash(of: TestMIDI.file(pitch: 60))]))
  }

  @Test("a job without music fails and says where to put it")
  func empty() throws {
    let studio = try TemporaryStudio()
    #expect(try studio.pass("chorales").status == 1)
    #expect(try run(studio).error == "there is no music in the corpus 'bach'; drop MIDI files into inbox/bach")
  }

  @Test(
    "a fault of the ledger while a result is taken in costs no second attempt",
    arguments: [
      Step.recordReady, .recordDelivered,
    ])
  func ledgerFault(step: Step) throws {
    let (studio, launcher) = try studio(.finish)
    studio.steps = FailingSteps(step, LedgerError.machine(.diskFull, "no space"))
    let session = try studio.session()
    _ = try session.takeIn()
    _ = try session.queue(job: "chorales", request: "r1")
    try session.supervisor.startNext(session.jobs.file, blockedAtOnce: false)
    #expect(throws: LedgerError.self) { try session.supervisor.poll() }
    try session.supervisor.poll()
    #expect(try run(studio).state == .delivered)
    #expect(try run(studio).attempts == 1 && launcher.launched == 1)
  }

  @Test(
    "songs whose delivery the machine blocks are delivered later, and not made again",
    arguments: [
      Step.writeWeights, .makeStaging, .writeSong, .writeReport,
    ])
  func deliveryBlocked(step: Step) throws {
    let (studio, launcher) = try studio(.finish)
    let full = FileError(code: ENOSPC, call: "write", path: FileName("song"))
    studio.steps = FailingSteps(step, full, times: 2)
    #expect(try studio.pass("chorales").status == 75)
    #expect(try studio.pass().status == 75)
    #expect(try run(studio).state == .blocked)
    #expect(try studio.pass().status == 0)
    #expect(try run(studio).state == .delivered)
    #expect(launcher.launched == 1)
  }

  @Test("what one run alone cannot get over fails it with a message, and the studio goes on", arguments: [false, true])
  func stuck(inRecovery: Bool) throws {
    let (studio, _) = try studio(.finish)
    let session = try studio.session()
    _ = try session.takeIn()
    // Another run has the path of this one's song, which the ledger refuses.
    _ = try session.ledger.queueRun(ofJob: "other", trigger: .request("r0"), settings: "{}", at: studio.clock.now)
    let other = try #require(RunID(job: "other", number: 1))
    _ = try session.ledger.startAttempt(of: other, order: "{}", snapshot: nil, weightsIn: nil, at: studio.clock.now)
    let song = SongRecord(
      id: try #require(SongID(run: other, number: 1)), path: "outbox/chorales/0001/chorales-0001-01.mid",
      sha256: ContentHash(of: []), weights: nil, snapshot: nil, seed: 1, bars: 1, notes: 1, seconds: 1)
    try session.ledger.recordReady(other, weights: nil, songs: [song], at: studio.clock.now)
    try session.ledger.recordDelivered(other, at: studio.clock.now)
    let id = try #require(try session.queue(job: "chorales", request: "r1"))
    try session.supervisor.startNext(session.jobs.file, blockedAtOnce: false)
    if inRecovery {
      try session.supervisor.recover(try #require(try studio.reader.run(id)))
    } else {
      try session.supervisor.poll()
    }
    let run = try #require(try studio.reader.run(id))
    #expect(run.state == .failed)
    #expect(run.error?.contains("cannot be delivered") == true)
  }

  @Test("the wait for another try depends on run and attempt alone, and is shorter by a tenth at most")
  func jitter() throws {
    let runs = (1...200).compactMap { RunID(job: "a", number: $0) }
    let shares = runs.map { Supervisor.jitter(of: $0, attempt: 1) }
    #expect(shares == runs.map { Supervisor.jitter(of: $0, attempt: 1) })
    #expect(shares.allSatisfy { (0..<1).contains($0) } && Set(shares).count == 200)
    #expect((0.4...0.6).contains(shares.reduce(0, +) / 200))
    let (studio, _) = try studio(.exit(9))
    try studio.pass("chorales")
    let wait = try #require(try run(studio).notBefore).timeIntervalSince(studio.clock.now)
    #expect(wait > 54 - 1 && wait <= 60)
  }
}
