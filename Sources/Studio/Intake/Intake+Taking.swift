import Foundation
import Glibc
import Identity
import Jobs
import Ledger
import Logging
import MIDI

/// What was decided about a settled file.
enum Decision {
  /// It has a fate.
  case decided
  /// It was a one-off spec, and its run is queued.
  case queuedRun
  /// It changed since it was looked at: it settles anew.
  case changing
  /// Some process has it open for writing.
  case busy
  /// It waits, for the reason told.
  case later(Problem)
}

extension Intake {
  /// Seconds that a file which ends too early is left alone, as its rest may be on the way.
  static let patience = 600.0

  static let midiEndings: Set<String> = ["mid", "midi", "kar", "rmi"]
  private static let specEndings: Set<String> = ["yaml", "yml"]

  /// Gives a settled file its fate.
  ///
  /// - Throws: `FileError` or `LedgerError` where the machine fails; the file is then where it was.
  func take(_ entry: InboxEntry, _ configuration: JobsFile) throws -> Decision {
    try inbox.withFile(entry.path) { descriptor in
      let facts = try environment.files.facts(of: descriptor, path: entry.path)
      guard facts == entry.facts else { return .changing }
      if environment.files.isOpenForWriting(descriptor) == true { return .busy }
      if let stem = entry.path.archiveStem { return try takeArchive(entry, stem: stem, descriptor, configuration) }
      let isSpec = Self.specEndings.contains(entry.path.ending)
      guard isSpec || Self.midiEndings.contains(entry.path.ending) else {
        return try reject(
          entry, nil,
          "not a MIDI file: the inbox takes .mid, .midi, .kar and .rmi files, archives of them (.zip, .tar, .tar.gz, .tar.xz)"
            + " and one-off specs (.yaml, .yml)")
      }
      let limit = isSpec ? 1 << 20 : configuration.limits.fileBytes.bytes
      guard facts.size <= Int64(limit) else {
        let bound = isSpec ? "1 MiB" : "\(ByteCount(bytes: limit)) (limits.file_bytes)"
        return try reject(entry, nil, "the file holds \(facts.size) bytes; the limit is \(bound)")
      }
      let bytes = try environment.contents(of: descriptor, path: entry.path, limit: limit + 1)
      // What was read is one state of the file only if nothing moved while it was read.
      let after = try environment.files.facts(of: descriptor, path: entry.path)
      guard after == facts, Int64(bytes.count) == facts.size else { return .changing }
      if isSpec { return try takeSpec(entry, bytes, descriptor, configuration) }
      return try takeMIDI(entry, bytes, descriptor, configuration)
    }
  }

  private func takeMIDI(
    _ entry: InboxEntry, _ bytes: [UInt8], _ descriptor: Int32, _ configuration: JobsFile
  ) throws -> Decision {
    let hash = ContentHash(of: bytes)
    let facts: MIDIFacts
    do {
      let limits = MIDILimits(fileBytes: configuration.limits.fileBytes.bytes)
      let file = try MIDIFile(bytes: bytes, limits: limits)
      if file.endsEarly, isYoung(entry) { return waiting(entry, "its last track is cut short") }
      facts = file.facts()
      if file.endsEarly {
        environment.log.notice(
          "'\(entry.path.shown)' ends too early and is taken as it is, with \(facts.notes) notes; inspect tells what is missing"
        )
      }
    } catch {
      if error.endsEarly, isYoung(entry) { return waiting(entry, error.description) }
      return try reject(entry, hash, "not usable as MIDI: \(error)")
    }
    try storeObject(bytes, hash)
    let file = TakenFile(
      name: entry.name, sha256: hash, bytes: bytes.count, notes: facts.notes, seconds: facts.seconds)
    do {
      try environment.make(.recordTaken) {
        _ = try ledger.recordTaken(
          entry.drop, sha256: hash, corpus: entry.corpus.shown, files: [file], seenAt: environment.clock.now,
          at: environment.clock.now)
      }
    } catch let error as LedgerError {
      removeObjectWithoutRow(hash)
      throw error
    }
    try remove(entry, descriptor)
    return .decided
  }

  /// Says whether a file came so lately that its rest may still be on the way.
  func isYoung(_ entry: InboxEntry) -> Bool {
    let newest = Double(max(entry.facts.changed, entry.facts.modified)) / 1e9
    return environment.clock.now.timeIntervalSince1970 - newest < Self.patience
  }

  func waiting(_ entry: InboxEntry, _ reason: String) -> Decision {
    .later(
      Problem(
        code: "ends-too-early", subject: entry.path.shown,
        message:
          "'\(entry.path.shown)' ends too early (\(reason)); its rest is waited for, 10 minutes from its last change",
        remedy: "copy it again if nothing more is coming", since: environment.clock.now))
  }

  /// Stores accepted bytes under their hash: written, made durable, renamed, and the folder made durable.
  func storeObject(_ bytes: [UInt8], _ hash: ContentHash) throws {
    let path = paths.object(hash)
    do {
      // One that is there but damaged is written again: these bytes may be the last good ones.
      let there = try environment.contents(of: path, limit: bytes.count)
      if ContentHash(of: there) == hash { return }
    } catch let failure as FileError where failure.code == EFBIG {
      // Longer than it should be: damaged too.
    } catch {
      guard (error as? FileError)?.isMissing == true else { throw error }
    }
    try environment.makeFolders(path.folder)
    try environment.writeDurably(
      bytes, to: path, permissions: 0o444,
      steps: WritingSteps(
        write: .writeObject, synchronise: .synchroniseObject, place: .placeObject, folder: .synchroniseObjectFolder))
  }

  func removeObjectWithoutRow(_ hash: ContentHash) {
    // Where the ledger cannot even be read, the next start cleans up.
    guard let isKnown = try? ledger.reader.hasObject(hash), !isKnown else { return }
    try? environment.files.unlink(paths.object(hash), in: workingFolder)
  }

  /// Takes a file with a fate out of the inbox; where that cannot be, it is told once and the file stays.
  func remove(_ entry: InboxEntry, _ descriptor: Int32) throws {
    do {
      try inbox.remove(entry.path, read: descriptor, facts: entry.facts)
    } catch let error as FileError {
      environment.log.warning("'\(entry.path.shown)' was taken in but cannot be removed from the inbox: \(error)")
      fated.insert(entry.drop)
    }
  }

  /// Rejects a file for what it contains.
  func reject(_ entry: InboxEntry, _ hash: ContentHash?, _ reason: String) throws -> Decision {
    let text = "'\(entry.path.shown)' was rejected: \(reason)"
    do {
      let rejected = RejectedFolder(paths: paths, environment: environment)
      try rejected.reject(
        entry.path, hash: hash ?? ContentHash(of: entry.path.bytes), reason: text, in: inbox
      ) { _ in try recordRejected(entry, text, hash) }
    } catch let error as FileError where error.cannotChangeFolder {
      // The inbox is read-only: the ledger alone knows of the rejection, and the file is not looked at again.
      try recordRejected(entry, text, hash)
      fated.insert(entry.drop)
    }
    environment.log.notice("\(text)")
    return .decided
  }

  private func recordRejected(_ entry: InboxEntry, _ reason: String, _ hash: ContentHash?) throws {
    guard try ledger.reader.fate(of: entry.drop) == nil else { return }
    let now = environment.clock.now
    try environment.make(.recordRejected) {
      try ledger.recordRejected(entry.drop, reason: reason, sha256: hash, seenAt: now, at: now)
    }
  }
}
