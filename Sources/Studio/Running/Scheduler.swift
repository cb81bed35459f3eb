import Foundation
import Identity
package import Jobs
package import Ledger
import Logging

/// Queues the runs that are due: a function of the jobs, of what the ledger remembers of them and of the time.
final class Scheduler {
  let environment: StudioEnvironment
  let ledger: Ledger
  /// How late a due time may be found and still count as kept.
  let lateness: Double
  private var lastLook: (wall: Date, sinceBoot: Double)?
  /// What several corpora hold together, by what each of them holds.
  private var together: [[ContentHash?]: ContentHash] = [:]

  /// A change of the clock from which on it is a correction, not the time passing.
  fileprivate static let correction = 3 * 3600.0

  init(environment: StudioEnvironment, ledger: Ledger, lateness: Double) {
    self.environment = environment
    self.ledger = ledger
    self.lateness = lateness
  }

  /// Queues what is due now.
  ///
  /// - Returns: the number of runs queued or passed over.
  func look(_ configuration: JobsFile) throws -> Int {
    let now = environment.clock.now
    try noticeCorrection(now)
    var count = 0
    for job in configuration.jobs {
      guard let spec = job.schedule, let schedule = Schedule(spec, timezone: job.timezone) else {
        // A job by hand keeps no time; that it once had a schedule is forgotten.
        if try ledger.reader.jobState(job.name)?.schedule != nil {
          _ = try environment.make(.recordSchedule) { try ledger.recordSchedule(ofJob: job.name, nil, at: now) }
        }
        continue
      }
      let state = try remember(job, now)
      if case .corpusChanges(let quiet) = spec {
        count += try queueChange(job, state, quiet: quiet.seconds, now) ? 1 : 0
      } else {
        count += try queueDue(job, state, schedule, now) ? 1 : 0
      }
    }
    return count
  }

  private func remember(_ job: JobSpec, _ now: Date) throws -> JobState {
    let text = try job.scheduleText()
    let state = try ledger.reader.jobState(job.name)
    if let state, state.schedule == text, state.scheduleSince != nil { return state }
    return try environment.make(.recordSchedule) { try ledger.recordSchedule(ofJob: job.name, text, at: now) }
  }

  /// Starts all schedules afresh where the clock was set by more than three hours.
  private func noticeCorrection(_ now: Date) throws {
    let sinceBoot = environment.clock.sinceBoot
    var isCorrected = false
    if let lastLook {
      let passed = now.timeIntervalSince(lastLook.wall) - (sinceBoot - lastLook.sinceBoot)
      isCorrected = abs(passed) > Self.correction
    } else {
      // What an earlier process wrote down lies far ahead: the clock was put back since.
      let states = try ledger.reader.jobStates()
      isCorrected = states.contains {
        max($0.lastDue ?? .distantPast, $0.scheduleSince ?? .distantPast) > now + Self.correction
      }
    }
    if isCorrected {
      environment.log.notice("the clock was set by more than 3 hours; schedules count from now")
      try environment.make(.recordSchedule) { try ledger.restartSchedules(at: now) }
    }
    // Only now: where the ledger's machine failed, the next look sees the same change.
    lastLook = (now, sinceBoot)
  }

  private func queueDue(_ job: JobSpec, _ state: JobState, _ schedule: Schedule, _ now: Date) throws -> Bool {
    let start = state.lastDue ?? state.scheduleSince ?? now
    // The clock was put back. A fixed time that was kept is not run again; what follows real time goes on with it, and what
    // was never due has nothing to wait for.
    if start.timeIntervalSince(now) >= 1, state.lastDue == nil || schedule.spec.followsRealTime {
      environment.log.notice("the clock was put back; \(job.name) counts from now")
      try environment.make(.recordSchedule) { try ledger.restartSchedule(ofJob: job.name, at: now) }
      return false
    }
    guard let found = schedule.latestTime(after: UTCTime(start), upTo: UTCTime(now)) else { return false }
    let due = Date(timeIntervalSince1970: Double(found.seconds))
    if try ledger.reader.hasRun(ofJob: job.name, due: due) {
      // Kept before the clock was put back.
      try environment.make(.recordSkipped) { try ledger.recordPassedOver(job: job.name, due: due) }
      return false
    }
    let age = now.timeIntervalSince(due)
    let isMissed = age > lateness
    if isMissed, job.missed == .skip || age > job.missedWithin.seconds {
      environment.log.notice("\(job.name): the time \(found) was missed and is passed over")
      try environment.make(.recordSkipped) { try ledger.recordPassedOver(job: job.name, due: due) }
      return false
    }
    let settings = try JSONText.of(job)
    if let reason = try overlap(of: job) {
      environment.log.notice("\(job.name): the time \(found) is skipped: \(reason)")
      _ = try environment.make(.recordSkipped) {
        try ledger.recordSkipped(
          job: job.name, trigger: .due(due), settings: settings, reason: reason, at: now)
      }
      return true
    }
    let run = try environment.make(.recordQueued) {
      try ledger.queueRun(ofJob: job.name, trigger: .due(due), settings: settings, at: now)
    }
    if let run {
      environment.log.info("\(run) is queued, due \(found)", metadata: ["event": "run-queued", "run": "\(run)"])
    }
    return run != nil
  }

