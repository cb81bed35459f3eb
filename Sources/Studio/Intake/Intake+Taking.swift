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
  static let specEndings: Set<String> = ["yaml", "yml"]

  /// Gives a settled file its fate that is no MIDI file of its own.
  ///
  /// - Throws: `FileError` or `LedgerError` where the machine fails; the file is then where it was.
  func take(_ entry: InboxEntry, _ configuration: JobsFile) throws -> Decision {
    let descriptor = try inbox.open(entry.path)
    defer { environment.files.close(descriptor) }
    if let stem = entry.path.archiveStem {
      if let decision = try busy(entry, descriptor) { return decision }
      return try takeArchive(entry, stem: stem, descriptor, configuration)
    }
    guard entry.isSpec else {
      if let decision = try busy(entry, descriptor) { return decision }
      return try reject(
        entry, nil,
        "not a MIDI file: the inbox takes .mid, .midi, .kar and .rmi files, archives of them (.zip, .tar, .tar.gz, .tar.xz)"
          + " and one-off specs (.yaml, .yml)")
    }
    switch try read(entry, descriptor, limit: 1 << 20, what: "1 MiB") {
    case .left(let decision): return decision
    case .whole(let bytes): return try takeSpec(entry, bytes, descriptor, configuration)
    }
  }

  /// What keeps a file from being read now: it changed, or somebody writes to it; nil: nothing.
  private func busy(_ entry: InboxEntry, _ descriptor: Int32) throws -> Decision? {
    guard try environment.files.facts(of: descriptor, path: entry.path) == entry.facts else { return .changing }
    return environment.files.isOpenForWriting(descriptor) == true ? .busy : nil
  }

  /// What came of reading a file.
  enum Reading {
    case whole([UInt8])
    case left(Decision)
  }

  /// Reads a file in one state of it, whole.
  func read(_ entry: InboxEntry, _ descriptor: Int32, limit: Int, what bound: String) throws -> Reading {
    if let decision = try busy(entry, descriptor) { return .left(decision) }
    guard entry.facts.size <= Int64(limit) else {
      return .left(try reject(entry, nil, "the file holds \(entry.facts.size) bytes; the limit is \(bound)"))
    }
    let bytes = try environment.contents(of: descriptor, path: entry.path, limit: limit + 1)
    // What was read is one state of the file only if nothing moved while it was read.
    let after = try environment.files.facts(of: descriptor, path: entry.path)
    guard after == entry.facts, Int64(bytes.count) == after.size else { return .left(.changing) }
    return .whole(bytes)
  }

  /// What came of parsing a file.
  enum Parsing {
    case facts(MIDIFacts)
    case left(Decision)
  }

  func parse(_ entry: InboxEntry, _ bytes: [UInt8], _ hash: ContentHash, _ configuration: JobsFile) throws -> Parsing {
    let file: MIDIFile
    do {
      file = try MIDIFile(bytes: bytes, limits: MIDILimits(fileBytes: configuration.limits.fileBytes.bytes))
    } catch {
      if error.endsEarly, isYoung(entry) { return .left(waiting(entry, error.description)) }
      return .left(try reject(entry, hash, "not usable as MIDI: \(error)"))
    }
    if file.endsEarly, isYoung(entry) { return .left(waiting(entry, "its last track is cut short")) }
    let facts = file.facts()
    if file.endsEarly {
      environment.log.notice(
        "'\(entry.path.shown)' ends too early and is taken as it is, with \(facts.notes) notes; inspect tells what is missing"
      )
    }
    return .facts(facts)
  }

  /// Says whether a file came so lately that its rest may still be on the way.
  ///
  /// What counts is when it last changed, not what time it gives itself; where the clock was set back since, how long it
  /// has been seen like this.
  func isYoung(_ entry: InboxEntry) -> Bool {
    let since = environment.clock.now.timeIntervalSince1970 - Double(entry.facts.changed) / 1e9
    return since < Self.patience && settling.age(of: entry.path, at: environment.clock.monotonic) < Self.patience
  }

  func waiting(_ entry: InboxEntry, _ reason: String) -> Decision {
    .later(
      Problem(
        code: "ends-too-early", subject: entry.path.shown,
        message:
          "'\(entry.path.shown)' ends too early (\(reason)); its rest is waited for, 10 minutes from its last change",
        remedy: "copy it again if nothing more is coming", since: environment.clock.now))
  }

  /// Takes a file with a fate out of the inbox; where that cannot be, it is told once and tried again.
  func remove(_ entry: InboxEntry, _ descriptor: Int32) throws {
    do {
      try inbox.remove(entry.path, read: descriptor, facts: entry.facts)
    } catch let error as FileError {
      try stays(entry, error)
    }
  }

  /// Notes that a file with a fate could not be taken out of the inbox.
  func stays(_ entry: InboxEntry, _ error: FileError) throws {
    // It may have come as far as the hidden folder.
    hasLeftovers = try environment.exists(paths.taken)
    if error.isMissing { return }
    environment.log.warning("'\(entry.path.shown)' has a fate but cannot be removed from the inbox: \(error)")
    tree.keep(entry)
    remaining.add(entry, after: error, at: environment.clock.monotonic)
  }

  /// Rejects a file for what it contains.
  func reject(_ entry: InboxEntry, _ hash: ContentHash?, _ reason: String) throws -> Decision {
    let text = "'\(entry.path.shown)' was rejected: \(reason)"
    do {
      let rejected = RejectedFolder(paths: paths, environment: environment)
      let isMoved = try rejected.reject(
        entry, hash: hash ?? ContentHash(of: entry.path.bytes), reason: text, in: inbox
      ) { _ in try recordRejected(entry, text, hash) }
      guard isMoved else { return .changing }
    } catch let error as FileError where error.cannotChangeFolder {
      // The inbox is read-only: the ledger alone knows of the rejection.
      try recordRejected(entry, text, hash)
      try stays(entry, error)
    }
    environment.log.notice("\(text)", metadata: ["event": "file-rejected", "path": "\(entry.path.shown)"])
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
