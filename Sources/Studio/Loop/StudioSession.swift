import Foundation
import Glibc
import Identity
import Jobs
import Ledger
import Logging

/// A studio that this process owns: its lock is held, its ledger is open, and what a crash had left is in order.
///
/// One thread uses it; nothing here waits, except where a worker is given time for its checkpoint.
final class StudioSession {
  let paths: StudioPaths
  let environment: StudioEnvironment
  let ledger: Ledger
  let jobs: LoadedJobs
  let intake: Intake
  let supervisor: Supervisor
  let scheduler: Scheduler
  let problems: ProblemBook
  let requests: RequestFolder
  let heartbeat: Heartbeat
  let remarks: MusicRemarks
  let recovery: Recovery
  let unrecorded: UnrecordedFiles
  let metrics: MetricsFile
  /// Files of the inbox that had no fate with the last look.
  private(set) var pending = 0
  private var unrecordedDue = -Double.infinity
  private let lock: StudioLock

  /// Takes over a studio.
  ///
  /// - Parameters:
  ///   - paths: where the studio lies.
  ///   - environment: clock, files, steps, launcher and log.
  ///   - word: what this process is, `watch` or `run`, for people who read the lock.
  ///   - lateness: how late a due time may be found and still count as kept, in seconds.
  /// - Throws: `StudioError.busy` where another process owns it; `FileError`, `LedgerError`.
  init(paths: StudioPaths, environment: StudioEnvironment, word: String, lateness: Double) throws {
    self.paths = paths
    self.environment = environment
    try environment.makeFolders(paths.hidden)
    if let name = FileSystemKind.remoteName(of: paths.hidden, files: environment.files) {
      throw StudioError.networkFileSystem(name)
    }
    lock = try StudioLock(at: paths.lock, word: word, files: environment.files, clock: environment.clock)
    do {
      ledger = try Ledger(studio: paths.root.text ?? paths.root.shown)
    } catch let error as LedgerError {
      let problem = Problem(error, doing: "the ledger cannot be opened", at: environment.clock.now)
      ProblemFile.write([problem], paths.problems, environment)
      throw error
    }
    let ledger = self.ledger
    problems = ProblemBook(
      path: paths.problems, environment: environment, earlier: try ledger.reader.problems()
    ) { found in
      let codes = Set(found.map(\.code)).union(try ledger.reader.problems().map(\.code))
      try ledger.replaceProblems(ofCodes: codes, with: found)
    }
    supervisor = Supervisor(paths: paths, environment: environment, ledger: ledger)
    intake = Intake(paths: paths, environment: environment, ledger: ledger)
    scheduler = Scheduler(environment: environment, ledger: ledger, lateness: lateness)
    requests = RequestFolder(paths: paths, environment: environment)
    metrics = MetricsFile(paths: paths, environment: environment, reader: ledger.reader)
    remarks = MusicRemarks(paths: paths, environment: environment, ledger: ledger)
    heartbeat = Heartbeat(path: paths.heartbeat, environment: environment)
    unrecorded = UnrecordedFiles(paths: paths, environment: environment, reader: ledger.reader)
    recovery = Recovery(
      paths: paths, environment: environment, ledger: ledger, supervisor: supervisor, intake: intake,
      unrecorded: unrecorded)
    try recovery.makeFolders()
    jobs = try LoadedJobs(paths: paths, environment: environment, ledger: ledger)
    problems.replace(try recovery.recover(), from: "recovery")
    try lookAtUnrecorded()
    heartbeat.beat()
  }

  /// Deletes the weights that jobs no longer keep.
  func prune() throws {
    try Pruning(paths: paths, environment: environment, ledger: ledger).prune(jobs.file)
  }

  /// Looks at the inbox once.
  func takeIn(isEnough: () -> Bool = { false }) throws -> Intake.Look {
    let look = try intake.look(configuration: jobs.file, isEnough: isEnough)
    problems.replace(look.problems, from: "intake")
    pending = look.pending
    supervisor.isIntakeFaulty = look.machineError != nil
    supervisor.holdsNewRuns = look.isFaultOurs
    return look
  }

  /// Acts on what other commands ask for.
  ///
  /// - Returns: how many there were.
  /// - Throws: `FileError`, `LedgerError` where the machine fails.
  @discardableResult
  func actOnRequests() throws -> Int {
    let waiting = try requests.waiting()
    // A job that was written a moment ago is known to the person who asks for it.
    if !waiting.isEmpty { try jobs.reload() }
    for request in waiting {
      do {
        try act(on: request)
      } catch let error as LedgerError where error.machineFault == nil {
        environment.log.warning("the request to \(request.kind.rawValue) \(request.target) is refused: \(error)")
      } catch let error as StudioError {
        environment.log.warning("the request to \(request.kind.rawValue) \(request.target) is refused: \(error)")
      }
      try requests.remove(request)
    }
    return waiting.count
  }

  private func act(on request: StudioRequest) throws {
    switch request.kind {
    case .run: _ = try queue(job: request.target, request: request.id)
    case .cancel: try cancel(try runID(request.target))
    case .retry: try retry(try runID(request.target))
    }
  }

  private func runID(_ text: String) throws -> RunID {
    guard let id = RunID(text) else { throw StudioError.refused("'\(FileName(text).shown)' is no run's id") }
    return id
  }

