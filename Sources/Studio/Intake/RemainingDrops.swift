import Identity

/// Drops that have a fate and lie in the inbox still: when their removal is tried again.
///
/// What the machine failed at comes again soon, then less and less often. Where a folder cannot be changed at all, as in
/// a read-only inbox, one file of it is tried now and then, and the others only when that one could be removed.
struct RemainingDrops {
  private struct Waiting {
    var entry: InboxEntry
    var due: Double
    var pause: Double
  }

  private var waiting: [Waiting] = []
  /// By folder: the files of one that cannot be changed, and when one is tried.
  private var barred: [FileName: (entries: [InboxEntry], due: Double)] = [:]

  private static let shortest = 2.0
  private static let longest = 60.0

  /// Adds one that was not tried yet.
  mutating func add(_ entry: InboxEntry, at now: Double) {
    if barred[entry.path.folder] != nil {
      barred[entry.path.folder]?.entries.append(entry)
    } else {
      waiting.append(Waiting(entry: entry, due: now, pause: Self.shortest))
    }
  }

  /// Adds one whose removal failed.
  mutating func add(_ entry: InboxEntry, after error: FileError, pause: Double = 0, at now: Double) {
    let folder = entry.path.folder
    if error.cannotChangeFolder {
      barred[folder, default: ([], now)].entries.append(entry)
      barred[folder]?.due = now + Self.longest
    } else {
      let next = min(Self.longest, max(Self.shortest, pause * 2))
      waiting.append(Waiting(entry: entry, due: now + next, pause: next))
    }
  }

  /// Takes the next one to try; nil: none is due.
  mutating func next(at now: Double) -> (entry: InboxEntry, pause: Double)? {
    while let place = waiting.lastIndex(where: { $0.due <= now }) {
      let found = waiting.remove(at: place)
      // It may be in a folder that has been found barred since.
      guard barred[found.entry.path.folder] != nil else { return (found.entry, found.pause) }
      barred[found.entry.path.folder]?.entries.append(found.entry)
    }
    guard let folder = barred.filter({ $0.value.due <= now }).keys.min(), let entry = barred[folder]?.entries.popLast()
    else { return nil }
    return (entry, 0)
  }

  /// Lets the other files of a folder be tried at once, as one could be removed.
  mutating func unbar(_ folder: FileName, at now: Double) {
    guard let found = barred.removeValue(forKey: folder) else { return }
    waiting += found.entries.map { Waiting(entry: $0, due: now, pause: Self.shortest) }
  }
}
