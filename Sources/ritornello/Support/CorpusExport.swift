import ArgumentParser
import Glibc
import Identity
import Ledger
import Studio

/// Copies objects out under the names that they have in a corpus.
struct CorpusExport {
  let studio: String
  /// The folder to copy to, absolute.
  let folder: FileName

  /// Copies all files, or none where a name is taken.
  func copy(_ files: [CorpusFile]) throws {
    try makeFolder(folder)
    let targets = files.map { (file: $0, path: target(of: $0.name)) }
    for target in targets where exists(target.path) {
      throw fail("'\(target.path.shown)' is there already; nothing was copied: name another folder", Exit.cannotCreate)
    }
    for (file, path) in targets { try copy(file, to: path) }
  }

  /// Where a name's file goes: below the folder, whatever the name says.
  private func target(of name: FileName) -> FileName {
    let steps: [[UInt8]] = [[], [UInt8(ascii: ".")], Array("..".utf8)]
    return name.bytes.split(separator: UInt8(ascii: "/")).map(Array.init).filter { !steps.contains($0) }
      .reduce(folder) { $0.appending(FileName(bytes: $1)) }
  }

  private func copy(_ file: CorpusFile, to path: FileName) throws {
    let object = StudioPaths(root: studio).object(file.sha256)
    let bytes = try PathWalk.read(object, limit: file.bytes)
    guard ContentHash(of: bytes) == file.sha256 else {
      throw fail(
        "the object '\(object.shown)' is not what was stored",
        Exit.data)
    }
    try makeFolders(above: path)
    let descriptor = withCString(path) { open($0, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644) }
    guard descriptor >= 0 else { throw cannotCreate(path) }
    var failure = put(bytes, to: descriptor)
    // What a network file system only tells now is a failure like any other.
    if close(descriptor) != 0, failure == nil { failure = errno }
    guard let failure else { return }
    _ = withCString(path) { unlink($0) }
    throw fail("cannot write '\(path.shown)': \(String(cString: strerror(failure)))", Exit.inputOutput)
  }

  /// Writes bytes so that they outlast a power cut: a person may delete the originals next.
  ///
  /// - Returns: the number of the error; nil: none.
  private func put(_ bytes: [UInt8], to descriptor: Int32) -> Int32? {
    var written = 0
    while written < bytes.count {
      let step = bytes.withUnsafeBytes { buffer in
        write(descriptor, buffer.baseAddress.map { $0 + written }, buffer.count - written)
      }
      if step < 0, errno == EINTR { continue }
      guard step > 0 else { return errno }
      written += step
    }
    while fsync(descriptor) != 0 {
      if errno == EINTR { continue }
      // Some kinds of file know no fsync.
      return errno == EINVAL || errno == ENOTSUP ? nil : errno
    }
    return nil
  }

  private func makeFolders(above path: FileName) throws {
    var place = folder.bytes.count
    while let slash = path.bytes[(place + 1)...].firstIndex(of: UInt8(ascii: "/")) {
      try makeFolder(FileName(bytes: Array(path.bytes[..<slash])))
      place = slash
    }
  }

  private func makeFolder(_ path: FileName) throws {
    if withCString(path, { mkdir($0, 0o755) }) == 0 { return }
    var status = stat()
    guard errno == EEXIST, withCString(path, { stat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFDIR else {
      throw cannotCreate(path)
    }
  }

  private func exists(_ path: FileName) -> Bool {
    var status = stat()
    return withCString(path) { lstat($0, &status) } == 0
  }

  private func cannotCreate(_ path: FileName) -> ExitCode {
    fail("cannot create '\(path.shown)': \(String(cString: strerror(errno)))", Exit.cannotCreate)
  }

  private func withCString<Result>(_ path: FileName, _ body: (UnsafePointer<CChar>) -> Result) -> Result {
    let text = path.bytes.map { CChar(bitPattern: $0) } + [0]
    return text.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return "".withCString(body) }
      return body(base)
    }
  }
}
