import Glibc
import Identity
import Jobs
import Ledger
import Logging
import MIDI

/// What becomes of an archive's entries.
private struct ArchiveCounts {
  var entries = 0
  var notRegular = 0
  var leftAlone = 0
  var otherKind = 0
  var unusable: [String] = []
  var unusableCount = 0

  /// What a person should know, such as `2 of 5 entries are MIDI files; passed over: 3 of another kind`.
  func told(taken: Int) -> String {
    var passed: [String] = []
    if notRegular > 0 { passed.append("\(notRegular) that are no regular files") }
    if leftAlone > 0 { passed.append("\(leftAlone) with names that are left alone") }
    if otherKind > 0 { passed.append("\(otherKind) of another kind") }
    if unusableCount > 0 {
      let more = unusableCount > unusable.count ? ", …" : ""
      passed.append("\(unusableCount) not usable as MIDI (\(unusable.joined(separator: ", "))\(more))")
    }
    let rest = passed.isEmpty ? "" : "; passed over: " + passed.joined(separator: ", ")
    return "\(taken) of \(entries) entries are MIDI files" + rest
  }
}

extension Intake {
  /// Takes an archive as a corpus of its name: all of it in one transaction, or nothing.
  ///
  /// It is read twice: first to see that it keeps every limit, so that nothing of one that does not is stored.
  func takeArchive(
    _ entry: InboxEntry, stem: FileName, _ descriptor: Int32, _ configuration: JobsFile
  ) throws -> Decision {
    let limits = ArchiveLimits(unpacked: configuration.limits.archiveBytes, entry: configuration.limits.fileBytes)
    guard entry.facts.size <= Int64(limits.unpacked.bytes) else {
      return try reject(
        entry, nil,
        "the archive holds \(entry.facts.size) bytes; the limit is \(limits.unpacked) (limits.archive_bytes)")
    }
    let hash = try environment.hash(of: descriptor, path: entry.path, pulse: pulse)
    do {
      let reader = try reader(entry, descriptor, limits)
      try reader.forEach(wanted: { _ in false }) { _ in }
    } catch let fault as ArchiveFault {
      return try refuse(entry, descriptor, hash, fault)
    }
    let objects = ObjectBatch(paths: paths, environment: environment, reader: ledger.reader)
    // Nothing is left of one that is not recorded.
    defer { objects.discard() }
    var files: [TakenFile] = []
    var counts = ArchiveCounts()
    do {
      let reader = try reader(entry, descriptor, limits)
      let prefix = entry.path.components.count > 1 ? entry.name.folder.appending(stem) : FileName(bytes: [])
      try reader.forEach(wanted: { Self.isMIDIName($0) }) { item in
        guard let file = try store(item, &counts, limits.entry, objects) else { return }
        files.append(file.named(prefix.appending(file.name)))
      }
    } catch let fault as ArchiveFault {
      return try refuse(entry, descriptor, hash, fault)
    }
    try Self.place(objects)
    guard try environment.files.facts(of: descriptor, path: entry.path) == entry.facts else { return .changing }
    let told = counts.told(taken: files.count)
    guard !files.isEmpty else {
      return try reject(entry, hash, "the archive holds no file that can be used: \(told)")
    }
    let corpus = entry.path.components.count > 1 ? entry.corpus : stem
    try environment.make(.recordTaken) {
      _ = try ledger.recordTaken(
        entry.drop, sha256: hash, corpus: corpus.shown, files: files, reason: told, seenAt: environment.clock.now,
        at: environment.clock.now)
    }
    objects.clear()
    environment.log.info(
      "'\(entry.path.shown)' was taken into the corpus '\(corpus.shown)': \(told)",
      metadata: ["event": "archive-taken", "path": "\(entry.path.shown)"])
    try remove(entry, descriptor)
    inbox.removeEmptyFolders()
    return .decided
  }

