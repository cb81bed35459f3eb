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
    let session = try StudioSession(paths: paths, environment: environment, word: "watch", lateness: 120)
    environment.log.info("watching \(paths.root.shown)")
    notifier.send("READY=1")
    var times = WatchTimes()
    while signals.stop == nil {
      do {
        try round(session, &times)
      } catch let error as LedgerError where error.machineFault != nil {
        tell(error, session)
      } catch let error as FileError {
        session.problems.add(
          Problem(error, doing: "the studio cannot go on for now", at: environment.clock.now), from: "loop")
        try? session.problems.save()
      }
      session.heartbeat.beat()
      pause(session)
    }
    notifier.send("STOPPING=1")
    progress.finish()
    environment.log.info("stopping: workers write their checkpoints")
    try session.supervisor.drain()
    environment.log.info("stopped")
  }

  private struct WatchTimes {
    var look = -Double.infinity
    var schedule = -Double.infinity
    var collected = -Double.infinity
    var signOfLife = -Double.infinity
  }

  /// One round of the watcher.
  private func round(_ session: StudioSession, _ times: inout WatchTimes) throws {
    let now = environment.clock.monotonic
    if let interval = notifier.watchdogInterval, now - times.signOfLife >= interval {
      times.signOfLife = now
      notifier.send("WATCHDOG=1")
    }
    try session.supervisor.poll()
    try session.actOnRequests()
    if now - times.schedule >= 1 {
      times.schedule = now
      try session.jobs.reload()
    }
    if now - times.look >= session.jobs.file.studio.poll.seconds {
      times.look = now
      _ = try session.takeIn()
      try session.deliverReady()
      _ = try session.scheduler.look(session.jobs.file)
      session.problems.replace([], from: "loop")
      session.problems.replace([], from: "recovery")
    }
    if now - times.collected >= 10 {
      times.collected = now
      try session.noticeCollected()
    }
    try session.supervisor.startNext(session.jobs.file, blockedAtOnce: false)
    try session.tellProblems()
    tellProgress(session)
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
  private func pause(_ session: StudioSession) {
    environment.clock.wait(seconds: min(Self.tick, session.jobs.file.studio.poll.seconds))
  }
}
