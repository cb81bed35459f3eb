internal import GRDB
package import Identity

extension LedgerReader {
  /// All weights, oldest first.
  package func weights() throws -> [WeightsRecord] {
    try read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM weights ORDER BY id").map { try WeightsRecord($0, db) }
    }
  }

  /// Weights of a hash; nil: there are none.
  package func weights(_ hash: ContentHash) throws -> WeightsRecord? {
    try read { try $0.weightsRecord(hash) }
  }

  /// The weights that `latest` means: those of the job's last run that made some; nil: it made none.
  package func latestWeights(ofJob job: String) throws -> WeightsRecord? {
    try read { try $0.latestWeights(of: job) }
  }

  /// The weights that `from:` means in a studio.
  ///
  /// That is `latest` (of the job), a hash or its first 8 digits or more, a job's name (its latest weights) or a run's
  /// id; `scratch` and `starter` are not asked of the ledger. Throws `LedgerError.unknown` where there are no such
  /// weights, `refused` where they were pruned or a short hash could mean several.
  package func weights(meantBy text: String, inJob job: String? = nil) throws -> WeightsRecord {
    try read { db in
      let found = try db.weights(meantBy: text, job: job)
      guard let found else {
        let shown = FileName(text).shown
        throw LedgerError.unknown(
          "no weights '\(shown)'; name `latest`, a job, a run or a hash: see `ritornello weights`")
      }
      if let pruned = found.prunedAt {
        throw LedgerError.refused(
          "the weights \(found.sha256) were pruned at \(pruned.stamp); raise keep.weights or pin what is still needed")
      }
      return found
    }
  }

  /// Weights of a job whose files may be deleted so that its newest `count` remain.
  ///
  /// Never what is pinned, named by a job (`named`), the newest of any job, or what an open run reads.
  package func prunableWeights(ofJob job: String, keeping count: Int, named: Set<ContentHash>) throws -> [WeightsRecord]
  {
    try read { db in
      let rows = try Row.fetchAll(
        db,
        sql: """
          SELECT *, coalesce((SELECT max(ended_at) FROM runs WHERE weights_out = sha256), created_at) AS used_at
          FROM weights WHERE job = ? AND pruned_at IS NULL ORDER BY used_at DESC, id DESC LIMIT -1 OFFSET ?
          """, arguments: [job, max(1, count)])
      let jobs = try Row.fetchAll(db, sql: "SELECT name FROM jobs").map { try $0.text("name") }
      var kept = named
      for job in jobs { if let latest = try db.latestWeights(of: job) { kept.insert(latest.sha256) } }
      for row in try Row.fetchAll(
        db,
        sql: """
          SELECT weights_in FROM runs WHERE weights_in IS NOT NULL
            AND state IN ('queued', 'waiting', 'blocked', 'running', 'ready')
          """)
      { kept.insert(try row.hash("weights_in")) }
      return try rows.map { try WeightsRecord($0, db) }.filter { !$0.isPinned && !kept.contains($0.sha256) }
    }
  }
}

extension WeightsRecord {
  init(_ row: Row, _ db: Database) throws {
    sha256 = try row.hash("sha256")
    bytes = try row.integer("bytes")
    job = try row.optional(String.self, "job")
    run = try row.optionalRun("run")
    snapshot = try row.optionalHash("snapshot")
    iterations = try row.integer("iterations")
    validationLoss = try row.optional(Double.self, "validation_loss")
    isPinned = try row.value(Bool.self, "pinned")
    createdAt = try row.time("created_at")
    prunedAt = try row.optionalTime("pruned_at")
    let rows = try Row.fetchAll(
      db.cachedStatement(sql: "SELECT parent FROM weights_parents WHERE weights = ? ORDER BY place"),
      arguments: [sha256.hex])
    parents = try rows.map { try $0.hash("parent") }
  }
}

extension Database {
  func weightsRecord(_ hash: ContentHash) throws -> WeightsRecord? {
    try first("SELECT * FROM weights WHERE sha256 = ?", [hash.hex]).map { try WeightsRecord($0, self) }
  }

  func latestWeights(of job: String) throws -> WeightsRecord? {
    let row = try first(
      """
      SELECT weights.* FROM runs JOIN weights ON weights.sha256 = runs.weights_out
      WHERE runs.job = ? ORDER BY runs.ended_at DESC, runs.ordinal DESC LIMIT 1
      """, [job])
    return try row.map { try WeightsRecord($0, self) }
  }

  fileprivate func weights(meantBy text: String, job: String?) throws -> WeightsRecord? {
    if text == "latest" { return try job.flatMap { try latestWeights(of: $0) } }
    if let run = RunID(text) {
      return try runRecord(run)?.weightsOut.flatMap { try weightsRecord($0) }
    }
    if let hash = ContentHash(hex: text) { return try weightsRecord(hash) }
    if let latest = try latestWeights(of: text) { return latest }
    let digits = Array(text.utf8)
    guard digits.count >= 8, digits.count < 64,
      ContentHash(hex: text + String(repeating: "0", count: 64 - digits.count)) != nil
    else { return nil }
    let rows = try Row.fetchAll(
      self, sql: "SELECT * FROM weights WHERE substr(sha256, 1, ?) = ? LIMIT 2", arguments: [digits.count, text])
    guard rows.count < 2 else {
      throw LedgerError.refused("several weights begin with \(text); give more digits: see `ritornello weights`")
    }
    return try rows.first.map { try WeightsRecord($0, self) }
  }
}
