internal import GRDB
package import Identity

extension LedgerReader {
  /// Where a song came from.
  ///
  /// - Throws: `LedgerError`; `unknown` where there is no such song.
  package func lineage(ofSong id: SongID) throws -> Lineage {
    try read { db in
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
    try read { db in
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
    try read { db in
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
    let files = try snapshot.map { try self.files(ofSnapshot: $0) } ?? []
    var seen = Set(files.map(\.sha256))
    var earlier: [SnapshotFile] = []
    var visited: Set<ContentHash> = []
    for older in parents.compactMap(\.snapshot) where visited.insert(older).inserted && older != snapshot {
      earlier += try self.files(ofSnapshot: older).filter { seen.insert($0.sha256).inserted }
    }
    return Lineage(
      song: song, run: run, weights: weights, parents: parents, unknownParents: unknown, snapshot: snapshot,
      files: files, earlierFiles: earlier)
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
