import Composition
import Foundation
import Glibc
import Identity
import Jobs
import Ledger
import Logging
import Work

/// Gives runs to workers, one process an attempt, and deals with how these end.
final class Supervisor {
  let paths: StudioPaths
  let environment: StudioEnvironment
  let ledger: Ledger
  let delivery: Delivery
  let programs: Programs
  private(set) var active: [RunID: ActiveWorker] = [:]
  /// Runs that ended here, by how.
  private(set) var ended: [RunID: RunState] = [:]
  /// The last fault of the machine that blocked a run.
  private(set) var machineError: String?

  /// Says that the machine kept files from being taken in, so that a corpus may hold less than it should.
  var isIntakeFaulty = false
  /// Says that the studio's own folder failed while files were taken in: a run that began now would have a snapshot
  /// without them.
  var holdsNewRuns = false

  /// A worker at work.
  struct ActiveWorker {
    var process: Int32
    var attempt: Int
    var retries: Int
    var timeout: Double
    /// On the monotonic clock.
    var startedAt: Double
    /// What was reached before the attempt.
    var before: WorkProgress?
    /// How many processes the kernel had ended for want of memory by then.
    var memoryKills: Int?
    /// Why it was asked to stop.
    var stopping: Stopping?
    /// When it is killed if it has not stopped by then.
    var killAt: Double?
    /// How it ended, once it has: kept until what it made is taken in, as the process tells it only once.
    var ending: WorkerEnding?
  }

  enum Stopping { case timeout, cancelled, drained }

  /// Seconds that a worker has for its checkpoint.
  private static let grace = 4.0
  /// With what a worker ends that cannot write its result: sysexits' input/output error, and its "try later".
  private static let (machineFailed, tryLater): (Int32, Int32) = (74, 75)

  init(paths: StudioPaths, environment: StudioEnvironment, ledger: Ledger) {
    self.paths = paths
    self.environment = environment
    self.ledger = ledger
    programs = Programs(paths: paths, environment: environment)
    delivery = Delivery(paths: paths, environment: environment, ledger: ledger)
  }

  /// Starts runs as far as workers are free, oldest first and one a job.
  ///
  /// - Parameters:
  ///   - configuration: the `jobs.yaml` in force.
  ///   - blockedAtOnce: whether a blocked run is tried regardless of its time.
  ///   - tried: runs that are left alone.
  /// - Throws: `LedgerError` where the ledger's machine fails.
  func startNext(_ configuration: JobsFile, blockedAtOnce: Bool, except tried: Set<RunID> = []) throws {
    guard active.count < configuration.studio.workers else { return }
    let next = try ledger.reader.runsToDo(at: environment.clock.now, blockedAtOnce: blockedAtOnce)
    for run in next where !tried.contains(run.id) && !(holdsNewRuns && run.attempts == 0) {
      guard active.count < configuration.studio.workers else { return }
      guard !active.keys.contains(where: { $0.job == run.id.job }) else { continue }
      try start(run, configuration)
    }
  }

