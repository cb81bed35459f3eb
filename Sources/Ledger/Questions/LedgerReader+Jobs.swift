internal import Foundation
internal import GRDB
internal import Identity

extension LedgerReader {
  /// What the scheduler remembers of all jobs, by name.
  package func jobStates() throws -> [JobState] {
    try read { db in try Row.fetchAll(db, sql: "SELECT * FROM jobs ORDER BY name").map { try JobState($0) } }
  }

  /// What the scheduler remembers of a job; nil: nothing.
  package func jobState(_ job: String) throws -> JobState? {
    try read { try $0.jobState(job) }
  }

  /// The last good `jobs.yaml`; nil: there was none yet.
  package func configuration() throws -> ConfigurationRecord? {
    try read { db in
      try db.first("SELECT * FROM configuration").map { row in
        ConfigurationRecord(
          text: try row.text("text"), sha256: try row.hash("sha256"), loadedAt: try row.time("loaded_at"))
      }
    }
  }

  /// Says whether a request of another command was done.
  package func isRequestDone(_ id: String) throws -> Bool {
    try read { try $0.first("SELECT 1 FROM requests WHERE id = ?", [id]) != nil }
  }

  /// What is wrong now, oldest first.
  package func problems() throws -> [Problem] {
    try read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM problems ORDER BY since, code, subject").map { row in
        Problem(
          code: try row.text("code"), subject: try row.text("subject"), message: try row.text("message"),
          remedy: try row.text("remedy"), since: try row.time("since"))
      }
    }
  }
}

extension JobState {
  fileprivate init(_ row: Row) throws {
    name = try row.text("name")
    counter = try row.integer("counter")
    schedule = try row.optional(String.self, "schedule")
    scheduleSince = try row.optionalTime("schedule_since")
    lastDue = try row.optionalTime("last_due_at")
    snapshotSeen = try row.optionalHash("snapshot_seen")
  }
}

extension Database {
  func jobState(_ job: String) throws -> JobState? {
    try first("SELECT * FROM jobs WHERE name = ?", [job]).map { try JobState($0) }
  }
}
