import Glibc
import Foundation
import Identity
import Jobs
import Ledger
import Logging

/// What ends the reading of something large, as the studio is to stop: it is read from its start another time.
struct IntakeStopped: Error {}

/// Takes in what is dropped in the inbox: each file has one fate, and none is removed before it is safe.
final class Intake {
  let paths: StudioPaths
  let environment: StudioEnvironment
  let ledger: Ledger
  let inbox: InboxFolder
  let tree: InboxTree
  var settling = Settling()
  /// Drops that have a fate and could not be removed.
  var remaining = RemainingDrops()
  /// Called often while something large is read, which takes longer than a round of the loop may; it may throw
  /// `IntakeStopped`.
  var pulse: () throws -> Void = {}
  /// Says that files may lie in the hidden folder of the inbox.
  var hasLeftovers = false
  /// Settled files that the look before left, as it was ended early.
  private var backlog: ArraySlice<InboxEntry> = []
  private var backlogUntil = 0.0
  private var unsettled = 0
  private var scanProblems: [Problem] = []
  private var scanError: (any Error)?
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
    /// Says that it failed in the studio's own folder, so that any number of files may not have been taken in.
    var isFaultOurs = false
  }

  init(paths: StudioPaths, environment: StudioEnvironment, ledger: Ledger) {
    self.paths = paths
    self.environment = environment
    self.ledger = ledger
    inbox = InboxFolder(paths: paths, environment: environment)
    tree = InboxTree(of: paths.inbox, files: environment.files)
  }

  /// Looks at the inbox once and decides on what has settled.
  ///
  /// Where the look before was ended early, what it had left comes first, and the inbox is read anew only after a while:
  /// each file is looked at again when it is taken.
  ///
  /// - Parameters:
  ///   - configuration: the `jobs.yaml` in force.
  ///   - isEnough: asked between two files whether to leave the rest to the next look.
  /// - Returns: what was found.
  /// - Throws: only what is no fault of the machine.
  func look(configuration: JobsFile, isEnough: () -> Bool = { false }) throws -> Look {
    var look = Look()
    if hasLeftovers { try emptyTaken(&look) }
    if backlog.isEmpty || environment.clock.monotonic >= backlogUntil {
      guard try read(configuration, &look) else { return look }
    }
    look.pending = unsettled
    look.problems += scanProblems
    look.machineError = scanError
    let handled = try decide(on: backlog, configuration, isEnough, &look)
    backlog = backlog.dropFirst(handled)
    if !look.isPartial { backlog = [] }
    try removeRemaining(configuration, isEnough, &look)
    if let error = look.machineError { look.isFaultOurs = isOurs(error) }
    return look
  }

  /// Reads the inbox: what has settled is the backlog then.
  ///
  /// - Returns: whether it could be read.
  private func read(_ configuration: JobsFile, _ look: inout Look) throws -> Bool {
    backlog = []
    let begun = environment.clock.monotonic
    let isRemote = FileSystemKind.remoteName(of: paths.inbox, files: environment.files) != nil
    let scan: InboxScan
    do {
      scan = try tree.look(isRemote: isRemote)
    } catch {
      look.machineError = error
      look.problems.append(Problem(error, doing: "the inbox cannot be read", at: environment.clock.now))
      look.isFaultOurs = isOurs(error)
      return false
    }
    var told = Look()
    tellUnusable(scan, &told)
    let entries = try withoutFated(scan.files, &told)
    let (settled, gone) = try settle(entries, configuration, isRemote, isComplete: scan.unreadable.isEmpty)
    for entry in gone { try withdraw(entry, &told) }
    (scanProblems, scanError) = (told.problems, told.machineError)
    unsettled = entries.count - settled.count
    backlog = settled[...]
    let now = environment.clock.monotonic
    backlogUntil = now + max(configuration.studio.poll.seconds, 10 * (now - begun))
    return true
  }

  private func settle(
    _ entries: [InboxEntry], _ configuration: JobsFile, _ isRemote: Bool, isComplete: Bool
  ) throws -> (settled: [InboxEntry], gone: [InboxEntry]) {
    let facts = try? environment.files.facts(of: paths.inbox / ".", in: workingFolder)
    let identity = [facts?.device ?? 0, facts?.inode ?? 0]
    // Another file system was mounted, or gone: what is missed there was not withdrawn.
    if identity != inboxIdentity { settling = Settling() }
    inboxIdentity = identity
    let seconds = configuration.studio.settle(onNetwork: isRemote).seconds
    let result = settling.take(entries, at: environment.clock.monotonic, settle: seconds)
    return (result.settled, isComplete ? result.gone : [])
  }

  /// The files that have no fate yet.
  ///
  /// One whose fate was recorded before a crash is done with now.
  private func withoutFated(_ files: [InboxEntry], _ look: inout Look) throws -> [InboxEntry] {
    // What was there before in the same state had no fate then, and gets none but here.
    let new = files.filter { !settling.knows($0) }
    let fates: [Drop: DropFate]
    do {
      fates = try ledger.reader.fates(of: new.map(\.drop))
    } catch let error as LedgerError {
      try note(error, "the inbox cannot be taken in", &look)
      return []
    }
    guard !fates.isEmpty else { return files }
    let now = environment.clock.monotonic
    for entry in new where fates[entry.drop] != nil {
      tree.keep(entry)
      remaining.add(entry, at: now)
    }
    return files.filter { fates[$0.drop] == nil }
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

  /// Decides on settled files in turn, MIDI files many at once.
  ///
  /// - Returns: how many were dealt with.
  private func decide(
    on entries: ArraySlice<InboxEntry>, _ configuration: JobsFile, _ isEnough: () -> Bool, _ look: inout Look
  ) throws -> Int {
    let batch = TakingBatch(
      objects: ObjectBatch(paths: paths, environment: environment, reader: ledger.reader), files: environment.files)
    defer { batch.close() }
    var handled = 0
    for entry in entries {
      if isEnough() {
        look.isPartial = true
        break
      }
      handled += 1
      if entry.isSingleMIDI {
        try noting(entry, &look) { look in
          if let decision = try prepare(entry, configuration, batch) { try count(decision, entry, &look) }
        }
      } else {
        // In the order of names, whatever is taken together.
        try finish(batch, &look)
        try noting(entry, &look) { look in try count(take(entry, configuration), entry, &look) }
      }
      if batch.isFull { try finish(batch, &look) }
      if look.isPartial {
        handled -= 1
        break
      }
      if let error = look.machineError, isOurs(error) { break }
    }
    try finish(batch, &look)
    return handled
  }

  private func count(_ decision: Decision, _ entry: InboxEntry, _ look: inout Look) throws {
    switch decision {
    case .decided, .queuedRun:
      look.decided += 1
      if case .queuedRun = decision { look.queued += 1 }
      settling.forget(entry.path)
    case .changing:
      settling.unsettle(entry.path)
      look.pending += 1
    case .busy: look.pending += 1
    case .later(let problem): look.problems.append(problem)
    }
  }

  /// Does something with one file; a fault of the machine leaves it where it is and is noted.
  func noting(_ entry: InboxEntry, _ look: inout Look, _ body: (inout Look) throws -> Void) throws {
    do {
      try body(&look)
    } catch is IntakeStopped {
      look.isPartial = true
    } catch let error as FileError {
      note(error, entry, &look)
    } catch let error as LedgerError {
      try note(error, "'\(entry.path.shown)' cannot be taken in", &look)
    }
  }

  func note(_ error: FileError, _ entry: InboxEntry, _ look: inout Look) {
    // One that is gone is told as withdrawn with the next reading of the inbox.
    if error.isMissing { return }
    if error.isLink {
      settling.unsettle(entry.path)
      return
    }
    look.machineError = look.machineError ?? error
    guard look.problems.count < Self.mostProblems else { return }
    look.problems.append(Problem(error, doing: "'\(entry.path.shown)' cannot be taken in", at: environment.clock.now))
  }

  /// Problems of single files that one look tells.
  private static let mostProblems = 100

  /// Notes a fault of the ledger's machine; any other fault of the ledger is thrown on.
  func note(_ error: LedgerError, _ what: String, _ look: inout Look) throws {
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

extension InboxEntry {
  /// Says whether the file is named as a MIDI file of its own.
  var isSingleMIDI: Bool { path.archiveStem == nil && Intake.midiEndings.contains(path.ending) }
}

extension FileError {
  /// Says whether the folder is one that cannot be changed at all, so that trying again now is of no use.
  var cannotChangeFolder: Bool { [EROFS, EACCES, EPERM].contains(code) }
}