  private func start(_ run: RunRecord, _ configuration: JobsFile) throws {
    do {
      let spec = try JobSpec(settings: run.settings)
      let files = RunFiles(run.id, paths: paths, environment: environment)
      if run.attempts > 0, let result = try files.wholeResult() {
        try deliverAgain(run, result)
        return
      }
      let before = files.progress
      let prepared = try Preparation(paths: paths, environment: environment, ledger: ledger)
        .prepare(run, configuration: configuration)
      let attempt = try environment.make(.recordStarted) {
        try ledger.startAttempt(
          of: run.id, order: prepared.text, snapshot: prepared.order.snapshot,
          weightsIn: prepared.order.weights?.sha256, at: environment.clock.now)
      }
      ended[run.id] = nil
      let memoryKills = environment.memory.kills()
      let process = try environment.make(.launchWorker) {
        try environment.launcher.launch(
          runFolder: paths.run(run.id), niceness: Int32(clamping: configuration.studio.nice))
      }
      active[run.id] = ActiveWorker(
        process: process, attempt: attempt, retries: spec.retries, timeout: spec.timeout.seconds,
        startedAt: environment.clock.monotonic, before: before, memoryKills: memoryKills)
      environment.log.info(
        "\(run.id) has begun, attempt \(attempt)", metadata: ["event": "run-begun", "run": "\(run.id)"])
    } catch let error as Unstartable where error.lacksMusic && isIntakeFaulty {
      try end(run.id, .blocked(error: error.description + "; the inbox could not be taken in"))
    } catch let error as Unstartable {
      try end(run.id, .refused(error: error.description))
    } catch let error as FileError {
      try end(run.id, .blocked(error: error.description))
    } catch let error where error.isOfOneRun {
      try end(run.id, .refused(error: "\(error)"))
    }
  }

  /// Delivers what an earlier attempt has made, and could not be delivered then.
  private func deliverAgain(_ run: RunRecord, _ result: WorkResult) throws {
    _ = try environment.make(.recordStarted) {
      try ledger.startAttempt(
        of: run.id, order: nil, snapshot: run.snapshot, weightsIn: run.weightsIn,
        at: environment.clock.now)
    }
    ended[run.id] = nil
    environment.log.info("\(run.id) has been made before and is delivered now")
    try finish(run.id, result)
  }

  /// Looks how the workers are: takes in what those that ended have made, and stops those that take too long.
  ///
  /// - Throws: the first error, once all workers were looked at; what it kept from being done is tried with the next look.
  func poll() throws {
    programs.poll()
    let now = environment.clock.monotonic
    var fault: (any Error)?
    for (run, worker) in active.sorted(by: { $0.key < $1.key }) {
      do {
        try look(at: run, worker, now)
      } catch {
        fault = fault ?? error
      }
    }
    if let fault { throw fault }
  }

  private func look(at run: RunID, _ worker: ActiveWorker, _ now: Double) throws {
    if let ending = worker.ending ?? environment.launcher.ending(of: worker.process) {
      // Where the ledger's machine fails now, this is tried again with the next look.
      active[run]?.ending = ending
      if worker.ending == nil {
        // Whatever the worker has started itself ends with it.
        environment.launcher.signal(SIGKILL, to: worker.process)
        try removeTemporaryFiles(of: run, worker.process)
      }
      try take(run, worker, ending)
      active[run] = nil
    } else if let killAt = worker.killAt {
      if now >= killAt { environment.launcher.signal(SIGKILL, to: worker.process) }
    } else if now - worker.startedAt > worker.timeout {
      stop(run, .timeout)
    }
  }

  /// Removes what a worker that is gone had begun to write.
  private func removeTemporaryFiles(of run: RunID, _ process: Int32) throws {
    do {
      try environment.removeTemporaryFiles(in: paths.run(run), depth: 1)
      // Other workers write there too; each names its files for its process.
      try environment.removeTemporaryFiles(in: paths.cache, depth: 0, ending: ".\(process).tmp")
    } catch is FileError {
      // The next start tries again.
    }
  }

  /// Asks a worker to stop at its next checkpoint.
  func stop(_ run: RunID, _ reason: Stopping) {
    guard var worker = active[run], worker.ending == nil, worker.stopping == nil || reason == .cancelled else { return }
    worker.stopping = reason
    worker.killAt = worker.killAt ?? environment.clock.monotonic + Self.grace
    active[run] = worker
    environment.launcher.signal(SIGTERM, to: worker.process)
  }

