internal import CPosix
internal import Glibc
package import Identity

/// Files that are whole or not there: written under a temporary name, flushed, and renamed into place.
package enum DurableFile {
  /// Reads a whole file.
  ///
  /// - Throws: `CompositionError` of kind `machine` with the path and the system's reason.
  package static func read(_ path: String) throws(CompositionError) -> [UInt8] {
    try read(FileName(path), limit: Int.max - 1)
  }

  /// Reads a file through one descriptor, or its first `limit` + 1 bytes where it has more.
  ///
  /// - Throws: `CompositionError` of kind `machine` with the path and the system's reason.
  package static func read(_ name: FileName, limit: Int) throws(CompositionError) -> [UInt8] {
    let path = name.shown
    let descriptor = (name.bytes.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { buffer in
      buffer.baseAddress.map { cposix_open_at(AT_FDCWD, $0, O_RDONLY | O_CLOEXEC, 0) } ?? -1
    }
    guard descriptor >= 0 else { throw failure("open", path) }
    defer { close(descriptor) }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { throw failure("read", path) }
    var bytes = [UInt8](repeating: 0, count: max(0, min(Int(facts.st_size), limit)))
    var filled = 0
    while filled <= limit {
      if filled == bytes.count { bytes.append(contentsOf: [UInt8](repeating: 0, count: 4096)) }
      let count = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled)
      }
      if count < 0 {
        if errno == EINTR { continue }
        throw failure("read", path)
      }
      if count == 0 { break }
      filled += count
    }
    bytes.removeSubrange(filled...)
    return bytes
  }

  /// Writes a file so that after a crash the old one or the new one is there, whole.
  ///
  /// - Parameters:
  ///   - bytes: What the file is to hold.
  ///   - path: Where it is to stand.
  ///   - replacing: Whether a file that is there is replaced; otherwise it is left and the call fails.
  ///   - flushing: Whether the file survives a power cut once the call returns.
  /// - Throws: `CompositionError` of kind `machine` with the path and the system's reason.
  package static func write(
    _ bytes: [UInt8], to path: String, replacing: Bool = true, flushing: Bool = true
  ) throws(CompositionError) {
    do {
      try write(to: path, replacing: replacing, flushing: flushing) { try bytes.withUnsafeBytes($0) }
    } catch let error as CompositionError {
      throw error
    } catch {
      throw CompositionError(.machine, "cannot write \(path): \(error)")
    }
  }

  /// Takes what a file is to hold, part after part.
  package typealias Appending = (UnsafeRawBufferPointer) throws -> Void

  /// Writes a file as `write(_:to:replacing:flushing:)` does, from parts that need not be in memory together.
  ///
  /// The file that is replaced is kept at `previous`, where that is given.
  ///
  /// - Throws: `CompositionError` of kind `machine` with the path and the system's reason, and what `contents` throws.
  package static func write(
    to path: String, replacing: Bool = true, flushing: Bool = true, keeping previous: String? = nil,
    contents: (Appending) throws -> Void
  ) throws {
    let temporary = path + ".\(getpid()).tmp"
    try create(at: temporary, flushing: flushing, contents)
    if let previous, exists(path), rename(path, previous) != 0 {
      let error = failure("write", previous)
      unlink(temporary)
      throw error
    }
    let isPlaced = replacing ? rename(temporary, path) == 0 : renameWithoutReplacing(temporary, to: path)
    guard isPlaced else {
      let error = failure(errno == EEXIST ? "replace" : "write", path)
      unlink(temporary)
      throw error
    }
    if flushing { try flushFolder(of: path) }
  }

  /// Makes a folder and those above it.
  package static func makeFolder(_ path: String) throws(CompositionError) {
    if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
      throw failure("make the folder", path)
    }
    try makeFolder(String(path[..<slash]))
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw failure("make the folder", path) }
  }

  /// Says whether something stands at a path.
  package static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  /// How many bytes a file has; nil: there is none.
  package static func size(_ path: String) -> Int? {
    var facts = stat()
    return stat(path, &facts) == 0 ? Int(facts.st_size) : nil
  }

  /// How many bytes may still be written to the disk of a folder; nil: it cannot be told.
  package static func freeBytes(_ folder: String) -> Int? {
    var facts = statvfs()
    return statvfs(folder, &facts) == 0 ? Int(facts.f_bavail) * Int(facts.f_frsize) : nil
  }

  /// Removes a file that may be there.
  package static func remove(_ path: String) { unlink(path) }

  private static func create(
    at path: String, flushing: Bool, _ contents: (Appending) throws -> Void
  ) throws {
    let descriptor = cposix_open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure("write", path) }
    var error: (any Error)?
    do {
      try contents { part in
        var written = 0
        while written < part.count {
          let count = Glibc.write(descriptor, part.baseAddress.map { $0 + written }, part.count - written)
          if count < 0 {
            if errno == EINTR { continue }
            throw failure("write", path)
          }
          written += count
        }
      }
    } catch let failed {
      error = failed
    }
    if error == nil, flushing, fsync(descriptor) != 0 { error = failure("write", path) }
    if close(descriptor) != 0, error == nil { error = failure("write", path) }
    if let error {
      unlink(path)
      throw error
    }
  }

  /// Renames a file to a name that is free, and gives whether it was; if not, errno says why (EEXIST: it is not free).
  ///
  /// `rename` is renameat2 with RENAME_NOREPLACE, or what stands for it in tests.
  static func renameWithoutReplacing(
    _ from: String, to path: String,
    by rename: (String, String) -> Int32 = { cposix_rename_noreplace(AT_FDCWD, $0, AT_FDCWD, $1) }
  ) -> Bool {
    if rename(from, path) == 0 { return true }
    guard errno == EINVAL || errno == ENOSYS else { return false }
    // A file system without RENAME_NOREPLACE (some network ones): a look first is the most that can be done.
    var facts = stat()
    if lstat(path, &facts) == 0 {
      errno = EEXIST
      return false
    }
    return Glibc.rename(from, path) == 0
  }

  /// Makes the names of the folder of a path outlast a power cut; `flush` is fsync, or what stands for it in tests.
  static func flushFolder(of path: String, by flush: (Int32) -> Int32 = { fsync($0) }) throws(CompositionError) {
    let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let descriptor = cposix_open_at(AT_FDCWD, folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
    guard descriptor >= 0 else { throw failure("flush the folder", folder) }
    defer { close(descriptor) }
    while flush(descriptor) != 0 {
      if errno == EINTR { continue }
      // Some file systems do not know fsync of a folder; there is nothing more to do there.
      if errno == EINVAL || errno == ENOTSUP { return }
      throw failure("flush the folder", folder)
    }
  }

  private static func failure(_ what: String, _ path: String) -> CompositionError {
    CompositionError(.machine, "cannot \(what) \(path): \(String(cString: strerror(errno)))")
  }
}
