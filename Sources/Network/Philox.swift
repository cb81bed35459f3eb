/// Random numbers that are a function of (seed, purpose, index, lane) and of nothing else.
///
/// Nothing is stored between two numbers, so training resumes and is shared among threads with the same numbers.
/// Two uses that must not share numbers take two purposes. The function is Philox4x32-10 (Salmon et al. 2011, "Parallel
/// Random Numbers: As Easy as 1, 2, 3"); the seed is its key, and its counter is (index low, index high, lane, purpose).
package struct Philox: Sendable, Equatable {
  /// The key.
  @usableFromInline let seed: UInt64
  /// The counter's last word.
  @usableFromInline let purpose: UInt32

  /// Makes the numbers of one purpose.
  @inlinable
  package init(seed: UInt64, purpose: UInt32) {
    self.seed = seed
    self.purpose = purpose
  }

  /// Returns the 128 bits of one index and lane.
  @inlinable
  package func bits(_ index: UInt64, _ lane: UInt32 = 0) -> SIMD4<UInt32> {
    Philox.block(
      UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index &>> 32), lane, purpose,
      key: UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed &>> 32))
  }

  /// Returns a number of 24 bits in 0 ..< 1.
  @inlinable
  package func uniform(_ index: UInt64, _ lane: UInt32 = 0) -> Float {
    Philox.uniform(bits(index, lane).x)
  }

  /// Returns the upper 24 bits of a word as a number in 0 ..< 1.
  @inlinable
  package static func uniform(_ word: UInt32) -> Float {
    Float(word &>> 8) * 0x1p-24
  }

  /// Runs ten rounds over a counter and a key.
  @inlinable
  package static func block(
    _ c0: UInt32, _ c1: UInt32, _ c2: UInt32, _ c3: UInt32, key k0: UInt32, _ k1: UInt32
  ) -> SIMD4<UInt32> {
    var (x, y, z, w, p, q) = (c0, c1, c2, c3, k0, k1)
    for _ in 0..<10 {
      let first = UInt64(x) &* 0xD251_1F53
      let second = UInt64(z) &* 0xCD9E_8D57
      x = UInt32(truncatingIfNeeded: second &>> 32) ^ y ^ p
      y = UInt32(truncatingIfNeeded: second)
      z = UInt32(truncatingIfNeeded: first &>> 32) ^ w ^ q
      w = UInt32(truncatingIfNeeded: first)
      p = p &+ 0x9E37_79B9
      q = q &+ 0xBB67_AE85
    }
    return SIMD4(x, y, z, w)
  }
}
