package import Foundation
internal import GRDB
package import Identity

extension LedgerReader {
  /// All corpora, by name.
  package func corpora() throws -> [CorpusRecord] {
    try read { db in
      try Row.fetchAll(db, sql: "SELECT * FROM \(Self.talliedCorpora) ORDER BY name").map { row in
        let name = try row.text("name")
        // Where it was not made since the last change, it takes a look at each file.
        return CorpusRecord(
          name: name, files: try row.integer("files"), notes: try row.integer("notes"),
          seconds: try row.decimal("seconds"), bytes: try row.integer("bytes"),
          snapshot: try row.optionalHash("snapshot") ?? db.snapshotHash(of: [name]),
          changedAt: try row.time("changed_at"))
      }
    }
  }

  /// The corpora that a snapshot's files came from, by name; none where there is no such snapshot.
  package func corpora(ofSnapshot hash: ContentHash) throws -> [String] {
    try read { db in
      try String.fetchAll(
        db,
        sql: """
          SELECT DISTINCT corpora.name FROM snapshots
          JOIN snapshot_files ON snapshot_files.snapshot = snapshots.id
          JOIN corpus_files ON corpus_files.id = snapshot_files.corpus_file
          JOIN corpora ON corpora.id = corpus_files.corpus
          WHERE snapshots.sha256 = ? ORDER BY corpora.name
          """, arguments: [hash.hex])
    }
  }

  /// The files of a corpus, by name.
  ///
  /// - Throws: `LedgerError`; `unknown` where there is no such corpus.
  package func files(ofCorpus corpus: String) throws -> [CorpusFile] {
    try read { db in
      guard try db.first("SELECT 1 FROM corpora WHERE name = ?", [corpus]) != nil else {
        throw LedgerError.unknown("no corpus '\(FileName(corpus).shown)'; `ritornello corpus` lists them")
      }
      let rows = try Row.fetchAll(db, sql: Self.corpusFiles + " ORDER BY corpus_files.name", arguments: [corpus])
      return try rows.map { try CorpusFile($0, corpus: corpus) }
    }
  }

  /// The file of a name in a corpus; nil: there is none.
  package func file(_ file: FileName, inCorpus corpus: String) throws -> CorpusFile? {
    try read { db in
      let (name, bytes) = file.columns
      let row = try db.first(
        Self.corpusFiles + " AND corpus_files.name = ? AND coalesce(name_bytes, x'') = coalesce(?, x'')",
        [corpus, name, bytes])
      return try row.map { try CorpusFile($0, corpus: corpus) }
    }
  }

  /// When the content of any of these corpora last changed; nil: none of them exists.
  package func lastChange(ofCorpora corpora: [String]) throws -> Date? {
    guard !corpora.isEmpty else { return nil }
    return try read { db in
      let row = try db.first(
        "SELECT max(changed_at) AS changed_at FROM corpora WHERE name IN (\(databaseQuestionMarks(count: corpora.count)))",
        StatementArguments(corpora))
      return try row?.optionalTime("changed_at")
    }
  }

  /// The corpora whose content's hash is not recorded, as they changed since, by name: those that last changed before a
  /// time.
  package func corporaWithoutHash(changedBefore time: Date = .distantFuture) throws -> [String] {
    try read { db in
      try String.fetchAll(
        db,
        sql: """
          SELECT name FROM \(Self.talliedCorpora) WHERE snapshot IS NULL AND files > 0 AND changed_at < ? ORDER BY name
          """, arguments: [time.stamp])
    }
  }

  /// The hash of what each of these corpora holds now; nil: it is empty.
  package func contentHashes(ofCorpora corpora: [String]) throws -> [ContentHash?] {
    try read { db in try corpora.map { try db.snapshotHash(of: [$0]) } }
  }

  /// The hash of what these corpora hold together now; nil: they are empty.
  ///
  /// Complexity: reads every hash, unless it is one corpus whose hash is recorded.
  package func snapshotHash(ofCorpora corpora: [String]) throws -> ContentHash? {
    try read { try $0.snapshotHash(of: corpora) }
  }

  /// A recorded snapshot; nil: there is none of this hash.
  package func snapshot(_ hash: ContentHash) throws -> Snapshot? {
    try read { db in
      guard try db.first("SELECT 1 FROM snapshots WHERE sha256 = ?", [hash.hex]) != nil else { return nil }
      return Snapshot(sha256: hash, files: try db.files(ofSnapshot: hash))
    }
  }

  static let talliedCorpora = "corpora JOIN corpus_tallies ON corpus_tallies.corpus = corpora.id"

  private static let corpusFiles = """
    SELECT corpus_files.name AS name, name_bytes, sha256, bytes, notes, seconds, corpus_files.added_at AS added_at
    FROM corpus_files JOIN corpora ON corpora.id = corpus_files.corpus JOIN objects ON objects.id = corpus_files.object
    WHERE corpora.name = ? AND removed_at IS NULL
    """
}

