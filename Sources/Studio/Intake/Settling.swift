import Identity

/// Which files have stopped changing: those that were equal in two looks at least `settle` apart.
struct Settling {
  private struct Look {
    var facts: FileFacts
    /// When the file was first seen like this, on the monotonic clock.
    var since: Double
  }

  private var looks: [FileName: Look] = [:]

  /// Takes in one look.
  ///
  /// - Returns: the entries that have settled, and those that were seen before and are gone.
  mutating func take(_ entries: [InboxEntry], at now: Double, settle: Double) -> (
    settled: [InboxEntry], gone: [InboxEntry]
  ) {
    var next: [FileName: Look] = [:]
    var settled: [InboxEntry] = []
    for entry in entries {
      let look: Look
      if let before = looks[entry.path], before.facts == entry.facts {
        look = before
      } else {
        look = Look(facts: entry.facts, since: now)
      }
      next[entry.path] = look
      // The clock's readings are rounded: a wait of exactly `settle` counts.
      if now - look.since >= settle - 1e-6 { settled.append(entry) }
    }
    let inodes = Set(entries.map(\.facts.inode))
    let gone = looks.filter { next[$0.key] == nil && !inodes.contains($0.value.facts.inode) }
      .map { InboxEntry(path: $0.key, facts: $0.value.facts) }
    looks = next
    return (settled, gone.sorted { $0.path < $1.path })
  }

  /// Starts anew with a file that turned out to be changing still.
  mutating func unsettle(_ path: FileName) { looks[path] = nil }

  /// Forgets a file that has a fate.
  mutating func forget(_ path: FileName) { looks[path] = nil }

  /// Says whether a file was seen before as it is now.
  func knows(_ entry: InboxEntry) -> Bool { looks[entry.path]?.facts == entry.facts }

  /// How long a file has been as it is, in seconds.
  func age(of path: FileName, at now: Double) -> Double { looks[path].map { now - $0.since } ?? 0 }
}
