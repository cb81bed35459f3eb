import Foundation
import Glibc
import Identity
import Jobs
import Ledger
import Logging

/// The two ways in which a studio is run: watched until a signal comes, or one pass for cron.
package struct StudioLoop {
  let paths: StudioPaths
  let environment: StudioEnvironment
  let signals: StopSignals
  let notifier: SystemdNotifier
  /// Told how far the running runs are, now and then.
  let progress: any ProgressTeller

  package init(
    paths: StudioPaths, environment: StudioEnvironment, signals: StopSignals,
    notifier: SystemdNotifier = SystemdNotifier(), progress: any ProgressTeller
  ) {
    self.paths = paths
    self.environment = environment
    self.signals = signals
    self.notifier = notifier
    self.progress = progress
  }

  /// Seconds between two looks at workers, requests and signals.
  static let tick = 0.1

  /// Watches until the first signal; then workers are given time for their checkpoints.
  ///
  /// - Throws: `StudioError`, `FileError`, `LedgerError` where the studio cannot be opened, or where what happened is no
  ///   passing fault of the machine.
  package func watch() throws {
    guard let session = try open() else { return }
    environment.log.info("watching \(paths.root.shown)")
    notifier.send("READY=1")
    let times = WatchTimes()
    session.intake.pulse = { [unowned session] in try self.pulse(session, times) }
    while signals.stop == nil {
      do {
        try round(session, times)
      } catch let error as LedgerError where error.machineFault != nil || error.isOfOneRun {
        tell(error, session)
      } catch let error as FileError {
        session.problems.add(
          Problem(error, doing: "the studio cannot go on for now", at: environment.clock.now), from: "loop")
        try? session.problems.save()
      }
      pause(session, times)
    }
    notifier.send("STOPPING=1")
    progress.finish()
    environment.log.info("stopping: workers write their checkpoints")
    try session.supervisor.drain()
    environment.log.info("stopped")
  }

  /// Takes over the studio; while the disk is full, it is tried again.
  ///
  /// - Returns: nil where a signal came first.
  private func open() throws -> StudioSession? {
    while signals.stop == nil {
      do {
        return try StudioSession(paths: paths, environment: environment, word: "watch", lateness: 120)
      } catch let error as LedgerError where error.machineFault == .diskFull {
        environment.log.error("\(error); it is tried again")
      } catch let error as FileError where error.problemCode == "disk-full" {
        environment.log.error("\(error); it is tried again")
      }
      let end = environment.clock.monotonic + 2
      while signals.stop == nil, environment.clock.monotonic < end { environment.clock.wait(seconds: Self.tick) }
    }
    return nil
  }

  /// When things were last done, on the monotonic clock.
  private final class WatchTimes {
    var look = -Double.infinity
    var jobs = -Double.infinity
    var collected = -Double.infinity
    var runs = -Double.infinity
    var heartbeat = -Double.infinity
    var signOfLife = -Double.infinity
    var pulse = -Double.infinity
    /// Says that settled files lie in the inbox still: they come before any run.
    var isTakingIn = false
  }

  /// Seconds for which files are taken in before requests and workers are looked at again.
  private static let slice = 0.5

  /// One round of the watcher.
  private func round(_ session: StudioSession, _ times: WatchTimes) throws {
    let now = environment.clock.monotonic
    showLife(session, times, now)
    let working = session.supervisor.active.count
    try session.supervisor.poll()
    var isNews = session.supervisor.active.count != working
    if try session.actOnRequests() > 0 { isNews = true }
    if now - times.jobs >= 1 {
      times.jobs = now
      try session.jobs.reload()
      if try session.scheduler.look(session.jobs.file) > 0 { isNews = true }
    }
    if times.isTakingIn || now - times.look >= session.jobs.file.studio.poll.seconds {
      times.look = now
      let look = try session.takeIn {
        signals.stop != nil || environment.clock.monotonic - now > Self.slice
      }
      times.isTakingIn = look.isPartial
      if look.decided > 0 { try session.lookAtUnrecorded() }
      isNews = isNews || look.decided > 0 || !look.problems.isEmpty
      try session.deliverReady()
      session.problems.replace([], from: "loop")
      session.problems.replace([], from: "recovery")
    }
    if now >= times.collected {
      // Of a hundred thousand songs this takes a while: it is never more than a fiftieth of the time.
      let begun = environment.clock.monotonic
      times.collected = begun + 10
      try session.noticeCollected()
      try session.lookAtUnrecorded()
      let ended = environment.clock.monotonic
      times.collected = ended + max(10, 50 * (ended - begun))
      try session.prune()
    }
    if isNews || now - times.runs >= 1 {
      times.runs = now
      if !times.isTakingIn {
        try session.supervisor.startNext(session.jobs.file, blockedAtOnce: false)
        try session.noteContent()
      }
      session.tellMetrics()
      try session.tellProblems()
    }
    tellProgress(session)
  }

  /// What cannot wait while a large archive is read: signs of life, workers, requests, due times, a signal.
  private func pulse(_ session: StudioSession, _ times: WatchTimes) throws {
    if signals.stop != nil { throw IntakeStopped() }
    let now = environment.clock.monotonic
    guard now - times.pulse >= Self.tick else { return }
    times.pulse = now
    showLife(session, times, now)
    try session.supervisor.poll()
    try session.actOnRequests()
    if now - times.jobs >= 1 {
      times.jobs = now
      try session.jobs.reload()
      _ = try session.scheduler.look(session.jobs.file)
    }
    tellProgress(session)
  }

  private func showLife(_ session: StudioSession, _ times: WatchTimes, _ now: Double) {
    if let interval = notifier.watchdogInterval, now - times.signOfLife >= interval {
      times.signOfLife = now
      notifier.send("WATCHDOG=1")
    }
    if now - times.heartbeat >= 0.5 {
      times.heartbeat = now
      session.heartbeat.beat()
    }
  }

  private func tell(_ error: LedgerError, _ session: StudioSession) {
    session.problems.add(
      Problem(error, doing: "the ledger cannot be used for now", at: environment.clock.now), from: "loop")
    // Where even the file beside the ledger cannot be written, the log has it.
    try? session.problems.save()
  }

  func tellProgress(_ session: StudioSession) {
    for run in session.supervisor.active.keys.sorted() {
      let files = RunFiles(run, paths: paths, environment: environment)
      if let reached = files.progress { progress.tell(run, reached) }
    }
    if session.supervisor.active.isEmpty { progress.finish() }
  }

  /// Waits for the next round; a signal ends the wait soon.
  private func pause(_ session: StudioSession, _ times: WatchTimes) {
    if times.isTakingIn { return }
    environment.clock.wait(seconds: min(Self.tick, session.jobs.file.studio.poll.seconds))
  }
}
