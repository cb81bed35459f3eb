import Glibc
import Identity

/// Where files go that cannot be used, each with its reason beside it.
struct RejectedFolder {
  let paths: StudioPaths
  let environment: StudioEnvironment

  /// Moves a file out of the inbox: the reason is written first, then `record` is called, then the file is renamed.
  ///
  /// Nothing is overwritten. What a crash left behind between these is found again by its text. A name under which
  /// another file has come meanwhile is not moved: what is judged is a file, not a name.
  ///
  /// - Parameters:
  ///   - entry: the file that was judged.
  ///   - hash: the hash of its bytes, for a name that must be cut.
  ///   - reason: why, for the person.
  ///   - inbox: where the file lies.
  ///   - record: makes the ledger's row, given the path below the inbox where the file will be.
  /// - Returns: whether it was moved; false: another file has its name now.
  /// - Throws: `FileError` where the machine fails; the file is then still in the inbox.
  func reject(
    _ entry: InboxEntry, hash: ContentHash, reason: String, in inbox: InboxFolder, record: (FileName) throws -> Void
  ) throws -> Bool {
    let files = environment.files
    let path = entry.path
    guard try isSame(entry, in: inbox) else { return false }
    let wanted = FileName("rejected") / path.shortened(with: hash)
    let folder = (paths.inbox / wanted).folder
    try environment.makeFolders(folder)
    let text = Array((reason + "\n").utf8)
    for number in 1...10_000 {
      let name = number == 1 ? wanted : wanted.numbered(number)
      let target = paths.inbox / name
      guard !(try environment.exists(target)) else { continue }
      guard try writeReason(text, beside: target) else { continue }
      try record(name)
      return try environment.make(.moveToRejected) {
        try inbox.withFolder(of: path) { source, own in
          try files.renameWithoutReplacing(own, in: source, to: target, in: workingFolder)
          guard try files.facts(of: target, in: workingFolder).hasSameContents(as: entry.facts) else {
            // Put there since it was looked at: it goes back, as a new drop.
            try files.renameWithoutReplacing(target, in: workingFolder, to: own, in: source)
            try? files.unlink(Self.reason(of: target), in: workingFolder)
            return false
          }
          try environment.make(.synchroniseRejected) {
            try environment.synchroniseFolder(folder)
            try files.synchronise(source, of: path)
          }
          return true
        }
      }
    }
    throw FileError(code: EEXIST, call: "rename", path: wanted)
  }

  private func isSame(_ entry: InboxEntry, in inbox: InboxFolder) throws -> Bool {
    try inbox.withFolder(of: entry.path) { try environment.files.facts(of: $1, in: $0) == entry.facts }
  }

  /// The name of the file that holds the reason why another one was rejected.
  static func reason(of target: FileName) -> FileName { FileName(bytes: target.bytes + ending) }

  /// Says whether a name is that of a reason.
  static func isReason(_ name: FileName) -> Bool {
    name.bytes.count > ending.count && name.bytes.suffix(ending.count) == ending[...]
  }

  private static let ending = Array(".reason.txt".utf8)

  /// Writes `NAME.reason.txt`, durably.
  ///
  /// - Returns: false where a file of that name holds something else.
  private func writeReason(_ text: [UInt8], beside target: FileName) throws -> Bool {
    let files = environment.files
    let path = Self.reason(of: target)
    let descriptor: Int32
    do {
      descriptor = try environment.make(.writeReason) {
        try files.open(path, in: workingFolder, flags: O_RDWR | O_CREAT | O_EXCL, permissions: 0o644)
      }
    } catch let error as FileError where error.code == EEXIST {
      // Ours, if a crash came before the file could follow; it may even be cut short.
      let found = try environment.contents(of: path, limit: 4 << 20)
      guard found.count <= text.count, text.starts(with: found) else { return false }
      try environment.make(.writeReason) {
        let again = try files.open(path, in: workingFolder, flags: O_WRONLY | O_TRUNC, permissions: 0)
        defer { files.close(again) }
        try files.write(text, to: again, of: path)
        try files.synchronise(again, of: path)
      }
      return true
    }
    defer { files.close(descriptor) }
    do {
      try files.write(text, to: descriptor, of: path)
      try files.synchronise(descriptor, of: path)
    } catch let error {
      try? files.unlink(path, in: workingFolder)
      throw error
    }
    return true
  }
}
