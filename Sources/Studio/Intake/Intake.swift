import Glibc
import Foundation
import Identity
import Jobs
import Ledger
import Logging

/// Takes in what is dropped in the inbox: each file has one fate, and none is removed before it is safe.
final class Intake {
  let paths: StudioPaths
  let environment: StudioEnvironment
  let ledger: Ledger
  let inbox: InboxFolder
  /// Drops that have a fate and lie in the inbox still.
  var fated: Set<Drop> = []
  private var settling = Settling()
  private var inboxIdentity: [UInt64] = []

  /// What one look at the inbox found.
  struct Look {
    /// Files without a fate that have not settled or wait for their rest.
    var pending = 0
    /// Files that were given a fate.
    var decided = 0
    /// Runs that were queued for one-off specs.
    var queued = 0
    var problems: [Problem] = []
    /// Says that settled files are left for the next look, as this one was ended early.
    var isPartial = false
    /// What of the machine failed, if anything did.
    var machineError: (any Error)?
  }

  init(paths: StudioPaths, environment: StudioEnvironment, ledger: Ledger) {
    self.paths = paths
    self.environment = environment
    self.ledger = ledger
    inbox = InboxFolder(paths: paths, environment: environment)
  }

  /// Looks at the inbox once and decides on what has settled.
  ///
  /// - Parameters:
  ///   - configuration: the `jobs.yaml` in force.
  ///   - isEnough: asked between two files whether to leave the rest to the next look.
  /// - Returns: what was found.
  /// - Throws: only what is no fault of the machine.
  func look(configuration: JobsFile, isEnough: () -> Bool = { false }) throws -> Look {
    var look = Look()
    let scan: InboxScan
    do {
      scan = try InboxScan(of: paths.inbox, files: environment.files)
    } catch {
      look.machineError = error
      look.problems.append(Problem(error, doing: "the inbox cannot be read", at: environment.clock.now))
      return look
    }
    tellUnusable(scan, &look)
    let entries = try withoutFated(scan.files, &look)
    let (settled, gone) = try settle(entries, configuration, isComplete: scan.unreadable.isEmpty)
    for entry in gone { try withdraw(entry, &look) }
    look.pending = entries.count - settled.count
    for entry in settled {
      if isEnough() {
        look.isPartial = true
        break
      }
      try decide(entry, configuration, &look)
      if let error = look.machineError, isOurs(error) { break }
    }
    return look
  }

  private func settle(
    _ entries: [InboxEntry], _ configuration: JobsFile, isComplete: Bool
  ) throws -> (settled: [InboxEntry], gone: [InboxEntry]) {
    let facts = try? environment.files.facts(of: paths.inbox / ".", in: workingFolder)
    let identity = [facts?.device ?? 0, facts?.inode ?? 0]
    // Another file system was mounted, or gone: what is missed there was not withdrawn.
    if identity != inboxIdentity { settling = Settling() }
    inboxIdentity = identity
    let isRemote = FileSystemKind.remoteName(of: paths.inbox, files: environment.files) != nil
    let seconds = configuration.studio.settle(onNetwork: isRemote).seconds
    let result = settling.take(entries, at: environment.clock.monotonic, settle: seconds)
    return (result.settled, isComplete ? result.gone : [])
  }

  /// The files that have no fate yet.
  ///
  /// One whose fate was recorded before a crash is done with now.
  private func withoutFated(_ files: [InboxEntry], _ look: inout Look) throws -> [InboxEntry] {
    var fresh: [InboxEntry] = []
    var still: Set<Drop> = []
    let fates: [Drop: DropFate]
    do {
      fates = try ledger.reader.fates(of: files.map(\.drop).filter { !fated.contains($0) })
    } catch let error as LedgerError {
      try note(error, "the inbox cannot be taken in", &look)
      return []
    }
    for entry in files {
      let drop = entry.drop
      if fated.contains(drop) {
        still.insert(drop)
      } else if let fate = fates[drop] {
        // What was withdrawn and is back (a file system that was mounted anew) becomes a new drop by a rename.
        let stays = try fate == .withdrawn ? renew(entry) : finish(entry, fate)
        if stays { still.insert(drop) }
      } else {
        fresh.append(entry)
      }
    }
    fated = still
    return fresh
  }

