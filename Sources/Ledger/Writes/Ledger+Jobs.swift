package import Foundation
internal import GRDB
package import Identity

extension Ledger {
  /// Records a job's schedule as it is now, nil where it runs only by hand, and gives what is remembered of the job.
  ///
  /// One that is new or has changed has missed nothing: its last due time is forgotten.
  package func recordSchedule(ofJob job: String, _ schedule: String?, at: Date) throws -> JobState {
    if let state = try reader.jobState(job), state.schedule == schedule, state.scheduleSince != nil { return state }
    return try write { db in
      try db.run(
        """
        INSERT INTO jobs (name, schedule, schedule_since) VALUES (?1, ?2, ?3)
        ON CONFLICT (name) DO UPDATE SET schedule = ?2, schedule_since = ?3, last_due_at = NULL
        """, [job, schedule, at.stamp])
      return try Row.whole(db.jobState(job), "name")
    }
  }

  /// Records due times of a job as passed over without a run.
  package func recordPassedOver(job: String, due: Date) throws {
    try write { db in
      try db.run(
        "UPDATE jobs SET last_due_at = max(coalesce(last_due_at, ?1), ?1) WHERE name = ?2", [due.stamp, job])
    }
  }

  /// Lets all schedules count from now, as the clock was corrected.
  package func restartSchedules(at: Date) throws {
    try write { try $0.run("UPDATE jobs SET schedule_since = ?, last_due_at = NULL", [at.stamp]) }
  }

  /// Lets one job's schedule count from now, as the clock was put back.
  package func restartSchedule(ofJob job: String, at: Date) throws {
    try write { try $0.run("UPDATE jobs SET schedule_since = ?, last_due_at = NULL WHERE name = ?", [at.stamp, job]) }
  }

  /// Records the last good `jobs.yaml`, and cancels the queued runs of jobs that it no longer names; the same text again
  /// changes nothing.
  ///
  /// Runs of one-off specs have no job in the file, and stay.
  package func recordConfiguration(_ text: String, sha256: ContentHash, jobs: [String], at: Date) throws {
    if try reader.configuration()?.sha256 == sha256 { return }
    let named = Set(jobs)
    try write { db in
      let waiting = try Row.fetchAll(
        db, sql: "SELECT id FROM runs WHERE spec IS NULL AND state IN ('queued', 'waiting', 'blocked') ORDER BY id")
      for row in waiting {
        let run = try row.run("id")
        guard !named.contains(run.job) else { continue }
        try db.cancel(run, reason: "its job was removed from jobs.yaml", at: at)
      }
      try db.run(
        """
        INSERT INTO configuration (only, text, sha256, loaded_at) VALUES (1, ?1, ?2, ?3)
        ON CONFLICT (only) DO UPDATE SET text = ?1, sha256 = ?2, loaded_at = ?3
        """, [text, sha256.hex, at.stamp])
    }
  }

  /// Records that a request of another command was done.
  ///
  /// Gives false where it was done before.
  package func recordRequest(_ id: String, kind: String, at: Date) throws -> Bool {
    try write { db in
      try db.run(
        "INSERT INTO requests (id, kind, done_at) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING", [id, kind, at.stamp])
      return db.changesCount == 1
    }
  }
}
