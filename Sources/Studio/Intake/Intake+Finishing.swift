import Glibc
import Identity
import Jobs
import Ledger
import Logging

/// What is done with files that have a fate already: they leave the inbox, if what was recorded of them is safe.
extension Intake {
  /// Tries again to remove what has a fate and lies in the inbox still.
  func removeRemaining(_ configuration: JobsFile, _ isEnough: () -> Bool, _ look: inout Look) throws {
    var hasChanged = false
    while let (entry, pause) = remaining.next(at: environment.clock.monotonic) {
      do {
        try finish(entry, configuration)
        remaining.unbar(entry.path.folder, at: environment.clock.monotonic)
        hasChanged = true
      } catch is IntakeStopped {
        remaining.add(entry, at: environment.clock.monotonic)
        look.isPartial = true
        break
      } catch let error as FileError {
        hasLeftovers = try hasLeftovers || environment.exists(paths.taken)
        if !error.isMissing { remaining.add(entry, after: error, pause: pause, at: environment.clock.monotonic) }
      } catch let error as LedgerError {
        remaining.add(
          entry, after: FileError(code: EIO, call: "look up", path: entry.path), pause: pause,
          at: environment.clock.monotonic)
        try note(error, "'\(entry.path.shown)' cannot be removed from the inbox", &look)
        break
      }
      if isEnough() { break }
    }
    if hasChanged { inbox.removeEmptyFolders() }
  }

  /// Makes what a crash or a fault cut off after a fate was recorded: the file's removal.
  private func finish(_ entry: InboxEntry, _ configuration: JobsFile) throws {
    guard let record = try ledger.reader.decision(on: entry.drop) else { return }
    switch record.fate {
    // What was withdrawn and is back (a file system that was mounted anew) becomes a new drop by a rename.
    case .withdrawn: try inbox.renew(entry.path)
    case .rejected:
      let rejected = RejectedFolder(paths: paths, environment: environment)
      let hash = record.sha256 ?? ContentHash(of: entry.path.bytes)
      _ = try rejected.reject(entry, hash: hash, reason: record.reason ?? "", in: inbox) { _ in }
    case .taken, .duplicate:
      let descriptor = try inbox.open(entry.path)
      defer { environment.files.close(descriptor) }
      guard try environment.files.facts(of: descriptor, path: entry.path) == entry.facts else { return }
      if try isSafe(entry, descriptor, record, configuration) {
        try inbox.remove(entry.path, read: descriptor, facts: entry.facts)
      } else {
        // Taken again as a new drop, it is stored again.
        environment.log.warning("'\(entry.path.shown)' was taken, but what was stored of it is not whole")
        try inbox.renew(entry.path)
      }
    }
  }

  /// Says whether what is recorded of a drop is stored whole; objects that are not are mended from the drop.
  private func isSafe(
    _ entry: InboxEntry, _ descriptor: Int32, _ record: DropRecord, _ configuration: JobsFile
  ) throws -> Bool {
    guard let hash = record.sha256 else { return false }
    if entry.path.archiveStem != nil {
      return try environment.hash(of: descriptor, path: entry.path, pulse: pulse) == hash
        && storeAgain(entry, descriptor, configuration)
    }
    if try ledger.reader.spec(hash) != nil { return true }
    let objects = ObjectBatch(paths: paths, environment: environment, reader: ledger.reader)
    if try objects.isWhole(hash) { return true }
    let bytes = try environment.contents(of: descriptor, path: entry.path, limit: Int(max(0, entry.facts.size)) + 1)
    guard ContentHash(of: bytes) == hash, try ledger.reader.hasObject(hash) else { return false }
    try objects.add(bytes, hash)
    if let error = try objects.place().values.first { throw error }
    environment.log.warning("the object \(hash) was not whole, and was written again from '\(entry.path.shown)'")
    return true
  }

  /// Deals with files in the inbox's hidden folder, as a crash or a fault has left them there.
  func emptyTaken(_ look: inout Look) throws {
    do {
      try emptyTaken()
    } catch let error as FileError {
      look.machineError = error
      look.problems.append(
        Problem(error, doing: "files on their way out of the inbox cannot be dealt with", at: environment.clock.now))
    } catch let error as LedgerError {
      try note(error, "files on their way out of the inbox cannot be dealt with", &look)
    }
  }

  /// Removes the files in the hidden folder whose contents are safe, and puts the others back.
  ///
  /// - Throws: `FileError` or `LedgerError` where the machine fails.
  func emptyTaken() throws {
    hasLeftovers = true
    for path in try inbox.leftovers() {
      let hidden = paths.taken / path
      let facts = try environment.files.facts(of: hidden, in: workingFolder)
      var isSafe = false
      if facts.kind == .file { isSafe = try isSafeElsewhere(hidden) }
      if isSafe {
        try environment.make(.unlinkDrop) { try environment.files.unlink(hidden, in: workingFolder) }
      } else {
        try inbox.putBack(path)
      }
    }
    inbox.removeEmptyFolders()
    hasLeftovers = false
  }

  /// Says whether the bytes of a file are stored whole as an object or as a spec's text.
  private func isSafeElsewhere(_ path: FileName) throws -> Bool {
    // An archive goes back and is taken again, which looks at each of its entries.
    guard path.archiveStem == nil else { return false }
    let descriptor = try environment.files.open(
      path, in: workingFolder, flags: O_RDONLY | O_NONBLOCK, permissions: 0)
    defer { environment.files.close(descriptor) }
    let hash = try environment.hash(of: descriptor, path: path)
    if try ledger.reader.spec(hash) != nil { return true }
    let objects = ObjectBatch(paths: paths, environment: environment, reader: ledger.reader)
    return try ledger.reader.hasObject(hash) && objects.isWhole(hash)
  }
}
