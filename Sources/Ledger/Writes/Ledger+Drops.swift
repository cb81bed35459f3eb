package import Foundation
internal import GRDB
package import Identity

extension Ledger {
  /// Records that a drop was taken: its file, or an archive's entries, as objects and as content of a corpus.
  ///
  /// Bytes that the corpus holds already are not added again. A name that it holds already for other bytes gets `-2`,
  /// `-3` … before its ending.
  /// `sha256` is the hash of the drop's own bytes (of the archive, not its entries), `reason` what else the person should
  /// know, such as entries passed over. Gives `taken`, or `duplicate` where the corpus held all of the bytes already;
  /// throws `LedgerError.refused` where the drop has a fate.
  package func recordTaken(
    _ drop: Drop, sha256: ContentHash, corpus: String, files: [TakenFile], reason: String? = nil, seenAt: Date, at: Date
  ) throws -> DropFate {
    try write { db in
      var added = 0
      for file in files where try db.add(file, to: corpus, at: at) { added += 1 }
      if added > 0 { try db.run("UPDATE corpora SET changed_at = ? WHERE name = ?", [at.stamp, corpus]) }
      let fate = added > 0 ? DropFate.taken : .duplicate
      try db.settle(drop, fate, reason: reason, sha256: sha256, corpus: corpus, seenAt: seenAt, at: at)
      return fate
    }
  }

  /// Records that many drops were taken, each a file of its own, in one durable transaction.
  ///
  /// Gives the fates in the order of the drops; throws `LedgerError.refused` where one of them has a fate, and records
  /// none then.
  package func recordTaken(_ drops: [TakenDrop], seenAt: Date, at: Date) throws -> [DropFate] {
    try write { db in
      var changed: Set<String> = []
      let fates = try drops.map { taken in
        let isNew = try db.add(taken.file, to: taken.corpus, at: at)
        if isNew { changed.insert(taken.corpus) }
        let fate = isNew ? DropFate.taken : .duplicate
        try db.settle(
          taken.drop, fate, reason: nil, sha256: taken.file.sha256, corpus: taken.corpus, seenAt: seenAt, at: at)
        return fate
      }
      for corpus in changed.sorted() {
        try db.run("UPDATE corpora SET changed_at = ? WHERE name = ?", [at.stamp, corpus])
      }
      return fates
    }
  }

  /// Records that a drop was rejected for what it contains.
  ///
  /// Throws `LedgerError.refused` where the drop has a fate.
  package func recordRejected(
    _ drop: Drop, reason: String, sha256: ContentHash? = nil, corpus: String? = nil, seenAt: Date, at: Date
  ) throws {
    try write { db in
      try db.settle(drop, .rejected, reason: reason, sha256: sha256, corpus: corpus, seenAt: seenAt, at: at)
    }
  }

  /// Records that a drop was gone before it was taken.
  ///
  /// Throws `LedgerError.refused` where the drop has a fate.
  package func recordWithdrawn(_ drop: Drop, reason: String? = nil, corpus: String? = nil, seenAt: Date, at: Date)
    throws
  {
    try write { db in
      try db.settle(drop, .withdrawn, reason: reason, sha256: nil, corpus: corpus, seenAt: seenAt, at: at)
    }
  }

  /// Records a one-off spec, its run and the fate of its drop together.
  ///
  /// `job` is the spec's `name`, `settings` are the job's after defaults, as JSON. Gives the run, or nil where the same
  /// bytes made one before: the drop is then a duplicate. Throws `LedgerError.refused` where the drop has a fate.
  package func recordSpec(
    _ drop: Drop, sha256: ContentHash, text: String, job: String, settings: String, seenAt: Date, at: Date
  ) throws -> RunID? {
    try write { db in
      let (name, bytes) = drop.name.columns
      try db.run(
        """
        INSERT INTO specs (sha256, name, name_bytes, text, taken_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (sha256) DO NOTHING
        """, [sha256.hex, name, bytes, text, at.stamp])
      let run = try db.insertRun(job, .spec(sha256), settings: settings, state: .queued, error: nil, at: at)
      try db.settle(
        drop, run == nil ? .duplicate : .taken, reason: run.map { "run \($0)" }, sha256: sha256, corpus: nil,
        seenAt: seenAt, at: at)
      return run
    }
  }
}

extension Database {
  fileprivate func settle(
    _ drop: Drop, _ fate: DropFate, reason: String?, sha256: ContentHash?, corpus: String?, seenAt: Date, at: Date
  ) throws {
    if let known = try self.fate(of: drop) {
      throw LedgerError.refused("the drop '\(drop.name.shown)' has a fate already: \(known.rawValue)")
    }
    let (name, bytes) = drop.name.columns
    try run(
      """
      INSERT INTO drops (device, inode, size, mtime_ns, ctime_ns, name, name_bytes, fate, reason, sha256, corpus, seen_at,
        decided_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        Int64(bitPattern: drop.device), Int64(bitPattern: drop.inode), drop.size, drop.modified, drop.changed, name,
        bytes, fate.rawValue, reason, sha256?.hex, corpus, seenAt.stamp, at.stamp,
      ])
  }

  /// Adds a file to a corpus, and says whether its bytes are new there.
  fileprivate func add(_ file: TakenFile, to corpus: String, at: Date) throws -> Bool {
    try run(
      """
      INSERT INTO objects (sha256, bytes, notes, seconds, added_at) VALUES (?, ?, ?, ?, ?)
      ON CONFLICT (sha256) DO NOTHING
      """, [file.sha256.hex, file.bytes, file.notes, file.seconds, at.stamp])
    try run("INSERT INTO corpora (name, changed_at) VALUES (?, ?) ON CONFLICT (name) DO NOTHING", [corpus, at.stamp])
    guard
      let ids = try first(
        "SELECT corpora.id AS corpus, objects.id AS object FROM corpora, objects WHERE name = ? AND sha256 = ?",
        [corpus, file.sha256.hex])
    else { throw LedgerError.fault("an object was not recorded") }
    let (corpusID, objectID) = (try ids.integer("corpus"), try ids.integer("object"))
    let held = try first(
      "SELECT 1 FROM corpus_files WHERE corpus = ? AND object = ? AND removed_at IS NULL", [corpusID, objectID])
    if held != nil { return false }
    let (name, bytes) = try freeName(for: file.name, in: corpusID).columns
    try run(
      "INSERT INTO corpus_files (corpus, object, name, name_bytes, added_at) VALUES (?, ?, ?, ?, ?)",
      [corpusID, objectID, name, bytes, at.stamp])
    return true
  }

  private func freeName(for wanted: FileName, in corpus: Int) throws -> FileName {
    var name = wanted
    var number = 1
    while true {
      let (text, bytes) = name.columns
      let taken = try first(
        """
        SELECT 1 FROM corpus_files
        WHERE corpus = ? AND name = ? AND coalesce(name_bytes, x'') = coalesce(?, x'') AND removed_at IS NULL
        """, [corpus, text, bytes])
      if taken == nil { return name }
      number += 1
      name = wanted.numbered(number)
    }
  }
}

extension FileName {
  /// The name with `-N` before its ending: `a.mid` becomes `a-2.mid`.
  fileprivate func numbered(_ number: Int) -> FileName {
    let start = bytes.lastIndex(of: UInt8(ascii: "/")).map { $0 + 1 } ?? 0
    var end = bytes.count
    if let dot = bytes.lastIndex(of: UInt8(ascii: ".")), dot > start { end = dot }
    return FileName(bytes: bytes[..<end] + Array("-\(number)".utf8) + bytes[end...])
  }
}
