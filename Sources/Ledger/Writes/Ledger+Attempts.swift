package import Foundation
internal import GRDB
package import Identity

extension Ledger {
  /// Records that a worker is about to begin an attempt.
  ///
  /// `order` is the text of `order.json` (nil: that of the attempt before), `snapshot` what `makeSnapshot` recorded, `weightsIn` what the run starts from or
  /// uses. Gives the attempt's number, from 1; throws `LedgerError.refused` where the run cannot start.
  package func startAttempt(
    of run: RunID, order: String?, snapshot: ContentHash?, weightsIn: ContentHash?, at: Date
  ) throws -> Int {
    try write { db in
      try db.change(run, to: .running)
      try db.run(
        """
        UPDATE runs SET attempts = attempts + 1, started_at = coalesce(started_at, ?), ended_at = NULL,
          not_before = NULL, error = NULL, snapshot = ?, weights_in = ? WHERE id = ?
        """, [at.stamp, snapshot?.hex, weightsIn?.hex, run.description])
      if let order {
        try db.run(
          "INSERT INTO run_orders (run, text) VALUES (?, ?) ON CONFLICT (run) DO UPDATE SET text = excluded.text",
          [run.description, order])
      }
      let row = try db.first("SELECT attempts FROM runs WHERE id = ?", [run.description])
      let number = try row?.integer("attempts") ?? 1
      try db.run(
        "INSERT INTO attempts (run, number, started_at) VALUES (?, ?, ?)", [run.description, number, at.stamp])
      return number
    }
  }

  /// Records how an attempt ended, other than well, and what becomes of the run.
  ///
  /// For a run that could not be started at all, as its data or the machine was at fault, `blocked` and `refused` say so.
  /// `jitter`, from 0 to 1, shortens the wait for another try by up to a tenth, so that runs that failed together do not
  /// come back together. Gives the run's state; throws `LedgerError.refused` where the run is in no state for it.
  package func finishAttempt(
    of run: RunID, _ outcome: AttemptOutcome, jitter: Double = 0, at: Date
  ) throws -> RunState {
    try write { db in
      guard let row = try db.first("SELECT * FROM runs WHERE id = ?", [run.description]) else {
        throw LedgerError.unknown("no run \(run); `ritornello runs` lists them")
      }
      let end = AttemptEnd(outcome, of: try RunRecord(row), jitter: jitter, at: at)
      try db.change(run, to: end.state)
      try db.endAttempt(of: run, outcome: end.outcome, error: end.error, at: at)
      try db.run(
        """
        UPDATE runs SET failures = ?, interruptions = ?, interruptions_without_progress = ?, not_before = ?,
          ended_at = ?, error = ? WHERE id = ?
        """,
        [
          end.failures, end.interruptions, end.interruptionsWithoutProgress, end.notBefore?.stamp,
          end.state.isOpen ? nil : at.stamp, end.error, run.description,
        ])
      return end.state
    }
  }

  /// Records that a run's work is done: its weights, and its songs which are assembled and on the disk.
  ///
  /// Throws `LedgerError.refused` where the run is not running.
  package func recordReady(_ run: RunID, weights: WeightsRecord?, songs: [SongRecord], at: Date) throws {
    try write { db in
      try db.change(run, to: .ready)
      try db.endAttempt(of: run, outcome: "done", error: nil, at: at)
      if let weights { try db.record(weights) }
      try db.run(
        "UPDATE runs SET weights_out = ?, ended_at = ?, not_before = NULL, error = NULL WHERE id = ?",
        [weights?.sha256.hex, at.stamp, run.description])
      for song in songs { try db.record(song, of: run) }
    }
  }

  /// Records that a ready run's songs lie in the outbox.
  ///
  /// Throws `LedgerError.refused` where the run is not ready.
  package func recordDelivered(_ run: RunID, at: Date) throws {
    try write { db in
      try db.change(run, to: .delivered)
      try db.run("UPDATE songs SET delivered_at = ? WHERE run = ?", [at.stamp, run.description])
    }
  }
}

/// What an attempt's end means for its run.
struct AttemptEnd {
  var state: RunState
  var outcome: String
  var error: String?
  var failures: Int
  var interruptions: Int
  var interruptionsWithoutProgress: Int
  var notBefore: Date?

  init(_ ending: AttemptOutcome, of run: RunRecord, jitter: Double, at now: Date) {
    let share = 1 - 0.1 * min(max(jitter, 0), 1)
    failures = run.failures
    interruptions = run.interruptions
    interruptionsWithoutProgress = run.interruptionsWithoutProgress
    switch ending {
    case .stopped:
      (state, outcome) = (.queued, "stopped")
    case .interrupted(let text, let progressed):
      interruptions += 1
      interruptionsWithoutProgress = progressed ? 0 : interruptionsWithoutProgress + 1
      (outcome, error) = ("interrupted", text)
      if interruptionsWithoutProgress >= 3 {
        state = .failed
        error = text + "; three interruptions in a row without progress"
      } else {
        state = .queued
        notBefore = interruptions == 1 ? nil : now + share * Self.delay(after: interruptions - 1)
      }
    case .blocked(let text):
      (state, outcome, error) = (.blocked, "blocked", text)
      notBefore = now + 60
    case .failed(let text, let retries):
      failures += 1
      (outcome, error) = ("failed", text)
      state = failures <= retries ? .waiting : .failed
      notBefore = state == .waiting ? now + share * Self.delay(after: failures) : nil
    case .refused(let text):
      (state, outcome, error) = (.failed, "failed", text)
    }
  }

  /// Seconds to wait after the nth failure: 1, 4, 16 … minutes, at most an hour.
  static func delay(after count: Int) -> TimeInterval {
    switch count {
    case ...1: 60
    case 2: 240
    case 3: 960
    default: 3600
    }
  }
}
