package import Foundation
internal import GRDB
package import Identity

extension Ledger {
  /// Takes a file out of a corpus; its object and what it was used for stay in the ledger.
  ///
  /// - Throws: `LedgerError`; `unknown` where the corpus has no such file.
  package func removeFile(_ file: FileName, fromCorpus corpus: String, at: Date) throws {
    try write { db in
      let (name, bytes) = file.columns
      try db.run(
        """
        UPDATE corpus_files SET removed_at = ? WHERE corpus = (SELECT id FROM corpora WHERE name = ?)
          AND name = ? AND coalesce(name_bytes, x'') = coalesce(?, x'') AND removed_at IS NULL
        """, [at.stamp, corpus, name, bytes])
      guard db.changesCount == 1 else {
        throw LedgerError.unknown(
          "no file '\(file.shown)' in the corpus '\(FileName(corpus).shown)'; `ritornello corpus NAME` lists its files")
      }
      try db.run("UPDATE corpora SET changed_at = ? WHERE name = ?", [at.stamp, corpus])
    }
  }

  /// Records the hash of what a corpus holds, so that it need not be made each time that somebody asks; a change of the
  /// corpus clears it.
  package func recordContent(ofCorpus corpus: String) throws {
    try write { db in
      let hash = try db.snapshotHash(of: [corpus])
      try db.note(content: hash, of: corpus)
    }
  }

  /// Records the exact content of some corpora now, unless a snapshot of the same content is recorded already.
  ///
  /// - Returns: the snapshot, with the names that the files have now; nil where there is no file.
  package func makeSnapshot(of corpora: [String], at: Date) throws -> Snapshot? {
    try write { db in
      let rows = try db.contents(of: corpora)
      guard !rows.isEmpty else { return nil }
      let snapshot = Snapshot(sha256: ContentHash(ofSnapshot: rows.map(\.file.sha256)), files: rows.map(\.file))
      if corpora.count == 1, let corpus = corpora.first { try db.note(content: snapshot.sha256, of: corpus) }
      let known = try db.first("SELECT 1 FROM snapshots WHERE sha256 = ?", [snapshot.sha256.hex])
      guard known == nil else { return snapshot }
      try db.run(
        "INSERT INTO snapshots (sha256, files, created_at) VALUES (?, ?, ?)",
        [snapshot.sha256.hex, rows.count, at.stamp])
      let id = db.lastInsertedRowID
      for row in rows { try db.run("INSERT INTO snapshot_files (snapshot, corpus_file) VALUES (?, ?)", [id, row.id]) }
      return snapshot
    }
  }
}

extension Database {
  fileprivate func note(content hash: ContentHash?, of corpus: String) throws {
    try run(
      "UPDATE corpus_tallies SET snapshot = ? WHERE corpus = (SELECT id FROM corpora WHERE name = ?)",
      [hash?.hex, corpus])
  }
}