extension CorpusFile {
  fileprivate init(_ row: Row, corpus: String) throws {
    self.corpus = corpus
    name = try row.fileName()
    sha256 = try row.hash("sha256")
    bytes = try row.integer("bytes")
    notes = try row.integer("notes")
    seconds = try row.decimal("seconds")
    addedAt = try row.time("added_at")
  }
}

extension SnapshotFile {
  fileprivate init(_ row: Row) throws {
    corpus = try row.text("corpus")
    name = try row.fileName()
    sha256 = try row.hash("sha256")
  }
}

extension Database {
  /// What some corpora hold now, each content once under its first name, in the order of hashes.
  func contents(of corpora: [String]) throws -> [(id: Int, file: SnapshotFile)] {
    guard !corpora.isEmpty else { return [] }
    let rows = try Row.fetchAll(
      self,
      sql: """
        SELECT corpus_files.id AS id, corpora.name AS corpus, corpus_files.name AS name, name_bytes, sha256
        FROM corpus_files
        JOIN corpora ON corpora.id = corpus_files.corpus
        JOIN objects ON objects.id = corpus_files.object
        WHERE corpora.name IN (\(databaseQuestionMarks(count: corpora.count))) AND removed_at IS NULL
        ORDER BY sha256, corpora.name, corpus_files.name
        """, arguments: StatementArguments(corpora))
    var contents: [(id: Int, file: SnapshotFile)] = []
    contents.reserveCapacity(rows.count)
    for row in rows {
      let file = try SnapshotFile(row)
      if contents.last?.file.sha256 == file.sha256 { continue }
      contents.append((try row.integer("id"), file))
    }
    return contents
  }

  func snapshotHash(of corpora: [String]) throws -> ContentHash? {
    guard !corpora.isEmpty else { return nil }
    let sql = "SELECT files, snapshot FROM \(LedgerReader.talliedCorpora) WHERE name = ?"
    if corpora.count == 1, let row = try first(sql, [corpora.first]) {
      if try row.integer("files") == 0 { return nil }
      if let known = try row.optionalHash("snapshot") { return known }
    }
    return try contentHash(of: corpora)
  }

  /// The hash of what some corpora hold, from each file's; nil: they are empty.
  func contentHash(of corpora: [String]) throws -> ContentHash? {
    try contentHash(
      """
      SELECT DISTINCT sha256 FROM corpus_files
      JOIN corpora ON corpora.id = corpus_files.corpus
      JOIN objects ON objects.id = corpus_files.object
      WHERE corpora.name IN (\(databaseQuestionMarks(count: corpora.count))) AND removed_at IS NULL ORDER BY sha256
      """, StatementArguments(corpora))
  }

  /// The snapshot's hash of the files whose hashes a question gives, in their order; nil: there are none.
  func contentHash(_ sql: String, _ arguments: StatementArguments) throws -> ContentHash? {
    var hasher = ContentHash.Hasher()
    var count = 0
    var lines: [UInt8] = []
    try eachRow(sql, arguments) { row in
      count += 1
      lines.append(contentsOf: row.bytes(0))
      lines.append(UInt8(ascii: "\n"))
      guard lines.count > 1 << 16 else { return }
      hasher.update(lines)
      lines.removeAll(keepingCapacity: true)
    }
    hasher.update(lines)
    return count == 0 ? nil : hasher.finish()
  }

  /// The files of a recorded snapshot, in the order of their hashes.
  func files(ofSnapshot hash: ContentHash) throws -> [SnapshotFile] {
    let rows = try Row.fetchCursor(
      self,
      sql: """
        SELECT corpora.name AS corpus, corpus_files.name AS name, name_bytes, objects.sha256 AS sha256
        FROM snapshots
        JOIN snapshot_files ON snapshot_files.snapshot = snapshots.id
        JOIN corpus_files ON corpus_files.id = snapshot_files.corpus_file
        JOIN corpora ON corpora.id = corpus_files.corpus
        JOIN objects ON objects.id = corpus_files.object
        WHERE snapshots.sha256 = ? ORDER BY objects.sha256
        """, arguments: [hash.hex])
    // There may be very many: columns are taken by their places, which is faster than by their names.
    var files: [SnapshotFile] = []
    while let row = try rows.next() {
      let text = try Row.whole(String.fromDatabaseValue(row[1]), "name")
      let name = Data.fromDatabaseValue(row[2]).map { FileName(bytes: Array($0)) } ?? FileName(text)
      files.append(
        SnapshotFile(
          corpus: try Row.whole(String.fromDatabaseValue(row[0]), "corpus"), name: name,
          sha256: try Row.whole(String.fromDatabaseValue(row[3]).flatMap { ContentHash(hex: $0) }, "sha256")))
    }
    return files
  }
}
