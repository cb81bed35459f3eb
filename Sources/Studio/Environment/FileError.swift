import Glibc
package import Identity

/// A call to the system that failed: a fault of the machine, never of what a file holds.
package struct FileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The system's error number.
  package var code: Int32
  /// The call that failed: `open`, `fsync`, `rename`.
  package var call: String
  /// The path that the call was given, as far as it is known.
  package var path: FileName

  package init(code: Int32, call: String, path: FileName) {
    self.code = code
    self.call = call
    self.path = path
  }

  package var description: String {
    "cannot \(call) '\(path.shown)': \(String(cString: strerror(code)))"
  }

  /// Says whether the name was not there.
  package var isMissing: Bool { code == ENOENT || code == ENOTDIR }
  /// Says whether the name was a symbolic link where none is followed.
  package var isLink: Bool { code == ELOOP }
  /// Says whether the medium itself failed.
  package var isInputOutput: Bool { code == EIO }

  /// A word for the kind of trouble, by which problems are told apart.
  package var problemCode: String {
    switch code {
    case ENOSPC, EDQUOT: "disk-full"
    case EACCES, EPERM: "no-permission"
    case EROFS: "read-only"
    case EMFILE, ENFILE: "too-many-open-files"
    case EIO: "input-output"
    default: "machine"
    }
  }

  /// What the person can do about it.
  package var remedy: String {
    switch code {
    case ENOSPC, EDQUOT: "free some space on that file system; it is tried again by itself"
    case EACCES, EPERM: "give the user who runs ritornello the right to read and write there"
    case EROFS: "make the file system writable, or move the studio to one that is"
    case EMFILE, ENFILE: "raise the limit of open files (ulimit -n)"
    case EIO: "check the disk; the system's log says more"
    default: "see the message; it is tried again by itself"
    }
  }
}
