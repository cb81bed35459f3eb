internal import GRDB
package import Identity

extension LedgerReader {
  /// Where a song came from.
  ///
  /// - Throws: `LedgerError`; `unknown` where there is no such song.
  package func lineage(ofSong id: SongID) throws -> Lineage {
    try readMapped { db in
      guard let row = try db.first("SELECT * FROM songs WHERE id = ?", [id.description]) else {
        throw LedgerError.unknown("no song \(id); `ritornello songs` lists them")
      }
      let song = try SongRecord(row)
      return try db.lineage(song: song, run: db.runRecord(id.run), weights: song.weights, snapshot: song.snapshot)
    }
  }

  /// Where a run's weights and songs came from.
  ///
  /// - Throws: `LedgerError`; `unknown` where there is no such run.
  package func lineage(ofRun id: RunID) throws -> Lineage {
    try readMapped { db in
      guard let run = try db.runRecord(id) else {
        throw LedgerError.unknown("no run \(id); `ritornello runs` lists them")
      }
      return try db.lineage(song: nil, run: run, weights: run.weightsOut ?? run.weightsIn, snapshot: run.snapshot)
    }
  }

  /// Where weights came from.
  ///
  /// - Throws: `LedgerError`; `unknown` where there are no such weights.
  package func lineage(ofWeights hash: ContentHash) throws -> Lineage {
    try readMapped { db in
      guard let weights = try db.weightsRecord(hash) else {
        throw LedgerError.unknown("no weights \(hash); `ritornello weights` lists them")
      }
      let run = try weights.run.flatMap { try db.runRecord($0) }
      return try db.lineage(song: nil, run: run, weights: hash, snapshot: weights.snapshot)
    }
  }
}

extension Database {
  fileprivate func lineage(
    song: SongRecord?, run: RunRecord?, weights hash: ContentHash?, snapshot: ContentHash?
  ) throws -> Lineage {
    let weights = try hash.flatMap { try weightsRecord($0) }
    let (parents, unknown) = try hash.map { try ancestors(of: $0) } ?? ([], [])
    let snapshot = snapshot ?? weights?.snapshot
    let files = try snapshot.map { try self.fileTable(of: $0) } ?? FileTable()
    return Lineage(
      song: song, run: run, weights: weights, parents: parents, unknownParents: unknown, snapshot: snapshot,
      files: files, earlierFiles: try earlierFiles(than: files, snapshot, parents.compactMap(\.snapshot)))
  }

  /// The files of a snapshot, in the order in which they were taken in.
  private func fileTable(of snapshot: ContentHash) throws -> FileTable {
    // The order of the joins is that of the numbers, so that neighbours are read together; and nothing is sorted here.
    let count = try first("SELECT files FROM snapshots WHERE sha256 = ?", [snapshot.hex])?.integer("files")
    return try fileTable(
      for: min(max(count ?? 0, 0), 1 << 20),
      of: """
        SELECT corpus_files.corpus, corpus_files.name, corpus_files.name_bytes, objects.sha256
        FROM snapshots
        CROSS JOIN snapshot_files ON snapshot_files.snapshot = snapshots.id
        CROSS JOIN corpus_files ON corpus_files.id = snapshot_files.corpus_file
        CROSS JOIN objects ON objects.id = corpus_files.object
        WHERE snapshots.sha256 = ?
        """, [snapshot.hex])
  }

  /// The files of older snapshots whose contents are not among these.
  ///
  /// Most stand in the newer one too, under the same number, so that the numbers alone are compared at first.
  private func earlierFiles(
    than files: FileTable, _ snapshot: ContentHash?, _ older: [ContentHash]
  ) throws -> FileTable {
    var visited = Set([snapshot].compactMap { $0 })
    let others = older.filter { visited.insert($0).inserted }
    guard !others.isEmpty else { return FileTable() }
    let marks = databaseQuestionMarks(count: others.count)
    var earlier = try fileTable(
      of: """
        SELECT corpus_files.corpus, corpus_files.name, corpus_files.name_bytes, objects.sha256
        FROM (
          SELECT corpus_file FROM snapshot_files
          WHERE snapshot IN (SELECT id FROM snapshots WHERE sha256 IN (\(marks)))
          EXCEPT SELECT corpus_file FROM snapshot_files WHERE snapshot = (SELECT id FROM snapshots WHERE sha256 = ?)
        ) AS older
        CROSS JOIN corpus_files ON corpus_files.id = older.corpus_file
        CROSS JOIN objects ON objects.id = corpus_files.object
        ORDER BY older.corpus_file
        """, StatementArguments(others.map(\.hex)) + [snapshot?.hex])
    guard !earlier.isEmpty else { return earlier }
    var seen = Set(files.map(\.sha256))
    earlier.keep { seen.insert($0.sha256).inserted }
    return earlier
  }

  private func fileTable(
    for count: Int = 0, of sql: String, _ arguments: StatementArguments
  ) throws -> FileTable {
    var files = FileTable()
    files.reserve(count)
    var places: [Int: Int] = [:]
    try eachRow(sql, arguments) { row in
      let corpus = row.integer(0)
      let place: Int
      if let known = places[corpus] {
        place = known
      } else {
        let name = try first("SELECT name FROM corpora WHERE id = ?", [corpus])?.text("name")
        place = files.add(corpus: try Row.whole(name, "corpus"))
        places[corpus] = place
      }
      guard files.add(hash: row.bytes(3), name: row.bytes(1), exactly: row.bytes(2), corpus: place)
      else { throw LedgerError.damaged("the ledger holds an unusable value in the column sha256") }
    }
    return files
  }

  /// The weights that these came from, nearest first, and the hashes of those that are not recorded.
  private func ancestors(of hash: ContentHash) throws -> ([WeightsRecord], [ContentHash]) {
    // The query gives a set (its order is not promised, and a set also ends on a ring); the walk gives the order.
    let rows = try Row.fetchAll(
      self,
      sql: """
        WITH RECURSIVE ancestors (sha256) AS (
          SELECT ? UNION SELECT parent FROM weights_parents JOIN ancestors ON weights = sha256
        )
        SELECT weights, parent FROM weights_parents WHERE weights IN (SELECT sha256 FROM ancestors)
        ORDER BY weights, place
        """, arguments: [hash.hex])
    var parents: [ContentHash: [ContentHash]] = [:]
    for row in rows { parents[try row.hash("weights"), default: []].append(try row.hash("parent")) }
    var order = [hash]
    var seen: Set = [hash]
    var next = 0
    while next < order.count {
      order += (parents[order[next]] ?? []).filter { seen.insert($0).inserted }
      next += 1
    }
    var known: [WeightsRecord] = []
    var unknown: [ContentHash] = []
    for ancestor in order.dropFirst() {
      if let weights = try weightsRecord(ancestor) { known.append(weights) } else { unknown.append(ancestor) }
    }
    return (known, unknown)
  }
}
