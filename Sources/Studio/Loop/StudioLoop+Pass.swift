import Foundation
import Glibc
package import Identity
import Jobs
import Ledger

/// What one pass came to.
package struct PassOutcome: Sendable, Equatable {
  /// The exit status.
  package var status: Int32
  /// The runs that ended in the pass, and the states that they are in.
  package var runs: [RunID: String]

  package init(status: Int32, runs: [RunID: String]) {
    self.status = status
    self.runs = runs
  }
}

extension StudioLoop {
  /// Makes one pass: takes in, runs what is due (or the jobs named, now), and returns.
  ///
  /// - Parameter names: jobs to run now; empty: what is due.
  /// - Returns: the exit status, and the runs that ended.
  /// - Throws: `StudioError`, `FileError`, `LedgerError` where the studio cannot be opened.
  package func pass(jobs names: [String]) throws -> PassOutcome {
    let session = try StudioSession(paths: paths, environment: environment, word: "run", lateness: 3600)
    for name in names where session.jobs.file.job(named: name) == nil {
      throw StudioError.noJob(name, session.jobs.file.jobs.map(\.name))
    }
    if session.jobs.loadedHash == nil, let problem = session.jobs.problem {
      try session.tellProblems()
      throw StudioError.refused("there is no usable jobs.yaml and no earlier version of it; \(problem.remedy)")
    }
    let (signals, clock) = (signals, environment.clock)
    var lastBeat = -Double.infinity
    session.intake.pulse = { [unowned session] in
      if signals.stop != nil { throw IntakeStopped() }
      guard clock.monotonic - lastBeat >= Self.tick else { return }
      lastBeat = clock.monotonic
      session.heartbeat.beat()
    }
    var fault: (any Error)?
    do {
      try session.actOnRequests()
      fault = try takeInSettled(session)
      try session.deliverReady()
      try session.noticeCollected()
      try session.lookAtUnrecorded(atOnce: true)
      if names.isEmpty {
        _ = try session.scheduler.look(session.jobs.file)
      } else {
        for name in names {
          let request = StudioRequest.make(.run, name, at: environment.clock.now)
          _ = try session.queue(job: name, request: request.id)
        }
      }
      try work(session)
      try session.noteContents()
    } catch let error as LedgerError where error.machineFault != nil {
      fault = fault ?? error
      session.problems.add(
        Problem(error, doing: "the pass could not be finished", at: environment.clock.now), from: "loop")
    } catch let error as FileError {
      fault = fault ?? error
      session.problems.add(
        Problem(error, doing: "the pass could not be finished", at: environment.clock.now), from: "loop")
    }
    try session.tellProblems()
    session.tellMetrics(atOnce: true)
    session.heartbeat.beat()
    // A bad edit of jobs.yaml leaves the last good version in force, by which all was done: log and status tell of it.
    let runs = session.supervisor.ended
    return PassOutcome(status: status(of: runs, fault), runs: runs.mapValues(\.rawValue))
  }

  /// Looks twice, `settle` apart, if something new lies in the inbox; then takes in what has settled.
  private func takeInSettled(_ session: StudioSession) throws -> (any Error)? {
    var look = try takeIn(session)
    guard look.pending > 0 else { return look.machineError }
    let isRemote = FileSystemKind.remoteName(of: paths.inbox, files: environment.files) != nil
    let settle = session.jobs.file.studio.settle(onNetwork: isRemote).seconds
    let end = environment.clock.monotonic + settle
    while signals.stop == nil, environment.clock.monotonic < end {
      environment.clock.wait(seconds: min(Self.tick, max(0.001, end - environment.clock.monotonic)))
      session.heartbeat.beat()
    }
    if signals.stop == nil { look = try takeIn(session) }
    return look.machineError
  }

  /// Looks once, and again where the machine failed: it may be well the next moment, and a run that is due should have
  /// all its files.
  private func takeIn(_ session: StudioSession) throws -> Intake.Look {
    let look = try session.takeIn { signals.stop != nil }
    guard look.machineError != nil, signals.stop == nil else { return look }
    return try session.takeIn { signals.stop != nil }
  }

  /// Runs until nothing is left that can be run now.
  private func work(_ session: StudioSession) throws {
    var tried: Set<RunID> = []
    while true {
      if signals.stop != nil {
        progress.finish()
        try session.supervisor.drain()
        return
      }
      try session.supervisor.poll()
      try session.actOnRequests()
      // What the machine blocked in this pass is left to the next one.
      tried.formUnion(session.supervisor.ended.filter { $0.value == .blocked }.keys)
      try session.supervisor.startNext(session.jobs.file, blockedAtOnce: true, except: tried)
      guard !session.supervisor.active.isEmpty || session.supervisor.programs.isBusy else { break }
      session.heartbeat.beat()
      tellProgress(session)
      environment.clock.wait(seconds: 0.05)
    }
    progress.finish()
    try session.prune()
  }

  private func status(of runs: [RunID: RunState], _ fault: (any Error)?) -> Int32 {
    if let number = signals.stop { return 128 + number }
    if runs.values.contains(where: { $0 == .failed || $0 == .waiting }) { return 1 }
    if let fault {
      if (fault as? FileError)?.isInputOutput == true { return 74 }
      return (fault as? LedgerError)?.machineFault == .inputOutput ? 74 : 75
    }
    let isUndone = runs.values.contains { $0 == .blocked || $0 == .ready || $0 == .queued }
    return isUndone ? 75 : 0
  }
}
