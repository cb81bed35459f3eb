internal import CPosix
import Glibc
package import Identity

/// The machine's own file system.
package struct GlibcFileSystem: FileSystem {
  package init() {}

  package func open(_ path: FileName, in folder: Int32, flags: Int32, permissions: UInt32) throws(FileError) -> Int32 {
    try retrying("open", path) {
      cposix_open_at(folder, $0, flags | O_CLOEXEC | O_NOFOLLOW, permissions)
    }
  }

  package func close(_ descriptor: Int32) { _ = Glibc.close(descriptor) }

  package func read(_ descriptor: Int32, count: Int, of path: FileName) throws(FileError) -> [UInt8] {
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: max(0, count)) { buffer, filled in
      while true {
        let got = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
        if got >= 0 {
          filled = got
          return
        }
        if errno != EINTR {
          failure = errno
          return
        }
      }
    }
    guard failure == 0 else { throw FileError(code: failure, call: "read", path: path) }
    return bytes
  }

  package func write(_ bytes: [UInt8], to descriptor: Int32, of path: FileName) throws(FileError) {
    var failure: Int32 = 0
    bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let put = Glibc.write(descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done)
        if put >= 0 {
          done += put
        } else if errno != EINTR {
          failure = errno
          return
        }
      }
    }
    guard failure == 0 else { throw FileError(code: failure, call: "write", path: path) }
  }

  package func synchronise(_ descriptor: Int32, of path: FileName) throws(FileError) {
    while fsync(descriptor) != 0 {
      if errno == EINTR { continue }
      // Some file systems do not know fsync of a folder; there is nothing more to do there.
      if errno == EINVAL || errno == ENOTSUP { return }
      throw FileError(code: errno, call: "fsync", path: path)
    }
  }

  package func synchroniseFileSystem(_ descriptor: Int32, of path: FileName) throws(FileError) {
    while cposix_sync_file_system(descriptor) != 0 {
      if errno == EINTR { continue }
      throw FileError(code: errno, call: "syncfs", path: path)
    }
  }

  package var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }

  package func facts(of path: FileName, in folder: Int32) throws(FileError) -> FileFacts {
    var record = stat()
    try retrying("stat", path) { fstatat(folder, $0, &record, AT_SYMLINK_NOFOLLOW) }
    return FileFacts(record)
  }

  package func facts(of descriptor: Int32, path: FileName) throws(FileError) -> FileFacts {
    var record = stat()
    guard fstat(descriptor, &record) == 0 else { throw FileError(code: errno, call: "stat", path: path) }
    return FileFacts(record)
  }

  package func names(in descriptor: Int32, of path: FileName) throws(FileError) -> [FileName] {
    // A descriptor of its own, so that reading the folder moves nobody's place in it.
    let own = try retrying("open", path, name: [UInt8(ascii: ".")]) {
      cposix_open_at(descriptor, $0, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
    }
    guard let stream = fdopendir(own) else {
      let failure = errno
      _ = Glibc.close(own)
      throw FileError(code: failure, call: "list", path: path)
    }
    defer { closedir(stream) }
    var names: [FileName] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        guard errno == 0 else { throw FileError(code: errno, call: "list", path: path) }
        break
      }
      let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if bytes != [46] && bytes != [46, 46] { names.append(FileName(bytes: bytes)) }
    }
    return names.sorted()
  }

  package func rename(_ from: FileName, in fromFolder: Int32, to: FileName, in toFolder: Int32) throws(FileError) {
    try pair("rename", from, to) { renameat(fromFolder, $0, toFolder, $1) }
  }

  package func renameWithoutReplacing(_ from: FileName, in fromFolder: Int32, to: FileName, in toFolder: Int32)
    throws(FileError)
  {
    do {
      try pair("rename", from, to) { cposix_rename_noreplace(fromFolder, $0, toFolder, $1) }
    } catch  where error.code == EINVAL || error.code == ENOSYS {
      // A file system without RENAME_NOREPLACE (some network ones): a look first is the most that can be done.
      if (try? facts(of: to, in: toFolder)) != nil { throw FileError(code: EEXIST, call: "rename", path: to) }
      try rename(from, in: fromFolder, to: to, in: toFolder)
    }
  }

  package func unlink(_ path: FileName, in folder: Int32) throws(FileError) {
    try retrying("unlink", path) { unlinkat(folder, $0, 0) }
  }

  package func removeFolder(_ path: FileName, in folder: Int32) throws(FileError) {
    try retrying("rmdir", path) { unlinkat(folder, $0, AT_REMOVEDIR) }
  }

  package func makeFolder(_ path: FileName, in folder: Int32, permissions: UInt32) throws(FileError) {
    try retrying("mkdir", path) { mkdirat(folder, $0, permissions) }
  }

  package func setPermissions(_ permissions: UInt32, of descriptor: Int32, path: FileName) throws(FileError) {
    guard fchmod(descriptor, permissions) == 0 else { throw FileError(code: errno, call: "chmod", path: path) }
  }

  package func touch(_ descriptor: Int32, path: FileName) throws(FileError) {
    guard futimens(descriptor, nil) == 0 else { throw FileError(code: errno, call: "touch", path: path) }
  }

  package func isOpenForWriting(_ descriptor: Int32) -> Bool? {
    if cposix_try_read_lease(descriptor) == 0 { return false }
    return errno == EAGAIN ? true : nil
  }

  package func type(of path: FileName) -> Int {
    let bytes = path.bytes.map { CChar(bitPattern: $0) } + [0]
    return bytes.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return -1 }
      return cposix_filesystem_type(start)
    }
  }

  /// Calls with a path, again where a signal came between, and throws where it fails.
  @discardableResult
  private func retrying(
    _ call: String, _ path: FileName, name: [UInt8]? = nil, _ body: (UnsafePointer<CChar>) -> Int32
  ) throws(FileError) -> Int32 {
    let bytes = name ?? path.bytes
    guard !bytes.contains(0) else { throw FileError(code: EINVAL, call: call, path: path) }
    let text = bytes.map { CChar(bitPattern: $0) } + [0]
    var failure: Int32 = 0
    let result: Int32 = text.withUnsafeBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return -1 }
      while true {
        let result = body(start)
        if result >= 0 { return result }
        if errno != EINTR {
          failure = errno
          return -1
        }
      }
    }
    guard result >= 0 else { throw FileError(code: failure, call: call, path: path) }
    return result
  }

  private func pair(
    _ call: String, _ from: FileName, _ to: FileName,
    _ body: (UnsafePointer<CChar>, UnsafePointer<CChar>) -> Int32
  ) throws(FileError) {
    guard !from.bytes.contains(0), !to.bytes.contains(0) else { throw FileError(code: EINVAL, call: call, path: from) }
    let second = to.bytes.map { CChar(bitPattern: $0) } + [0]
    try retrying(call, from) { first in
      second.withUnsafeBufferPointer { buffer in
        guard let start = buffer.baseAddress else { return -1 }
        return body(first, start)
      }
    }
  }
}

extension FileFacts {
  fileprivate init(_ record: stat) {
    let kind: Kind =
      switch record.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      case S_IFLNK: .link
      default: .other
      }
    self.init(
      kind: kind, device: UInt64(record.st_dev), inode: UInt64(record.st_ino), size: Int64(record.st_size),
      modified: Int64(record.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(record.st_mtim.tv_nsec),
      changed: Int64(record.st_ctim.tv_sec) &* 1_000_000_000 &+ Int64(record.st_ctim.tv_nsec),
      permissions: UInt32(record.st_mode & 0o7777))
  }
}