  /// Makes what a crash cut off after a fate was recorded: the file's removal.
  ///
  /// - Returns: whether the file stays, as where the inbox is read-only.
  private func finish(_ entry: InboxEntry, _ fate: DropFate) throws -> Bool {
    do {
      if fate == .rejected {
        let rejected = RejectedFolder(paths: paths, environment: environment)
        let records = try ledger.reader.drops()
        guard let record = records.last(where: { $0.fate == .rejected && $0.name == entry.path }) else { return true }
        let hash = record.sha256 ?? ContentHash(of: entry.path.bytes)
        try rejected.reject(entry.path, hash: hash, reason: record.reason ?? "", in: inbox) { _ in }
      } else {
        try inbox.withFile(entry.path) { descriptor in
          let facts = try environment.files.facts(of: descriptor, path: entry.path)
          guard facts == entry.facts else { return }
          try inbox.remove(entry.path, read: descriptor, facts: facts)
        }
      }
      return false
    } catch let error as FileError {
      return error.cannotChangeFolder
    }
  }

  /// Makes a new drop of a file that has come back.
  ///
  /// - Returns: whether it stays as it is, as the inbox cannot be changed.
  private func renew(_ entry: InboxEntry) throws -> Bool {
    do {
      try inbox.renew(entry.path)
      return false
    } catch let error as FileError {
      environment.log.warning("'\(entry.path.shown)' is back in the inbox and cannot be renamed: \(error)")
      return true
    }
  }

  private func withdraw(_ entry: InboxEntry, _ look: inout Look) throws {
    let now = environment.clock.now
    do {
      try environment.make(.recordWithdrawn) {
        try ledger.recordWithdrawn(entry.drop, corpus: entry.corpus.shown, seenAt: now, at: now)
      }
    } catch let error as LedgerError {
      if case .refused = error { return }
      try note(error, "a withdrawn file cannot be recorded", &look)
    }
  }

  /// Decides on one settled file; a fault of the machine leaves it where it is and is noted.
  private func decide(_ entry: InboxEntry, _ configuration: JobsFile, _ look: inout Look) throws {
    do {
      switch try take(entry, configuration) {
      case .decided: look.decided += 1
      case .queuedRun:
        look.decided += 1
        look.queued += 1
      case .changing:
        settling.unsettle(entry.path)
        look.pending += 1
      case .busy: look.pending += 1
      case .later(let problem):
        look.problems.append(problem)
      }
    } catch let error as FileError {
      if error.isMissing || error.isLink {
        settling.unsettle(entry.path)
        return
      }
      look.machineError = look.machineError ?? error
      look.problems.append(
        Problem(error, doing: "'\(entry.path.shown)' cannot be taken in", at: environment.clock.now))
    } catch let error as LedgerError {
      try note(error, "'\(entry.path.shown)' cannot be taken in", &look)
    }
  }

  /// Notes a fault of the ledger's machine; any other fault of the ledger is thrown on.
  private func note(_ error: LedgerError, _ what: String, _ look: inout Look) throws {
    guard error.machineFault != nil else { throw error }
    look.machineError = error
    look.problems.append(Problem(error, doing: what, at: environment.clock.now))
  }

  /// Says whether an error lies in the studio's own folder, so that every other file would meet it too.
  private func isOurs(_ error: any Error) -> Bool {
    guard let error = error as? FileError else { return true }
    return error.path.relative(to: paths.hidden) != nil || [EMFILE, ENFILE].contains(error.code)
  }

  private func tellUnusable(_ scan: InboxScan, _ look: inout Look) {
    let now = environment.clock.now
    for error in scan.unreadable {
      look.machineError = look.machineError ?? error
      look.problems.append(Problem(error, doing: "a folder of the inbox cannot be read", at: now))
    }
    for entry in scan.others {
      let kind = entry.facts.kind == .link ? "a link" : "no regular file"
      look.problems.append(
        Problem(
          code: "not-a-file", subject: entry.path.shown,
          message: "'\(entry.path.shown)' in the inbox is \(kind) and is left alone",
          remedy: "put the file itself there", since: now))
    }
    for path in scan.tooDeep {
      look.problems.append(
        Problem(
          code: "folder-too-deep", subject: path.shown,
          message:
            "'\(path.shown)' in the inbox lies \(InboxScan.depth + 1) folders deep; the limit is \(InboxScan.depth)",
          remedy: "move it further up", since: now))
    }
  }
}

extension InboxEntry {
  /// The file as a drop.
  var drop: Drop {
    Drop(
      device: facts.device, inode: facts.inode, size: facts.size, modified: facts.modified, changed: facts.changed,
      name: path)
  }
}

extension FileError {
  /// Says whether the folder is one that cannot be changed at all, so that trying again now is of no use.
  var cannotChangeFolder: Bool { [EROFS, EACCES, EPERM].contains(code) }
}
