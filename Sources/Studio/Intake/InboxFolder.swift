import Glibc
import Identity
import Logging

/// The inbox as descriptors: names below it are reached folder by folder, and no link is followed on the way.
struct InboxFolder {
  let paths: StudioPaths
  let environment: StudioEnvironment

  /// Opens the folder that holds `path`, which is a path below the inbox.
  func withFolder<Result>(of path: FileName, _ body: (Int32, FileName) throws -> Result) throws -> Result {
    let files = environment.files
    var descriptor = try files.open(paths.inbox / ".", in: workingFolder, flags: O_RDONLY | O_DIRECTORY, permissions: 0)
    defer { files.close(descriptor) }
    for name in path.components.dropLast() {
      let next = try files.open(name, in: descriptor, flags: O_RDONLY | O_DIRECTORY, permissions: 0)
      files.close(descriptor)
      descriptor = next
    }
    return try body(descriptor, path.last)
  }

  /// Opens a file for reading; a FIFO put in its place does not hold us up.
  func open(_ path: FileName) throws -> Int32 {
    try withFolder(of: path) { folder, name in
      try environment.files.open(name, in: folder, flags: O_RDONLY | O_NONBLOCK, permissions: 0)
    }
  }

  /// Takes a file whose contents are safe elsewhere out of the inbox.
  ///
  /// Its name is first moved into a hidden folder, where nobody writes by name any more; only if what arrived there is
  /// still what was read, and nobody writes to it, is it unlinked. Else it is put back, as a new drop.
  ///
  /// - Parameters:
  ///   - path: the file's path below the inbox.
  ///   - descriptor: the file as it was read.
  ///   - facts: what it was then.
  /// - Throws: `FileError` where the inbox cannot be changed.
  func remove(_ path: FileName, read descriptor: Int32, facts: FileFacts) throws {
    let files = environment.files
    let hidden = paths.taken / path
    try environment.makeFolders(hidden.folder)
    // What a crash has left there under the same name is dealt with first.
    if try environment.exists(hidden) { try putBack(path) }
    try withFolder(of: path) { folder, name in
      try environment.make(.hideDrop) {
        try files.renameWithoutReplacing(name, in: folder, to: hidden, in: workingFolder)
      }
      let arrived = try files.facts(of: hidden, in: workingFolder)
      let isQuiet = files.isOpenForWriting(descriptor) != true
      let now = try files.facts(of: descriptor, path: path)
      if isQuiet, arrived.hasSameContents(as: facts), now.hasSameContents(as: facts) {
        try environment.make(.unlinkDrop) { try files.unlink(hidden, in: workingFolder) }
      } else {
        environment.log.notice("'\(path.shown)' changed while it was taken in; it stays in the inbox as a new file")
        try putBack(path)
      }
    }
  }

  /// Makes a new drop of a file, by moving its name away and back.
  func renew(_ path: FileName) throws {
    let hidden = paths.taken / path
    try environment.makeFolders(hidden.folder)
    try withFolder(of: path) { folder, name in
      try environment.make(.hideDrop) {
        try environment.files.renameWithoutReplacing(name, in: folder, to: hidden, in: workingFolder)
      }
    }
    try putBack(path)
    removeEmptyFolders()
  }

  /// Puts a file of the hidden folder back under its name, or under a free one beside it.
  func putBack(_ path: FileName) throws {
    let files = environment.files
    let hidden = paths.taken / path
    try environment.makeFolders((paths.inbox / path).folder)
    try withFolder(of: path) { folder, name in
      for number in 1...10_000 {
        let free = number == 1 ? name : name.numbered(number)
        do {
          try environment.make(.putBackDrop) {
            try files.renameWithoutReplacing(hidden, in: workingFolder, to: free, in: folder)
          }
          return
        } catch let error as FileError where error.code == EEXIST {
          continue
        }
      }
      throw FileError(code: EEXIST, call: "rename", path: path)
    }
  }

  /// The paths, below the hidden folder, of what a crash has left there.
  func leftovers() throws -> [FileName] {
    func walk(_ folder: FileName, _ below: FileName, _ depth: Int) throws -> [FileName] {
      guard depth <= InboxScan.depth + 1 else { return [] }
      return try environment.names(in: folder).flatMap { name -> [FileName] in
        let facts = try environment.files.facts(of: folder / name, in: workingFolder)
        let path = below.appending(name)
        return facts.kind == .folder ? try walk(folder / name, path, depth + 1) : [path]
      }
    }
    return try walk(paths.taken, FileName(bytes: []), 0)
  }

  /// Removes the hidden folder and those in it, as far as they are empty.
  func removeEmptyFolders() {
    func clear(_ folder: FileName) {
      for name in (try? environment.names(in: folder)) ?? [] {
        let facts = try? environment.files.facts(of: folder / name, in: workingFolder)
        if facts?.kind == .folder { clear(folder / name) }
      }
      // A folder that still holds something stays.
      try? environment.files.removeFolder(folder, in: workingFolder)
    }
    if (try? environment.exists(paths.taken)) == true { clear(paths.taken) }
  }
}

extension FileName {
  /// The path with `-2`, `-3` … before its ending.
  func numbered(_ number: Int) -> FileName {
    let start = endingStart
    return FileName(bytes: bytes[..<start] + Array("-\(number)".utf8) + bytes[start...])
  }

  /// The name cut at 200 bytes where it is longer, then with `~` and eight digits of a hash before its ending.
  func shortened(with hash: ContentHash) -> FileName {
    guard last.bytes.count > 200 else { return self }
    let ending = bytes[endingStart...]
    var stem = Array(last.bytes.prefix(last.bytes.count - ending.count).prefix(200))
    // No character is cut in two.
    if String(validating: last.bytes, as: UTF8.self) != nil {
      while !stem.isEmpty, String(validating: stem, as: UTF8.self) == nil { stem.removeLast() }
    }
    let name = FileName(bytes: stem + Array("~\(hash.hex.prefix(8))".utf8) + ending)
    return folder.appending(name)
  }
}
