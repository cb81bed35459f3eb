/// The numbers of one (seed, purpose, index), one after another: for shuffling and sampling.
///
/// A stream takes the lanes of its index in order, so it holds 2^34 words; after that it begins again. A purpose is used
/// either by streams or by `Philox.bits`, not by both.
package struct PhiloxStream: RandomNumberGenerator, Sendable {
  @usableFromInline let source: Philox
  @usableFromInline let index: UInt64
  @usableFromInline var lane: UInt32
  @usableFromInline var block: SIMD4<UInt32>
  /// How many words of `block` are used up.
  @usableFromInline var used: Int

  /// Makes the stream that `index` names among those of a seed and a purpose.
  @inlinable
  package init(seed: UInt64, purpose: UInt32, index: UInt64 = 0) {
    source = Philox(seed: seed, purpose: purpose)
    self.index = index
    lane = 0
    block = SIMD4(0, 0, 0, 0)
    used = 4
  }

  /// Returns the next 32 bits.
  @inlinable
  package mutating func word() -> UInt32 {
    if used == 4 {
      block = source.bits(index, lane)
      lane &+= 1
      used = 0
    }
    defer { used &+= 1 }
    return block[used]
  }

  /// Returns the next 64 bits, the lower half first.
  @inlinable
  package mutating func next() -> UInt64 {
    let low = UInt64(word())
    return low | UInt64(word()) &<< 32
  }

  /// Returns a number of 24 bits in 0 ..< 1.
  @inlinable
  package mutating func uniform() -> Float {
    Philox.uniform(word())
  }

  /// Returns a whole number in 0 ..< n, each as likely as the others.
  ///
  /// Lemire 2019, "Fast Random Integer Generation in an Interval": the product's upper word, where the lower one does not
  /// fall into the part that would favour some numbers.
  /// - Precondition: n is at least 1.
  @inlinable
  package mutating func below(_ n: Int) -> Int {
    precondition(n > 0, "a random number below \(n)")
    let bound = UInt64(n)
    var product = bound.multipliedFullWidth(by: next())
    if product.low < bound {
      let surplus = (0 &- bound) % bound
      while product.low < surplus { product = bound.multipliedFullWidth(by: next()) }
    }
    return Int(product.high)
  }

  /// Puts the elements into an order, each as likely as the others (Fisher and Yates, from the last place down).
  ///
  /// The standard library's `shuffle(using:)` does not promise how it draws.
  @inlinable
  package mutating func shuffle<Element>(_ elements: inout [Element]) {
    var place = elements.count - 1
    while place > 0 {
      let other = below(place + 1), element = elements[place]
      elements[place] = elements[other]
      elements[other] = element
      place -= 1
    }
  }
}
