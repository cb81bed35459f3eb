internal import Glibc

/// Numbers at a fixed, aligned address, zero at first.
///
/// Large ones ask the system for large pages: a time step walks through many panels that lie far apart.
final class FloatBuffer {
  let base: UnsafeMutablePointer<Float>
  let count: Int

  init(_ count: Int) {
    self.count = max(count, 1)
    // The kernels fetch a little ahead, and vectors are 64 bytes.
    let bytes = self.count * 4, isLarge = bytes >= 2 * Self.largePage
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: isLarge ? Self.largePage : 64)
    // Only a wish: what it says is not needed.
    if isLarge { madvise(raw, bytes, MADV_HUGEPAGE) }
    base = raw.bindMemory(to: Float.self, capacity: self.count)
    base.initialize(repeating: 0, count: self.count)
  }

  private static let largePage = 1 << 21

  deinit { base.deallocate() }

  func clear() { base.update(repeating: 0, count: count) }

  func copy(from other: FloatBuffer) { base.update(from: other.base, count: min(count, other.count)) }
}

/// A buffer that is made anew where it is too small.
struct GrowingBuffer {
  private var buffer = FloatBuffer(0)

  /// The address of at least `count` numbers; what they are is not defined.
  mutating func base(for count: Int) -> UnsafeMutablePointer<Float> {
    if buffer.count < count { buffer = FloatBuffer(count + count / 4) }
    return buffer.base
  }

  /// The same for bytes.
  mutating func bytes(for count: Int) -> UnsafeMutablePointer<UInt8> {
    UnsafeMutableRawPointer(base(for: (count + 3) / 4)).assumingMemoryBound(to: UInt8.self)
  }
}

/// The next multiple of 64: the width of a panel.
func padded(_ width: Int) -> Int { (width + 63) / 64 * 64 }
