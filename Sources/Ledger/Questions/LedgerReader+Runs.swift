package import Foundation
internal import GRDB
package import Identity

extension LedgerReader {
  /// Runs, oldest first: of one job or of all, in these states or in any.
  package func runs(ofJob job: String? = nil, in states: Set<RunState>? = nil) throws -> [RunRecord] {
    try read { db in
      let rows = try Row.fetchAll(
        db, sql: RunRecord.select + RunRecord.condition(job, states) + " ORDER BY ordinal",
        arguments: StatementArguments([job].compactMap { $0 }))
      return try rows.map { try RunRecord($0) }
    }
  }

  /// The last runs in these states, newest first, at most so many: of one job or of all.
  package func lastRuns(_ count: Int, ofJob job: String? = nil, in states: Set<RunState>? = nil) throws -> [RunRecord] {
    try read { db in
      let rows = try Row.fetchAll(
        db, sql: RunRecord.select + RunRecord.condition(job, states) + " ORDER BY ordinal DESC LIMIT ?",
        arguments: StatementArguments([job].compactMap { $0 }) + [count])
      return try rows.map { try RunRecord($0) }
    }
  }

  /// How long the last delivered runs of a job worked, newest first, at most so many.
  package func pastWork(_ count: Int, ofJob job: String) throws -> [PastWork] {
    try read { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT runs.settings, weights.iterations, (
              SELECT sum(julianday(ended_at) - julianday(started_at)) * 86400 FROM attempts WHERE run = runs.id
            ) AS seconds
          FROM runs LEFT JOIN weights ON weights.sha256 = runs.weights_out AND weights.run = runs.id
          WHERE runs.job = ? AND runs.state = 'delivered' ORDER BY runs.number DESC LIMIT ?
          """, arguments: [job, count])
      return try rows.compactMap { row in
        guard let seconds = try row.optional(Double.self, "seconds") else { return nil }
        return PastWork(
          seconds: seconds, iterations: try row.optional(Int.self, "iterations"), settings: try row.text("settings"))
      }
    }
  }

  /// The delivered runs of one-off specs whose job has delivered none since, newest first, at most so many.
  package func newestSpecRuns(_ count: Int) throws -> [RunRecord] {
    try read { db in
      let rows = try Row.fetchAll(
        db,
        sql: RunRecord.select + """
           WHERE spec IS NOT NULL AND state = 'delivered' AND NOT EXISTS (
            SELECT 1 FROM runs AS later
            WHERE later.job = runs.job AND later.number > runs.number AND later.state = 'delivered')
          ORDER BY ordinal DESC LIMIT ?
          """, arguments: [count])
      return try rows.map { try RunRecord($0) }
    }
  }

  /// The number of all runs.
  package func runCount() throws -> Int {
    try read { try $0.first("SELECT count(*) AS number FROM runs")?.integer("number") ?? 0 }
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

  /// The runs to do next: those of a higher priority first, then in the order in which they were queued.
  ///
  /// With `blockedAtOnce`, blocked runs come regardless of their time, as one pass for cron wants.
  package func runsToDo(at now: Date, blockedAtOnce: Bool = false) throws -> [RunRecord] {
    try read { db in
      let rows = try Row.fetchAll(
        db,
        sql: RunRecord.select + """
           WHERE \(RunRecord.isOpen) AND state IN ('queued', 'waiting', 'blocked')
            AND (not_before IS NULL OR not_before <= ? OR (state = 'blocked' AND ?)) ORDER BY \(RunRecord.turn)
          """, arguments: [now.stamp, blockedAtOnce])
      return try rows.map { try RunRecord($0) }
    }
  }

  /// The runs that have not been started or wait for another try, in the order in which they come.
  package func queue() throws -> [RunRecord] {
    try read { db in
      let condition = RunRecord.condition(nil, [.queued, .waiting, .blocked])
      let rows = try Row.fetchAll(db, sql: RunRecord.select + condition + " ORDER BY " + RunRecord.turn)
      return try rows.map { try RunRecord($0) }
    }
  }

  /// The runs that a crash may have cut: running or ready.
  package func unfinishedRuns() throws -> [RunRecord] { try runs(in: [.running, .ready]) }

  /// Says whether a job has a run that is still going or waiting.
  package func hasOpenRun(ofJob job: String) throws -> Bool {
    try !lastRuns(1, ofJob: job, in: Set(RunState.allCases.filter(\.isOpen))).isEmpty
  }

  /// Says whether a due time of a job has made a run, or one that was skipped.
  package func hasRun(ofJob job: String, due: Date) throws -> Bool {
    try read { try $0.first("SELECT 1 FROM runs WHERE job = ? AND due_at = ?", [job, due.stamp]) != nil }
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

  /// The text of `order.json` of a run's last attempt; nil: none was started.
  package func order(of run: RunID) throws -> String? {
    try read { try $0.first("SELECT text FROM run_orders WHERE run = ?", [run.description])?.text("text") }
  }

  /// The text of a one-off spec; nil: none of this hash was taken.
  package func spec(_ hash: ContentHash) throws -> String? {
    try read { try $0.first("SELECT text FROM specs WHERE sha256 = ?", [hash.hex])?.text("text") }
  }
}

extension RunRecord {
  static let select = """
    SELECT id, state, due_at, spec, request, settings, queued_at, started_at, ended_at, attempts, failures,
      interruptions, interruptions_without_progress, not_before, weights_in, weights_out, snapshot, error,
      (SELECT count(*) FROM songs WHERE songs.run = runs.id) AS songs FROM runs
    """

  /// The very term of the index `runs_open`, which lets SQLite use it.
  static let isOpen = "state IN ('queued', 'waiting', 'blocked', 'running', 'ready')"

  /// Whose turn comes first.
  static let turn = "coalesce(json_extract(settings, '$.priority'), 0) DESC, ordinal"

  /// A job's runs, where one is given (an argument), in some states, where they are.
  static func condition(_ job: String?, _ states: Set<RunState>?) -> String {
    var terms: [String] = []
    if job != nil { terms.append("job = ?") }
    if let states {
      if states.allSatisfy(\.isOpen) { terms.append(isOpen) }
      terms.append("state IN (\(states.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")))")
    }
    return terms.isEmpty ? "" : " WHERE " + terms.joined(separator: " AND ")
  }

  /// Reads what `select` gives; without the count of songs it is 0.
  init(_ row: Row) throws {
    id = try row.run("id")
    state = try Row.whole(RunState(rawValue: row.text("state")), "state")
    dueAt = try row.optionalTime("due_at")
    spec = try row.optionalHash("spec")
    request = try row.optional(String.self, "request")
    settings = try row.text("settings")
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
    let sql = "SELECT *, (SELECT count(*) FROM songs WHERE songs.run = runs.id) AS songs FROM runs WHERE id = ?"
    return try first(sql, [id.description]).map { try RunRecord($0) }
  }
}