  /// Queues a run of a job now.
  ///
  /// - Returns: the run; nil where this request made one before.
  func queue(job name: String, request: String) throws -> RunID? {
    guard let job = jobs.file.job(named: name) else {
      throw StudioError.noJob(name, jobs.file.jobs.map(\.name))
    }
    let settings = try JSONText.of(job)
    let run = try environment.make(.recordQueued) {
      try ledger.queueRun(ofJob: name, trigger: .request(request), settings: settings, at: environment.clock.now)
    }
    if let run {
      environment.log.info("\(run) is queued, as asked", metadata: ["event": "run-queued", "run": "\(run)"])
    }
    return run
  }

  /// Cancels a run; a running one ends when its worker is gone.
  func cancel(_ run: RunID) throws {
    if supervisor.active[run] != nil {
      supervisor.stop(run, .cancelled)
      return
    }
    try environment.make(.recordCancelled) {
      try ledger.cancel(run, reason: "cancelled on request", at: environment.clock.now)
    }
    try? RunFiles(run, paths: paths, environment: environment).removeWorkings()
  }

  /// Queues a run again that did not get through.
  ///
  /// Where its corpora hold something else by now, it begins anew.
  func retry(_ run: RunID) throws {
    let record = try ledger.reader.run(run)
    try environment.make(.recordQueued) { try ledger.retry(run, at: environment.clock.now) }
    guard let record, record.state == .failed, let spec = try? JobSpec(settings: record.settings) else { return }
    let corpora = spec.corpus.isEmpty ? spec.evaluate?.corpus ?? [] : spec.corpus
    if try ledger.reader.snapshotHash(ofCorpora: corpora) != record.snapshot {
      try environment.removeTree(paths.run(run))
    }
  }

  /// Moves in what is ready and could not be delivered before.
  func deliverReady() throws {
    var found: [Problem] = []
    for run in try ledger.reader.runs(in: [.ready]) {
      do {
        try supervisor.delivery.moveIn(run.id)
      } catch let error as FileError {
        var problem = Problem(error, doing: "\(run.id) cannot be delivered", at: environment.clock.now)
        if error.code == EEXIST { problem.remedy = "move away what stands at \(paths.delivered(run.id).shown)" }
        found.append(problem)
      } catch let error where error.isOfOneRun {
        found.append(Problem(run: run.id, error, at: environment.clock.now))
      }
    }
    problems.replace(found, from: "delivery")
  }

  /// Notes the songs that the person has moved away since the last look, or put back.
  func noticeCollected() throws {
    let watch = OutboxWatch(paths: paths, environment: environment, ledger: ledger)
    problems.replace(try watch.look(), from: "outbox")
  }

  /// Looks whether what the ledger had no row for has one by now; of much of it not too often, unless `atOnce`.
  func lookAtUnrecorded(atOnce: Bool = false) throws {
    let begun = environment.clock.monotonic
    guard atOnce || begun >= unrecordedDue else { return }
    defer {
      // It is never more than a fiftieth of the time.
      let ended = environment.clock.monotonic
      unrecordedDue = ended + 50 * (ended - begun)
    }
    let what = "what lies in .ritornello/unrecorded cannot be dealt with"
    do {
      problems.replace(try unrecorded.look(), from: "unrecorded")
    } catch let error as FileError {
      problems.add(Problem(error, doing: what, at: environment.clock.now), from: "unrecorded")
    } catch let error as LedgerError where error.machineFault != nil {
      problems.add(Problem(error, doing: what, at: environment.clock.now), from: "unrecorded")
    }
  }

  /// Records the hash of what a corpus holds, one of those that have been quiet for a while.
  func noteContent() throws {
    guard let corpus = try ledger.reader.corporaWithoutHash(changedBefore: environment.clock.now - Self.quiet).first
    else { return }
    try environment.make(.recordContent) { try ledger.recordContent(ofCorpus: corpus) }
  }

  /// Records the hashes of what all corpora hold.
  func noteContents() throws {
    for corpus in try ledger.reader.corporaWithoutHash() {
      try environment.make(.recordContent) { try ledger.recordContent(ofCorpus: corpus) }
    }
  }

  /// Seconds after its last change from which on a corpus is taken for whole for now.
  private static let quiet = 10.0

  /// Tells monitoring programs how things stand, where that is due.
  func tellMetrics(atOnce: Bool = false) {
    let problem = metrics.write(to: jobs.file.studio.metrics, pending: pending, atOnce: atOnce)
    problems.replace(problem.map { [$0] } ?? [], from: "metrics")
  }

  /// Tells what is wrong, and writes it down where it has changed.
  func tellProblems() throws {
    problems.replace(jobs.problem.map { [$0] } ?? [], from: "config")
    let blocked = try ledger.reader.runs(in: [.blocked]).map { run in
      Problem(
        code: "run-blocked", subject: run.id.description,
        message: "\(run.id) waits for the machine: \(run.error ?? "no reason is known")",
        remedy: "put that right; it is tried again by itself", since: environment.clock.now)
    }
    problems.replace(blocked, from: "runs")
    problems.replace(supervisor.programs.problems, from: "programs")
    let delivered = Set(supervisor.ended.filter { $0.value == .delivered }.keys)
    problems.replace(
      try remarks.problems(ofJobs: jobs.file.jobs.map(\.name), delivered: delivered), from: "music")
    try problems.save()
  }
}
