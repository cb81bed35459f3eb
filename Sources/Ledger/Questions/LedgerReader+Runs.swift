package import Foundation
internal import GRDB
package import Identity

extension LedgerReader {
  /// Runs, oldest first: of one job or of all, in these states or in any.
  package func runs(ofJob job: String? = nil, in states: Set<RunState>? = nil) throws -> [RunRecord] {
    try read { db in
      let wanted = (states ?? Set(RunState.allCases)).map(\.rawValue).sorted()
      let rows = try Row.fetchAll(
        db,
        sql: RunRecord.select
          + " WHERE job = coalesce(?, job) AND state IN (\(databaseQuestionMarks(count: wanted.count))) ORDER BY ordinal",
        arguments: [job] + StatementArguments(wanted))
      return try rows.map { try RunRecord($0) }
    }
  }

  /// A run; nil: there is none of this id.
  package func run(_ id: RunID) throws -> RunRecord? {
    try read { try $0.runRecord(id) }
  }

  /// The last run of a job; nil: it has none.
  package func lastRun(ofJob job: String) throws -> RunRecord? {
    try read { db in
      try db.first(RunRecord.select + " WHERE job = ? ORDER BY ordinal DESC LIMIT 1", [job]).map { try RunRecord($0) }
    }
  }

  /// The runs to do next, in the order in which they were queued.
  ///
  /// With `blockedAtOnce`, blocked runs come regardless of their time, as one pass for cron wants.
  package func runsToDo(at now: Date, blockedAtOnce: Bool = false) throws -> [RunRecord] {
    try read { db in
      let rows = try Row.fetchAll(
        db,
        sql: RunRecord.select + """
           WHERE state IN ('queued', 'waiting', 'blocked')
            AND (not_before IS NULL OR not_before <= ? OR (state = 'blocked' AND ?)) ORDER BY ordinal
          """, arguments: [now.stamp, blockedAtOnce])
      return try rows.map { try RunRecord($0) }
    }
  }

  /// The runs that have not been started or wait for another try, in the order in which they were queued.
  package func queue() throws -> [RunRecord] { try runs(in: [.queued, .waiting, .blocked]) }

  /// The runs that a crash may have cut: running or ready.
  package func unfinishedRuns() throws -> [RunRecord] { try runs(in: [.running, .ready]) }

  /// Says whether a job has a run that is still going or waiting.
  package func hasOpenRun(ofJob job: String) throws -> Bool {
    try !runs(ofJob: job, in: Set(RunState.allCases.filter(\.isOpen))).isEmpty
  }

  /// The attempts of a run, first to last.
  package func attempts(of run: RunID) throws -> [AttemptRecord] {
    try read { db in
      let rows = try Row.fetchAll(
        db, sql: "SELECT * FROM attempts WHERE run = ? ORDER BY number", arguments: [run.description])
      return try rows.map { row in
        AttemptRecord(
          number: try row.integer("number"), startedAt: try row.time("started_at"),
          endedAt: try row.optionalTime("ended_at"), outcome: try row.optional(String.self, "outcome"),
          error: try row.optional(String.self, "error"))
      }
    }
  }

  /// The text of a one-off spec; nil: none of this hash was taken.
  package func spec(_ hash: ContentHash) throws -> String? {
    try read { try $0.first("SELECT text FROM specs WHERE sha256 = ?", [hash.hex])?.text("text") }
  }
}

extension RunRecord {
  static let select = "SELECT *, (SELECT count(*) FROM songs WHERE songs.run = runs.id) AS songs FROM runs"

  /// Reads what `select` gives; without the count of songs it is 0.
  init(_ row: Row) throws {
    id = try row.run("id")
    state = try Row.whole(RunState(rawValue: row.text("state")), "state")
    dueAt = try row.optionalTime("due_at")
    spec = try row.optionalHash("spec")
    request = try row.optional(String.self, "request")
    settings = try row.text("settings")
    order = try row.optional(String.self, "order_text")
    queuedAt = try row.time("queued_at")
    startedAt = try row.optionalTime("started_at")
    endedAt = try row.optionalTime("ended_at")
    attempts = try row.integer("attempts")
    failures = try row.integer("failures")
    interruptions = try row.integer("interruptions")
    interruptionsWithoutProgress = try row.integer("interruptions_without_progress")
    notBefore = try row.optionalTime("not_before")
    weightsIn = try row.optionalHash("weights_in")
    weightsOut = try row.optionalHash("weights_out")
    snapshot = try row.optionalHash("snapshot")
    songs = row.hasColumn("songs") ? try row.integer("songs") : 0
    error = try row.optional(String.self, "error")
  }
}

extension Database {
  func runRecord(_ id: RunID) throws -> RunRecord? {
    try first(RunRecord.select + " WHERE id = ?", [id.description]).map { try RunRecord($0) }
  }
}
