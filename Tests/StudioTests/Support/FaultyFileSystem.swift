import Glibc
import Identity
import Studio
import Synchronization

/// The machine's file system, of which some operations fail.
final class FaultyFileSystem: FileSystem {
  private let real = GlibcFileSystem()
  private let fails: @Sendable (String, FileName) -> Int32?

  /// - Parameter fails: given a call and a path, the error number with which it is to fail, or nil.
  init(_ fails: @escaping @Sendable (String, FileName) -> Int32?) { self.fails = fails }

  private func check(_ call: String, _ path: FileName) throws(FileError) {
    if let code = fails(call, path) { throw FileError(code: code, call: call, path: path) }
  }

  func open(_ path: FileName, in folder: Int32, flags: Int32, permissions: UInt32) throws(FileError) -> Int32 {
    try check(flags & O_CREAT != 0 ? "create" : "open", path)
    return try real.open(path, in: folder, flags: flags, permissions: permissions)
  }
  func close(_ descriptor: Int32) { real.close(descriptor) }
  func read(_ descriptor: Int32, count: Int, of path: FileName) throws(FileError) -> [UInt8] {
    try check("read", path)
    return try real.read(descriptor, count: count, of: path)
  }
  func write(_ bytes: [UInt8], to descriptor: Int32, of path: FileName) throws(FileError) {
    try check("write", path)
    try real.write(bytes, to: descriptor, of: path)
  }
  func synchronise(_ descriptor: Int32, of path: FileName) throws(FileError) {
    try check("fsync", path)
    // The tests' machine need not survive a power cut.
  }
  func synchroniseFileSystem(_ descriptor: Int32, of path: FileName) throws(FileError) { try check("syncfs", path) }
  var now: Int64 { real.now }
  func facts(of path: FileName, in folder: Int32) throws(FileError) -> FileFacts {
    try real.facts(of: path, in: folder)
  }
  func facts(of descriptor: Int32, path: FileName) throws(FileError) -> FileFacts {
    try real.facts(of: descriptor, path: path)
  }
  func names(in descriptor: Int32, of path: FileName) throws(FileError) -> [FileName] {
    try check("list", path)
    return try real.names(in: descriptor, of: path)
  }
  func rename(_ from: FileName, in fromFolder: Int32, to: FileName, in toFolder: Int32) throws(FileError) {
    try check("rename", to)
    try real.rename(from, in: fromFolder, to: to, in: toFolder)
  }
  func renameWithoutReplacing(_ from: FileName, in fromFolder: Int32, to: FileName, in toFolder: Int32)
    throws(FileError)
  {
    try check("rename", to)
    try real.renameWithoutReplacing(from, in: fromFolder, to: to, in: toFolder)
  }
  func unlink(_ path: FileName, in folder: Int32) throws(FileError) {
    try check("unlink", path)
    try real.unlink(path, in: folder)
  }
  func removeFolder(_ path: FileName, in folder: Int32) throws(FileError) {
    try check("rmdir", path)
    try real.removeFolder(path, in: folder)
  }
  func makeFolder(_ path: FileName, in folder: Int32, permissions: UInt32) throws(FileError) {
    try check("mkdir", path)
    try real.makeFolder(path, in: folder, permissions: permissions)
  }
  func setPermissions(_ permissions: UInt32, of descriptor: Int32, path: FileName) throws(FileError) {
    try real.setPermissions(permissions, of: descriptor, path: path)
  }
  func touch(_ descriptor: Int32, path: FileName) throws(FileError) { try real.touch(descriptor, path: path) }
  func isOpenForWriting(_ descriptor: Int32) -> Bool? { real.isOpenForWriting(descriptor) }
  func type(of path: FileName) -> Int { real.type(of: path) }
}
