internal import CPosix
import Glibc
import Identity

/// Standard output, for documents that are too long to be put together first.
enum StandardOutput {
  /// Writes bytes.
  ///
  /// - Throws: `ExitCode` 74 where they cannot be written, after telling why.
  static func write(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = Glibc.write(STDOUT_FILENO, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else {
          throw fail("standard output cannot be written: \(String(cString: strerror(errno)))", Exit.inputOutput)
        }
        rest = rest.dropFirst(count)
      }
    }
  }

  /// Writes what `print` has left in its buffer.
  ///
  /// - Throws: `ExitCode` 74 where it, or what was printed before, could not be written, after telling so.
  static func flush() throws {
    let code = cposix_flush_output()
    guard code != 0 else { return }
    let reason = code > 0 ? ": \(String(cString: strerror(code)))" : ""
    throw fail("standard output cannot be written\(reason)", Exit.inputOutput)
  }
}
