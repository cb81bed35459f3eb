package import Foundation
internal import GRDB
package import Identity

extension Ledger {
  /// Queues a run, once for each trigger; a due time becomes the job's last due time in the same transaction.
  ///
  /// `settings` are the job's after defaults, as JSON. Gives the run, or nil where this trigger made one before.
  package func queueRun(ofJob job: String, trigger: RunTrigger, settings: String, at: Date) throws -> RunID? {
    try write { try $0.insertRun(job, trigger, settings: settings, state: .queued, error: nil, at: at) }
  }

  /// Records a run that is never started, with the reason.
  ///
  /// Gives the run, or nil where this trigger made one before.
  package func recordSkipped(
    job: String, trigger: RunTrigger, settings: String, reason: String, at: Date
  ) throws -> RunID? {
    try write { try $0.insertRun(job, trigger, settings: settings, state: .skipped, error: reason, at: at) }
  }

  /// Passes over a queued run, with the reason.
  ///
  /// Throws `LedgerError.refused` where it was started.
  package func skip(_ run: RunID, reason: String, at: Date) throws {
    try write { db in
      try db.change(run, to: .skipped)
      try db.run("UPDATE runs SET ended_at = ?, error = ? WHERE id = ?", [at.stamp, reason, run.description])
    }
  }

  /// Cancels a run that has not ended; the worker of a running one must be gone.
  ///
  /// Throws `LedgerError.refused` where it is ready or has ended.
  package func cancel(_ run: RunID, reason: String? = nil, at: Date) throws {
    try write { try $0.cancel(run, reason: reason, at: at) }
  }

  /// Cancels a job's runs that wait for their turn, as its job was removed, and gives them.
  package func cancelRunsNotStarted(ofJob job: String, reason: String, at: Date) throws -> [RunID] {
    try write { db in
      let rows = try Row.fetchAll(
        db, sql: "SELECT id FROM runs WHERE job = ? AND state IN ('queued', 'waiting', 'blocked') ORDER BY ordinal",
        arguments: [job])
      let runs = try rows.map { try $0.run("id") }
      for run in runs { try db.cancel(run, reason: reason, at: at) }
      return runs
    }
  }

  /// Queues a run again that is failed, waiting or blocked; its tries are counted afresh.
  ///
  /// Throws `LedgerError.refused` where it is in another state.
  package func retry(_ run: RunID, at: Date) throws {
    try write { db in
      try db.change(run, to: .queued, from: [.failed, .waiting, .blocked])
      try db.run(
        """
        UPDATE runs SET failures = 0, interruptions = 0, interruptions_without_progress = 0, not_before = NULL,
          ended_at = NULL, error = NULL WHERE id = ?
        """, [run.description])
    }
  }
}

extension Database {
  /// Inserts a run with its job's next number, or gives nil where its trigger made one before.
  func insertRun(
    _ job: String, _ trigger: RunTrigger, settings: String, state: RunState, error: String?, at: Date
  ) throws -> RunID? {
    var (due, spec, request): (String?, String?, String?) = (nil, nil, nil)
    var seen: String?
    let known: Row?
    switch trigger {
    case .due(let time):
      due = time.stamp
      known = try first("SELECT 1 FROM runs WHERE job = ? AND due_at = ?", [job, due])
    case .corpusChange(let time, let snapshot):
      due = time.stamp
      seen = snapshot.hex
      known = try first("SELECT 1 FROM runs WHERE job = ? AND due_at = ?", [job, due])
    case .spec(let hash):
      spec = hash.hex
      known = try first("SELECT 1 FROM runs WHERE spec = ?", [spec])
    case .request(let name):
      request = name
      known = try first("SELECT 1 FROM runs WHERE request = ? AND job = ?", [request, job])
    }
    guard known == nil else { return nil }
    try run(
      """
      INSERT INTO jobs (name, counter, last_due_at, snapshot_seen) VALUES (?1, 1, ?2, ?3)
      ON CONFLICT (name) DO UPDATE SET counter = counter + 1, last_due_at = max(coalesce(last_due_at, ?2), coalesce(?2,
        last_due_at)), snapshot_seen = coalesce(?3, snapshot_seen)
      """, [job, due, seen])
    let number = try first("SELECT counter FROM jobs WHERE name = ?", [job])?.integer("counter") ?? 0
    guard let id = RunID(job: job, number: number) else {
      throw LedgerError.refused("'\(FileName(job).shown)' cannot name a job, or its runs are used up")
    }
    try run(
      """
      INSERT INTO runs (id, job, number, state, due_at, spec, request, settings, queued_at, ended_at, error)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        id.description, job, number, state.rawValue, due, spec, request, settings, at.stamp,
        state == .skipped ? at.stamp : nil, error,
      ])
    return id
  }

  /// Changes a run's state, if the table of changes allows it.
  ///
  /// `states` are those that it may come from, as far as the table allows them. Gives the state before.
  @discardableResult
  func change(_ run: RunID, to next: RunState, from states: Set<RunState>? = nil) throws -> RunState {
    guard let row = try first("SELECT state FROM runs WHERE id = ?", [run.description]) else {
      throw LedgerError.unknown("no run \(run); `ritornello runs` lists them")
    }
    let state = try Row.whole(RunState(rawValue: row.text("state")), "state")
    guard state.followers.contains(next), states?.contains(state) ?? true else {
      throw LedgerError.refused("the run \(run) is \(state.rawValue) and cannot become \(next.rawValue)")
    }
    try self.run("UPDATE runs SET state = ? WHERE id = ?", [next.rawValue, run.description])
    return state
  }

  func cancel(_ run: RunID, reason: String?, at: Date) throws {
    try change(run, to: .cancelled)
    try endAttempt(of: run, outcome: "cancelled", error: reason, at: at)
    try self.run(
      "UPDATE runs SET ended_at = ?, not_before = NULL, error = ? WHERE id = ?", [at.stamp, reason, run.description])
  }

  /// Closes the attempt that is open, if there is one.
  func endAttempt(of run: RunID, outcome: String, error: String?, at: Date) throws {
    try self.run(
      "UPDATE attempts SET ended_at = ?, outcome = ?, error = ? WHERE run = ? AND ended_at IS NULL",
      [at.stamp, outcome, error, run.description])
  }
}
