import Glibc
import Identity

/// Finds and reads the files that a PATH of the command line means.
enum PathWalk {
  /// The endings, in any case, of what is taken from a folder; a file that is named itself may end in anything.
  static let endings = [".mid", ".midi", ".kar", ".rmi"]
  /// How deep folders may lie in one another.
  static let deepest = 16

  /// Why a path could not be followed.
  struct Problem: Error {
    enum Kind {
      /// There is nothing of that name.
      case noSuchPath
      /// It is there but cannot be what is wanted; it says so itself.
      case unusable
      /// The machine would not: rights, input and output, memory.
      case machine
    }
    let kind: Kind
    let path: FileName
    let message: String
  }

  /// An argument as its bytes stand; Swift's own arguments have invalid UTF-8 replaced.
  static func argument(_ text: String) -> FileName {
    guard text.unicodeScalars.contains("\u{FFFD}") else { return FileName(text) }
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let pointer = CommandLine.unsafeArgv[index] else { continue }
      let bytes = UnsafeBufferPointer(start: pointer, count: strlen(pointer)).map { UInt8(bitPattern: $0) }
      if String(decoding: bytes, as: UTF8.self) == text { return FileName(bytes: bytes) }
    }
    return FileName(text)
  }

  /// The files that some paths mean, in the order given; a folder's by its names' bytes, folders within it in their place.
  ///
  /// Names that begin with a dot are left out, and links to folders are not followed.
  static func files(at paths: [FileName]) throws(Problem) -> [FileName] {
    var result: [FileName] = []
    for path in paths {
      if try mode(of: path, followsLink: true) & S_IFMT == S_IFDIR {
        try walk(path, depth: 1, into: &result)
      } else {
        result.append(path)
      }
    }
    return result
  }

  /// The path with the working folder before it, where it does not begin at the root.
  static func absolute(_ path: FileName) -> FileName {
    guard path.bytes.first != UInt8(ascii: "/"), let pointer = getcwd(nil, 0) else { return path }
    defer { free(pointer) }
    let folder = FileName(
      bytes: UnsafeBufferPointer(start: pointer, count: strlen(pointer)).map { UInt8(bitPattern: $0) })
    let parts = path.bytes.split(separator: UInt8(ascii: "/")).filter { $0 != [UInt8(ascii: ".")] }
    return parts.reduce(folder) { $0.appending(FileName(bytes: Array($1))) }
  }

  /// The bytes of a regular file, or its first `limit` + 1 where it has more.
  static func read(_ path: FileName, limit: Int) throws(Problem) -> [UInt8] {
    // A pipe must not stop us at opening.
    let descriptor = withCString(path) { open($0, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
    guard descriptor >= 0 else { throw problem(path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw problem(path) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw Problem(kind: .unusable, path: path, message: "is not a regular file")
    }
    var bytes = [UInt8](repeating: 0, count: max(0, min(Int(status.st_size), limit)) + 1)
    var count = 0
    while count < bytes.count {
      let step = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count)
      }
      if step < 0, errno == EINTR { continue }
      guard step >= 0 else { throw problem(path) }
      if step == 0 { break }
      count += step
      // It grew while it was read.
      if count == bytes.count, count <= limit {
        bytes += [UInt8](repeating: 0, count: min(count, limit + 1 - count))
      }
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  private static func walk(_ folder: FileName, depth: Int, into result: inout [FileName]) throws(Problem) {
    guard depth <= deepest else {
      throw Problem(kind: .unusable, path: folder, message: "lies more than \(deepest) folders deep")
    }
    for name in try names(in: folder).sorted() where name.bytes.first != UInt8(ascii: ".") {
      let path = folder.appending(name)
      if try mode(of: path, followsLink: false) & S_IFMT == S_IFDIR {
        try walk(path, depth: depth + 1, into: &result)
      } else if hasEnding(name), isRegular(path) {
        result.append(path)
      }
    }
  }

  private static func hasEnding(_ name: FileName) -> Bool {
    let lower = name.bytes.map { (65...90).contains($0) ? $0 + 32 : $0 }
    return endings.contains { lower.count > $0.utf8.count && lower.suffix($0.utf8.count).elementsEqual($0.utf8) }
  }

  private static func names(in folder: FileName) throws(Problem) -> [FileName] {
    guard let stream = withCString(folder, { opendir($0) }) else { throw problem(folder) }
    defer { closedir(stream) }
    var result: [FileName] = []
    errno = 0
    while let entry = readdir(stream) {
      let bytes = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: UInt8.self, capacity: 256) { text in
          Array(
            UnsafeBufferPointer(
              start: text, count: strnlen(UnsafeRawPointer(text).assumingMemoryBound(to: CChar.self), 256)))
        }
      }
      result.append(FileName(bytes: bytes))
      errno = 0
    }
    guard errno == 0 else { throw problem(folder) }
    return result
  }

  /// Says whether a path leads to a regular file; a link that leads nowhere does not.
  private static func isRegular(_ path: FileName) -> Bool {
    guard let mode = try? mode(of: path, followsLink: true) else { return false }
    return mode & S_IFMT == S_IFREG
  }

  private static func mode(of path: FileName, followsLink: Bool) throws(Problem) -> mode_t {
    var status = stat()
    guard withCString(path, { followsLink ? stat($0, &status) : lstat($0, &status) }) == 0 else {
      throw problem(path)
    }
    return status.st_mode
  }

  private static func problem(_ path: FileName) -> Problem {
    let number = errno
    let missing = number == ENOENT || number == ENOTDIR
    return Problem(
      kind: missing ? .noSuchPath : .machine, path: path,
      message: missing ? "there is no such file or folder" : "cannot be read: \(String(cString: strerror(number)))")
  }

  private static func withCString<Result>(_ path: FileName, _ body: (UnsafePointer<CChar>) -> Result) -> Result {
    (path.bytes.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { buffer in
      // The buffer holds at least its closing zero.
      buffer.baseAddress.map(body) ?? body("")
    }
  }
}