  /// Stops all workers and waits for their checkpoints, at most 5 seconds.
  ///
  /// Where the machine fails meanwhile, what the ledger does not know of is found by the next start.
  func drain() throws {
    defer { programs.end() }
    for run in active.keys { stop(run, .drained) }
    let deadline = environment.clock.monotonic + Self.grace + 0.5
    var told: String?
    while !active.isEmpty, environment.clock.monotonic < deadline {
      do {
        try poll()
      } catch let error where error.isOfMachine || error.isOfOneRun {
        if told != "\(error)" { environment.log.error("a run cannot be put down as stopped: \(error)") }
        told = "\(error)"
      }
      if !active.isEmpty { environment.clock.wait(seconds: 0.02) }
    }
  }

  private func take(_ run: RunID, _ worker: ActiveWorker, _ ending: WorkerEnding) throws {
    let files = RunFiles(run, paths: paths, environment: environment)
    do {
      let result = try files.result()
      // A worker that was through before it heard a signal has done its work: after the result only a picture's data come.
      if let result, result.failure == nil, worker.stopping != .cancelled {
        try finish(run, result)
        return
      }
      try end(run, outcome(worker, ending, result, files))
    } catch let error as FileError {
      try end(run, .blocked(error: error.description))
    } catch let error where error.isOfOneRun {
      try end(run, .refused(error: "\(error)"))
    }
  }

  /// Delivers what a run has made; a fault of the machine blocks it, a worker that lied costs it an attempt.
  func finish(_ run: RunID, _ result: WorkResult) throws {
    guard let record = try ledger.reader.run(run) else { return }
    do {
      switch record.state {
      case .running: try delivery.deliver(record, result)
      // Recorded in an attempt at it before this one.
      case .ready: try delivery.moveIn(run)
      default: return
      }
      ended[run] = .delivered
      startProgram(of: run, \.onFinish, result)
      environment.log.info(
        "\(run) is delivered: \(result.songs.count) songs", metadata: ["event": "run-delivered", "run": "\(run)"])
    } catch let error as FileError {
      if try ledger.reader.run(run)?.state == .running {
        try end(run, .blocked(error: error.description))
      } else {
        // It is ready, and delivered with a later pass.
        machineError = error.description
        ended[run] = .ready
      }
    } catch let error as WorkerFault {
      // What does not hold is not looked at again.
      try? environment.removeTree(paths.run(run) / RunFolder.result)
      let retries = (try? JobSpec(settings: record.settings))?.retries ?? 0
      try end(run, .failed(error: error.description, retries: retries))
    } catch let error where error.isOfOneRun {
      try? environment.removeTree(paths.run(run) / RunFolder.result)
      guard try ledger.reader.run(run)?.state == .running else { throw error }
      try end(run, .refused(error: "its songs cannot be delivered: \(error)"))
    }
  }

  /// Starts the program that the run's job names for such an end; where it names none, nothing is read.
  private func startProgram(of run: RunID, _ command: KeyPath<JobSpec, [String]>, _ result: WorkResult?) {
    do {
      guard let record = try ledger.reader.run(run) else { return }
      let words = try JobSpec(settings: record.settings)[keyPath: command]
      guard !words.isEmpty else { return }
      let told = try result ?? RunFiles(run, paths: paths, environment: environment).result()
      let empty = WorkResult(numerics: 0, instructionSet: "", programVersion: ProgramVersion.current)
      let files = try record.snapshot.flatMap { try ledger.reader.snapshot($0)?.files } ?? []
      let report = try RunReport(record, told ?? empty, files: files, at: environment.clock.now)
      programs.start(words, for: run, report: try report.text())
    } catch {
      environment.log.warning("the program of \(run) was not started: \(error)")
    }
  }

