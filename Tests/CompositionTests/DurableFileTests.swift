import Glibc
import TestSupport
import Testing

@testable import Composition

@Suite("Durable files")
struct DurableFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A call that fails, as a network file system's does.
  private static func failing(_ code: Int32) -> Int32 {
    errno = code
    return -1
  }

  @Test("where a file system cannot rename without replacing, a free name is taken", arguments: [EINVAL, ENOSYS])
  func free(code: Int32) throws {
    let (from, to) = (folder.path + "/from", folder.path + "/to")
    try DurableFile.write([1], to: from)
    #expect(DurableFile.renameWithoutReplacing(from, to: to) { _, _ in Self.failing(code) })
    #expect(try DurableFile.read(to) == [1])
    #expect(!DurableFile.exists(from))
  }

  @Test("where a file system cannot rename without replacing, what has the name stays", arguments: [EINVAL, ENOSYS])
  func taken(code: Int32) throws {
    let (from, to) = (folder.path + "/from", folder.path + "/to")
    try DurableFile.write([1], to: from)
    try DurableFile.write([2], to: to)
    #expect(!DurableFile.renameWithoutReplacing(from, to: to) { _, _ in Self.failing(code) })
    #expect(errno == EEXIST)
    #expect(try DurableFile.read(to) == [2])
  }

  @Test(
    "a file system that knows no fsync of a folder is no fault, a disk that fails is",
    arguments: [EINVAL, ENOTSUP, EIO])
  func flush(code: Int32) throws {
    let path = folder.path + "/x"
    if code == EIO {
      #expect(throws: CompositionError.self) { try DurableFile.flushFolder(of: path) { _ in Self.failing(code) } }
    } else {
      try DurableFile.flushFolder(of: path) { _ in Self.failing(code) }
    }
  }
}
