import Glibc
package import Identity

/// The file operations that the studio uses, injected so that tests can make each of them fail.
///
/// Paths are bytes, taken from `folder` (a descriptor) or from the working folder; the last component of a path is
/// never followed if it is a link. Every failure is thrown as a `FileError`.
package protocol FileSystem: Sendable {
  /// Opens a file; `flags` are open(2)'s, to which O_CLOEXEC and O_NOFOLLOW are added.
  func open(_ path: FileName, in folder: Int32, flags: Int32, permissions: UInt32) throws(FileError) -> Int32
  /// Closes a descriptor.
  func close(_ descriptor: Int32)
  /// Reads up to `count` bytes; none at the end.
  func read(_ descriptor: Int32, count: Int, of path: FileName) throws(FileError) -> [UInt8]
  /// Writes all bytes.
  func write(_ bytes: [UInt8], to descriptor: Int32, of path: FileName) throws(FileError)
  /// Makes a file's contents, or a folder's names, outlast a power cut.
  func synchronise(_ descriptor: Int32, of path: FileName) throws(FileError)
  /// Makes everything outlast a power cut that was written to the file system which holds an open file.
  func synchroniseFileSystem(_ descriptor: Int32, of path: FileName) throws(FileError)
  /// The time by which the system stamps files, in nanoseconds since 1970.
  var now: Int64 { get }
  /// Facts of what stands at a path.
  func facts(of path: FileName, in folder: Int32) throws(FileError) -> FileFacts
  /// Facts of an open file.
  func facts(of descriptor: Int32, path: FileName) throws(FileError) -> FileFacts
  /// The names in a folder, in byte order, without `.` and `..`.
  func names(in descriptor: Int32, of path: FileName) throws(FileError) -> [FileName]
  /// Renames, replacing what stands there.
  func rename(_ from: FileName, in fromFolder: Int32, to: FileName, in toFolder: Int32) throws(FileError)
  /// Renames, or throws EEXIST where something stands there.
  func renameWithoutReplacing(_ from: FileName, in fromFolder: Int32, to: FileName, in toFolder: Int32)
    throws(FileError)
  /// Removes a name of a file.
  func unlink(_ path: FileName, in folder: Int32) throws(FileError)
  /// Removes an empty folder.
  func removeFolder(_ path: FileName, in folder: Int32) throws(FileError)
  /// Makes a folder.
  func makeFolder(_ path: FileName, in folder: Int32, permissions: UInt32) throws(FileError)
  /// Sets a file's permissions.
  func setPermissions(_ permissions: UInt32, of descriptor: Int32, path: FileName) throws(FileError)
  /// Sets a file's times to now.
  func touch(_ descriptor: Int32, path: FileName) throws(FileError)
  /// Says whether some local process has the file open for writing; nil where the system cannot tell.
  func isOpenForWriting(_ descriptor: Int32) -> Bool?
  /// The kind of file system that holds a path: statfs's `f_type`, or -1.
  func type(of path: FileName) -> Int
}

/// The descriptor that stands for the working folder.
package let workingFolder: Int32 = AT_FDCWD