  private func outcome(
    _ worker: ActiveWorker, _ ending: WorkerEnding, _ result: WorkResult?, _ files: RunFiles
  ) -> AttemptOutcome? {
    if worker.stopping == .cancelled { return nil }
    if let failure = result?.failure, case .exited = ending {
      switch failure.kind {
      case .data, .spec: return .refused(error: failure.message)
      case .machine: return .blocked(error: failure.message)
      case .fault: return .failed(error: failure.message, retries: worker.retries)
      }
    }
    switch worker.stopping {
    case .timeout:
      let span = TimeSpan(milliseconds: Int(worker.timeout * 1000))
      return .failed(error: "the attempt ran past its timeout of \(span)", retries: worker.retries)
    case .drained: return .stopped
    case .cancelled, nil: break
    }
    let progressed = files.progress?.isFurther(than: worker.before) ?? false
    switch ending {
    case .signalled(let number):
      if number == SIGKILL, let before = worker.memoryKills, let now = environment.memory.kills(), now > before {
        let figure = files.progress?.memoryBytes.map { ", which had reckoned with \($0 >> 20) MiB" } ?? ""
        return .interrupted(
          error:
            "the system ended the worker for want of memory\(figure); give it more, or take a smaller network or batch",
          progressed: progressed)
      }
      return .interrupted(error: "the worker was ended by signal \(number)", progressed: progressed)
    case .exited(let status) where status == 128 + SIGTERM || status == 128 + SIGINT:
      return .interrupted(error: "the worker was told to stop by another program", progressed: progressed)
    case .exited(let status) where status == Self.machineFailed || status == Self.tryLater:
      // It could not even write down that the machine failed.
      return .blocked(error: files.lastLogLine() ?? "the worker ended with status \(status)")
    case .exited(let status):
      let last = files.lastLogLine().map { ": \($0)" } ?? ""
      return .failed(error: "the worker ended with status \(status)\(last)", retries: worker.retries)
    }
  }

  /// Records how an attempt ended; nil: it was cancelled.
  private func end(_ run: RunID, _ outcome: AttemptOutcome?) throws {
    let now = environment.clock.now
    guard let outcome else {
      try environment.make(.recordCancelled) { try ledger.cancel(run, reason: "cancelled on request", at: now) }
      ended[run] = .cancelled
      try? RunFiles(run, paths: paths, environment: environment).removeWorkings()
      return
    }
    // What was put together half is of no use to the next attempt, and takes room.
    do {
      try environment.removeTree(paths.staging(run))
    } catch is FileError {}
    let step: Step
    switch outcome {
    case .stopped, .interrupted: step = .recordInterrupted
    case .blocked(let text):
      step = .recordBlocked
      machineError = text
    case .failed: step = .recordWaiting
    case .refused: step = .recordFailed
    }
    let jitter = Self.jitter(of: run, attempt: try ledger.reader.run(run)?.attempts ?? 0)
    let state = try environment.make(step) { try ledger.finishAttempt(of: run, outcome, jitter: jitter, at: now) }
    ended[run] = state
    let error = try ledger.reader.run(run)?.error ?? ""
    if state == .failed {
      startProgram(of: run, \.onFailure, nil)
      environment.log.error("\(run) has failed: \(error)", metadata: ["event": "run-failed", "run": "\(run)"])
    } else {
      environment.log.notice(
        "\(run) is \(state.rawValue)\(error.isEmpty ? "" : ": " + error)",
        metadata: ["event": "run-\(state.rawValue)", "run": "\(run)"])
    }
  }

  /// A number from 0 to 1 that depends on the run and its attempt alone: SplitMix64 of their FNV-1a hash.
  static func jitter(of run: RunID, attempt: Int) -> Double {
    var z: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in "\(run)/\(attempt)".utf8 { z = (z ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) / Double(1 << 53)
  }

  /// Takes in a run that a crash has cut while it was running: a finished one is delivered, any other goes on.
  ///
  /// That the studio died is counted against no run: only workers that end by themselves are.
  func recover(_ run: RunRecord) throws {
    StrayWorkers(paths: paths, environment: environment).end(of: run.id)
    let files = RunFiles(run.id, paths: paths, environment: environment)
    if let result = try files.wholeResult() {
      try finish(run.id, result)
      return
    }
    try end(run.id, .stopped)
    ended[run.id] = nil
  }
}