  /// Why a due time makes no run, as the last one is not through; nil: it makes one.
  private func overlap(of job: JobSpec) throws -> String? {
    let open = try ledger.reader.runs(ofJob: job.name, in: Set(RunState.allCases.filter(\.isOpen)))
    guard let last = open.last else { return nil }
    if job.overlap == .skip { return "the run \(last.id) is still \(last.state.rawValue) (overlap: skip)" }
    // One that has begun and one that waits behind it is the most.
    let waiting = open.filter { $0.state == .queued && $0.attempts == 0 }
    return waiting.isEmpty ? nil : "the run \(last.id) waits already (overlap: queue)"
  }

  /// Queues a run where the corpora hold something else than the last run by corpus-changes had, and are quiet.
  ///
  /// While a run of the job is open the change waits: it is not lost to `overlap`.
  private func queueChange(_ job: JobSpec, _ state: JobState, quiet: Double, _ now: Date) throws -> Bool {
    guard let changed = try ledger.reader.lastChange(ofCorpora: job.corpus) else { return false }
    let due = changed + quiet
    guard due <= now || changed > now + Self.correction else { return false }
    guard let snapshot = try snapshot(of: job.corpus), snapshot != state.snapshotSeen else { return false }
    guard try !ledger.reader.hasOpenRun(ofJob: job.name) else { return false }
    let settings = try JSONText.of(job)
    // A second change may fall due in the same millisecond as one before: then the time of now tells them apart.
    for time in [due, now] {
      let run = try environment.make(.recordQueued) {
        try ledger.queueRun(
          ofJob: job.name, trigger: .corpusChange(due: time, snapshot: snapshot), settings: settings, at: now)
      }
      guard let run else { continue }
      environment.log.info(
        "\(run) is queued, as its corpus changed", metadata: ["event": "run-queued", "run": "\(run)"])
      return true
    }
    return false
  }

  /// The hash of what some corpora hold now, which is asked each second: it is made once for each content.
  private func snapshot(of corpora: [String]) throws -> ContentHash? {
    for corpus in try ledger.reader.corporaWithoutHash() where corpora.contains(corpus) {
      try environment.make(.recordContent) { try ledger.recordContent(ofCorpus: corpus) }
    }
    if corpora.count == 1 { return try ledger.reader.snapshotHash(ofCorpora: corpora) }
    let contents = try ledger.reader.contentHashes(ofCorpora: corpora)
    if let known = together[contents] { return known }
    let found = try ledger.reader.snapshotHash(ofCorpora: corpora)
    if together.count > 64 { together = [:] }
    together[contents] = found
    return found
  }
}

extension JobSpec {
  /// When the job is next due after now, at most so many times.
  ///
  /// - Parameters:
  ///   - count: how many times are wanted.
  ///   - state: what the ledger remembers of the job; nil: nothing.
  ///   - now: the time after which to look.
  /// - Returns: the times, in order; none for a job that runs by hand or when its corpora change.
  package func nextTimes(_ count: Int, state: JobState?, after now: UTCTime) -> [Schedule.DueTime] {
    guard let spec = self.schedule, let schedule = Schedule(spec, timezone: timezone) else { return [] }
    let lastDue = state?.lastDue(of: self)
    // A kept time that a clock which was put back shows again is not run again.
    if let lastDue, lastDue > now, state?.lastDue != nil, !spec.followsRealTime {
      let ahead = Double(lastDue.seconds - now.seconds)
      return schedule.nextTimes(count, after: ahead > Scheduler.correction ? now : lastDue)
    }
    return schedule.nextTimes(count, after: now, lastDue: lastDue)
  }

  /// The schedule as the ledger keeps it, by which an edit is known.
  fileprivate func scheduleText() throws -> String { try JSONText.of(schedule) + " " + (timezone ?? "") }
}

extension JobState {
  /// From where `every` counts for a job: its last due time, or when it was first seen with this schedule.
  ///
  /// Nil where nothing is remembered of the schedule that it has.
  package func lastDue(of job: JobSpec) -> UTCTime? {
    guard schedule == (try? job.scheduleText()) else { return nil }
    return (lastDue ?? scheduleSince).map { UTCTime($0) }
  }
}

extension ScheduleSpec {
  /// Says that a clock which shows a time again shows another due time: intervals, and cron with `*` or `/n`.
  fileprivate var followsRealTime: Bool {
    switch self {
    case .every: true
    case .cron(let cron): !cron.isFixed
    case .at, .corpusChanges: false
    }
  }
}

extension UTCTime {
  init(_ date: Date) { self.init(seconds: Int(date.timeIntervalSince1970.rounded(.down))) }
}
