internal import Glibc

/// A file's bytes where the system keeps them, for reading; they stay there when the file's name is removed.
final class MappedFile: @unchecked Sendable {
  // Unchecked: the pointer is set once, and what it leads to is never written.
  let bytes: UnsafeRawBufferPointer

  /// Maps the first bytes of an open file; nil where the system does not let it.
  init?(_ descriptor: Int32, count: Int) {
    guard count > 0, let start = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0),
      start != UnsafeMutableRawPointer(bitPattern: -1)
    else { return nil }
    // Songs are read in any order: reading ahead would bring in what nobody asked for.
    madvise(start, count, MADV_RANDOM)
    bytes = UnsafeRawBufferPointer(start: start, count: count)
  }

  /// Lets go of the pages that were read; they are read again when they are needed.
  func giveBackPages() { madvise(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count, MADV_DONTNEED) }

  deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }
}
