internal import CPosix
import Glibc
package import Identity

/// The lock that makes one process the studio's owner; it is given back when this object goes.
///
/// The kernel holds it (flock), so that it ends with the process however that ends. The pid in the file is for people.
package final class StudioLock {
  private let descriptor: Int32
  private let files: any FileSystem

  /// Takes the lock.
  ///
  /// - Throws: `StudioError.busy` where another process has it, `FileError` where the file cannot be made.
  package init(at path: FileName, word: String, files: any FileSystem, clock: any StudioClock) throws {
    self.files = files
    descriptor = try files.open(path, in: workingFolder, flags: O_RDWR | O_CREAT, permissions: 0o644)
    var failure: Int32 = 0
    // `status` holds the lock for a moment when it asks whether anyone does: that is waited out.
    for _ in 0..<5 {
      failure = cposix_lock_exclusively(descriptor) == 0 ? 0 : errno
      if failure != EWOULDBLOCK { break }
      clock.wait(seconds: 0.01)
    }
    if failure == EWOULDBLOCK {
      let pid = Self.pid(in: descriptor)
      files.close(descriptor)
      throw StudioError.busy(pid: pid)
    }
    guard failure == 0 else {
      files.close(descriptor)
      throw FileError(code: failure, call: "lock", path: path)
    }
    let text = "\(getpid()) \(word)\n"
    // The bytes stay within the file's one block, so that this works on a full disk too.
    let written = text.withCString { pwrite(descriptor, $0, text.utf8.count, 0) }
    if written > 0 { _ = ftruncate(descriptor, off_t(written)) }
  }

  deinit {
    // A process that is just being started has the descriptor too, up to its exec: closing alone would not do.
    _ = cposix_unlock(descriptor)
    files.close(descriptor)
  }

  /// The process that holds a studio's lock and what it is (`watch`, `run`), or nil where none does.
  package static func holder(at path: FileName, files: any FileSystem) -> (pid: Int32, word: String)? {
    guard let descriptor = try? files.open(path, in: workingFolder, flags: O_RDONLY, permissions: 0) else { return nil }
    defer { files.close(descriptor) }
    guard cposix_is_locked(descriptor) == 1, let pid = pid(in: descriptor) else { return nil }
    let words = contents(of: descriptor).split(separator: " ")
    return (pid, words.count > 1 ? String(words[1]) : "")
  }

  private static func contents(of descriptor: Int32) -> String {
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = pread(descriptor, &buffer, buffer.count, 0)
    let line = buffer.prefix(max(0, count)).prefix { $0 != UInt8(ascii: "\n") }
    return String(decoding: line, as: UTF8.self)
  }

  private static func pid(in descriptor: Int32) -> Int32? {
    contents(of: descriptor).split(separator: " ").first.flatMap { Int32($0) }
  }
}