  /// Stores those entries of an archive that was taken whose objects are not whole.
  ///
  /// - Returns: whether all that it holds is stored and recorded.
  func storeAgain(_ entry: InboxEntry, _ descriptor: Int32, _ configuration: JobsFile) throws -> Bool {
    let limits = ArchiveLimits(unpacked: configuration.limits.archiveBytes, entry: configuration.limits.fileBytes)
    let objects = ObjectBatch(paths: paths, environment: environment, reader: ledger.reader)
    defer { objects.discard() }
    var counts = ArchiveCounts()
    var isRecorded = true
    do {
      try reader(entry, descriptor, limits).forEach(wanted: { Self.isMIDIName($0) }) { item in
        guard let file = try store(item, &counts, limits.entry, objects) else { return }
        if try !ledger.reader.hasObject(file.sha256) { isRecorded = false }
      }
    } catch is ArchiveFault {
      return false
    }
    try Self.place(objects)
    return isRecorded
  }

  /// Entries that are written before they are made durable together.
  private static let mostEntries = 500

  private static func place(_ objects: ObjectBatch) throws {
    if let error = try objects.place().values.first { throw error }
  }

  private func reader(_ entry: InboxEntry, _ descriptor: Int32, _ limits: ArchiveLimits) throws -> ArchiveReader {
    try ArchiveReader(
      descriptor, path: entry.path, size: entry.facts.size, limits: limits, files: environment.files, pulse: pulse)
  }

  /// Refuses an archive for what it holds, if it is still what was read.
  private func refuse(
    _ entry: InboxEntry, _ descriptor: Int32, _ hash: ContentHash, _ fault: ArchiveFault
  ) throws -> Decision {
    guard try environment.files.facts(of: descriptor, path: entry.path) == entry.facts else { return .changing }
    if fault.endsEarly, isYoung(entry) { return waiting(entry, fault.description) }
    return try reject(entry, hash, fault.description)
  }

  private static func isMIDIName(_ path: FileName) -> Bool {
    guard let name = path.entryName, midiEndings.contains(name.ending) else { return false }
    return !name.components.contains { IgnoredNames.contains($0) }
  }

  /// Stores an entry as an object, where it is a MIDI file; else it is counted.
  private func store(
    _ item: ArchiveReader.Entry, _ counts: inout ArchiveCounts, _ limit: ByteCount, _ objects: ObjectBatch
  ) throws -> TakenFile? {
    counts.entries += 1
    guard item.isRegularFile else {
      counts.notRegular += 1
      return nil
    }
    guard let name = item.path?.entryName, let bytes = item.bytes else {
      let isLeft = item.path?.components.contains { IgnoredNames.contains($0) } ?? true
      if isLeft { counts.leftAlone += 1 } else { counts.otherKind += 1 }
      return nil
    }
    let facts: MIDIFacts
    do {
      facts = try MIDIFile(bytes: bytes, limits: MIDILimits(fileBytes: limit.bytes)).facts()
    } catch {
      counts.unusableCount += 1
      if counts.unusable.count < 10 { counts.unusable.append("'\(name.shown)': \(error)") }
      return nil
    }
    let hash = ContentHash(of: bytes)
    try objects.add(bytes, hash)
    if objects.count >= Self.mostEntries { try Self.place(objects) }
    return TakenFile(name: name, sha256: hash, bytes: bytes.count, notes: facts.notes, seconds: facts.seconds)
  }
}

extension TakenFile {
  fileprivate func named(_ name: FileName) -> TakenFile {
    var file = self
    file.name = name
    return file
  }
}

extension StudioEnvironment {
  /// The hash of an open file's bytes, from its start; `pulse` is called now and then meanwhile.
  func hash(of descriptor: Int32, path: FileName, pulse: () throws -> Void = {}) throws -> ContentHash {
    guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw FileError(code: errno, call: "seek", path: path) }
    var hasher = ContentHash.Hasher()
    while true {
      let piece = try files.read(descriptor, count: 1 << 18, of: path)
      if piece.isEmpty { return hasher.finish() }
      hasher.update(piece)
      try pulse()
    }
  }
}
