import Foundation
import Glibc
import Identity
import Ledger

/// Notes which songs the person has moved out of the outbox, and which have come back.
///
/// The outbox itself is known by its device and inode, which are written down. Where these are others (another file system
/// is mounted there, or none), what is missed was not collected: it counts as the same outbox only if a song lies there
/// that lay there before.
struct OutboxWatch {
  let paths: StudioPaths
  let environment: StudioEnvironment
  let ledger: Ledger

  /// Which folder the outbox was, and when it was last known to be that.
  private struct Mark {
    var device: UInt64
    var inode: UInt64
    var since: Date

    func isSameFolder(as other: Mark) -> Bool { (device, inode) == (other.device, other.inode) }
  }

  /// Looks once.
  ///
  /// - Returns: the problem that keeps it from telling anything, where there is one.
  /// - Throws: `FileError` or `LedgerError` where the machine fails; nothing is noted then.
  func look() throws -> [Problem] {
    // An outbox that is not there at all says nothing of its songs.
    guard let present = try mark() else { return [] }
    let songs = try ledger.reader.deliveredSongs()
    let there = try songs.map { ($0, try isThere($0)) }
    let known = written()
    let isKnown = known?.isSameFolder(as: present) ?? false
    if let known, !isKnown {
      let expected = songs.contains { !$0.isCollected && $0.deliveredAt <= known.since }
      let isSame = there.contains { song, isThere in isThere && song.deliveredAt <= known.since }
      guard isSame || !expected else { return [Self.problem(paths, at: environment.clock.now)] }
    }
    if !isKnown { try write(present) }
    for (song, isThere) in there where isThere == song.isCollected {
      try environment.make(.recordCollected) {
        if isThere {
          try ledger.noteReturned(song.id)
        } else {
          try ledger.noteCollected(song.id, at: environment.clock.now)
        }
      }
    }
    return []
  }

  /// Says whether the outbox is the folder that it was, as far as that can be known.
  func isSame() throws -> Bool {
    guard let present = try mark() else { return false }
    guard let known = written() else { return true }
    return known.isSameFolder(as: present)
  }

  /// Notes that songs were delivered into the outbox, if it is the one that it was.
  func noteDelivery() throws {
    if try isSame(), let present = try mark() { try write(present) }
  }

  private static func problem(_ paths: StudioPaths, at now: Date) -> Problem {
    Problem(
      code: "outbox-changed", subject: "outbox",
      message:
        "the outbox is another folder than before, and none of its songs lie there; they do not count as collected",
      remedy: "mount it again; if the new folder is meant, remove \(paths.outboxIdentity.shown)", since: now)
  }

  private func mark() throws -> Mark? {
    do {
      let facts = try environment.files.facts(of: paths.outbox / ".", in: workingFolder)
      return Mark(device: facts.device, inode: facts.inode, since: environment.clock.now)
    } catch  where error.isMissing {
      return nil
    }
  }

  private func written() -> Mark? {
    guard let bytes = try? environment.contents(of: paths.outboxIdentity, limit: 4096) else { return nil }
    let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    guard words.count == 3, let device = UInt64(words[0]), let inode = UInt64(words[1]), let since = Double(words[2])
    else { return nil }
    return Mark(device: device, inode: inode, since: Date(timeIntervalSince1970: since))
  }

  private func write(_ mark: Mark) throws {
    let text = "\(mark.device) \(mark.inode) \(mark.since.timeIntervalSince1970)\n"
    let steps = WritingSteps(
      write: .recordOutbox, synchronise: .recordOutbox, place: .recordOutbox, folder: .recordOutbox)
    try environment.writeDurably(Array(text.utf8), to: paths.outboxIdentity, steps: steps)
  }

  /// Looks up songs by the names in their folders, each of which is read once.
  private final class Folders {
    var names: [FileName: Set<FileName>] = [:]
  }
  private let folders = Folders()

  init(paths: StudioPaths, environment: StudioEnvironment, ledger: Ledger) {
    self.paths = paths
    self.environment = environment
    self.ledger = ledger
  }

  private func isThere(_ song: DeliveredSong) throws -> Bool {
    let path = paths.root / song.path
    // Most of what was collected is in folders that are gone as a whole: the folder above tells.
    guard try names(in: path.folder.folder).contains(path.folder.last) else { return false }
    return try names(in: path.folder).contains(path.last)
  }

  private func names(in folder: FileName) throws -> Set<FileName> {
    if let known = folders.names[folder] { return known }
    let names = Set(try environment.names(in: folder))
    folders.names[folder] = names
    return names
  }
}
