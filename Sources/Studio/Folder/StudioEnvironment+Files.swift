import Glibc
package import Identity

/// The steps of one durable writing of a file.
struct WritingSteps {
  var write: Step
  var synchronise: Step
  var place: Step
  var folder: Step
}

extension StudioEnvironment {
  /// Reads a whole file; a link is not followed.
  ///
  /// - Throws: `FileError`; EFBIG where the file holds more than `limit` bytes.
  package func contents(of path: FileName, in folder: Int32 = workingFolder, limit: Int = 64 << 20) throws -> [UInt8] {
    let descriptor = try files.open(path, in: folder, flags: O_RDONLY | O_NONBLOCK, permissions: 0)
    defer { files.close(descriptor) }
    return try contents(of: descriptor, path: path, limit: limit)
  }

  /// Reads from an open file up to its end.
  func contents(of descriptor: Int32, path: FileName, limit: Int) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while true {
      let piece = try files.read(descriptor, count: 1 << 18, of: path)
      if piece.isEmpty { return bytes }
      bytes += piece
      guard bytes.count <= limit else { throw FileError(code: EFBIG, call: "read", path: path) }
    }
  }

  /// Says whether something stands at a path.
  package func exists(_ path: FileName) throws(FileError) -> Bool {
    do {
      _ = try files.facts(of: path, in: workingFolder)
      return true
    } catch  where error.isMissing {
      return false
    }
  }

  /// Opens a folder, for its descriptor; `following` follows a link in the last place (only for paths of our own).
  func withFolder<Result>(_ path: FileName, _ body: (Int32) throws -> Result) throws -> Result {
    let descriptor = try files.open(path, in: workingFolder, flags: O_RDONLY | O_DIRECTORY, permissions: 0)
    defer { files.close(descriptor) }
    return try body(descriptor)
  }

  /// Makes a folder's names durable.
  func synchroniseFolder(_ path: FileName) throws {
    // A slash at the end lets inbox and outbox themselves be links to folders.
    try withFolder(path / ".") { try files.synchronise($0, of: path) }
  }

  /// Makes a folder and those above it where they are missing, durably.
  func makeFolders(_ path: FileName, permissions: UInt32 = 0o755) throws {
    do {
      try files.makeFolder(path, in: workingFolder, permissions: permissions)
    } catch {
      if error.code == EEXIST { return }
      guard error.code == ENOENT, !path.folder.bytes.isEmpty else { throw error }
      try makeFolders(path.folder, permissions: permissions)
      try makeFolders(path, permissions: permissions)
      return
    }
    if !path.folder.bytes.isEmpty { try synchroniseFolder(path.folder) }
  }

  /// Writes a file so that it is there whole or not at all, whatever happens: temporary file, fsync, rename, fsync of
  /// the folder.
  ///
  /// The temporary file lies beside the file, named `NAME.tmp`.
  func writeDurably(_ bytes: [UInt8], to path: FileName, permissions: UInt32 = 0o644, steps: WritingSteps) throws {
    let temporary = FileName(bytes: path.bytes + Array(".tmp".utf8))
    do {
      try make(steps.write) { try writeTemporary(bytes, temporary, permissions, steps.synchronise) }
      try make(steps.place) { try files.rename(temporary, in: workingFolder, to: path, in: workingFolder) }
    } catch let error as FileError {
      // What could not be written takes no space on a disk that may be full.
      try? files.unlink(temporary, in: workingFolder)
      throw error
    }
    try make(steps.folder) { try synchroniseFolder(path.folder) }
  }

  private func writeTemporary(
    _ bytes: [UInt8], _ path: FileName, _ permissions: UInt32, _ synchronise: Step
  ) throws {
    let descriptor = try files.open(
      path, in: workingFolder, flags: O_WRONLY | O_CREAT | O_TRUNC, permissions: 0o600)
    defer { files.close(descriptor) }
    try files.write(bytes, to: descriptor, of: path)
    try files.setPermissions(permissions, of: descriptor, path: path)
    try make(synchronise) { try files.synchronise(descriptor, of: path) }
  }

  /// Removes a file or a folder with all that is in it; what is missing is fine, and links are not followed.
  func removeTree(_ path: FileName) throws {
    guard try exists(path) else { return }
    let facts = try files.facts(of: path, in: workingFolder)
    guard facts.kind == .folder else {
      try files.unlink(path, in: workingFolder)
      return
    }
    let names = try withFolder(path) { try files.names(in: $0, of: path) }
    for name in names { try removeTree(path / name) }
    try files.removeFolder(path, in: workingFolder)
  }

  /// Removes what is named as a temporary file in a folder and in those so deep in it; none is fine, and so is no folder.
  func removeTemporaryFiles(in folder: FileName, depth: Int, ending: String = ".tmp") throws {
    for name in try names(in: folder) {
      let path = folder / name
      if name.bytes.count > ending.utf8.count, name.bytes.suffix(ending.utf8.count).elementsEqual(ending.utf8) {
        try make(.removeLeftover) { try removeTree(path) }
      } else if depth > 0, try files.facts(of: path, in: workingFolder).kind == .folder {
        try removeTemporaryFiles(in: path, depth: depth - 1, ending: ending)
      }
    }
  }

  /// The names in a folder; none where it is missing.
  func names(in path: FileName) throws -> [FileName] {
    do {
      return try withFolder(path / ".") { try files.names(in: $0, of: path) }
    } catch let error as FileError where error.isMissing {
      return []
    }
  }
}
