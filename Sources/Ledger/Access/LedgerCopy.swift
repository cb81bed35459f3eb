internal import Foundation
internal import GRDB
internal import Glibc

/// A copy of a ledger beside it, which a person goes back to.
enum LedgerCopy {
  /// Copies a ledger as it is, durably, under the first name that is free.
  ///
  /// That is `PATH.sqlite`, or `PATH-2.sqlite` and so on. Gives the copy's path.
  static func make(of pool: DatabasePool, at path: String, ending: String) throws -> String {
    let files = FileManager.default
    let temporary = path + ending + ".tmp"
    if files.fileExists(atPath: temporary) { try files.removeItem(atPath: temporary) }
    do {
      try pool.writeWithoutTransaction { try $0.execute(sql: "VACUUM INTO ?", arguments: [temporary]) }
      var (number, free) = (1, path + ending)
      while files.fileExists(atPath: free) {
        number += 1
        free = path + "-\(number)" + ending
      }
      try synchronise(temporary, O_RDONLY)
      try files.moveItem(atPath: temporary, toPath: free)
      try synchronise((path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY)
      return free
    } catch {
      // What could not be written takes no space on a disk that may be full.
      try? files.removeItem(atPath: temporary)
      throw error
    }
  }

  /// Makes a file's contents, or a folder's names, outlast a power cut.
  private static func synchronise(_ path: String, _ flags: Int32) throws {
    let descriptor = open(path, flags | O_CLOEXEC)
    guard descriptor >= 0 else { throw fault(path) }
    defer { close(descriptor) }
    while fsync(descriptor) != 0 { if errno != EINTR { throw fault(path) } }
  }

  private static func fault(_ path: String) -> LedgerError {
    let reason = String(cString: strerror(errno))
    return .machine(errno == ENOSPC ? .diskFull : .inputOutput, "\(path) cannot be made to last: \(reason)")
  }
}
