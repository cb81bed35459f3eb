/// What one training step drops: 0, or 1 / (1 - share) for what is kept.
///
/// A function of seed and iteration alone.
final class DropoutMasks {
  /// Of what the first layer reads: [lanes, width]; nil: nothing is dropped.
  let input: FloatBuffer?
  /// Of each layer's state as its recurrent product reads it: [lanes, H].
  let recurrent: [FloatBuffer?]
  /// Of each layer's output, `between` or `output`: [lanes, H].
  let output: [FloatBuffer?]
  /// Whether numbers of the head's hidden layer are kept, drawn for each token.
  let head: HeadMask?

  /// How the head's bytes are drawn: token n's number j is kept where the 16 bits j of (iteration, n) reach `bound`.
  struct HeadMask: Sendable {
    var numbers: Philox
    var iteration: UInt64
    var bound: UInt16
    var scale: Float

    /// Fills the bytes of token `token`; `width` is a multiple of 64.
    func fill(_ bytes: UnsafeMutablePointer<UInt8>, token: Int, width: Int) {
      for block in 0..<width / 8 {
        let words = numbers.bits(iteration, UInt32(truncatingIfNeeded: token * (width / 8) + block))
        for j in 0..<4 {
          bytes[block * 8 + 2 * j] = UInt16(truncatingIfNeeded: words[j]) >= bound ? 1 : 0
          bytes[block * 8 + 2 * j + 1] = UInt16(truncatingIfNeeded: words[j] &>> 16) >= bound ? 1 : 0
        }
      }
    }
  }

  private static let purpose: UInt32 = 0x4452_0000

  /// Draws masks; `inputWidth` and `hidden` are the widths as they lie, `inputWidth` whole panels or that of a vector.
  init(
    _ dropout: Architecture.Dropout, layers: Int, lanes: Int, inputWidth: Int, hidden: Int, seed: UInt64, iteration: Int
  ) {
    let index = UInt64(truncatingIfNeeded: iteration)
    func mask(_ share: Float, _ width: Int, _ use: UInt32) -> FloatBuffer? {
      guard share > 0 else { return nil }
      let numbers = Philox(seed: seed, purpose: Self.purpose + use)
      let buffer = FloatBuffer(lanes * width)
      let kept = 1 / (1 - share)
      var i = 0
      while i < lanes * width {
        let words = numbers.bits(index, UInt32(truncatingIfNeeded: i / 4))
        for j in 0..<min(4, lanes * width - i) { buffer.base[i + j] = Philox.uniform(words[j]) >= share ? kept : 0 }
        i += 4
      }
      return buffer
    }
    input = mask(dropout.input, inputWidth, 0)
    recurrent = (0..<layers).map { mask(dropout.recurrent, hidden, 0x1000 + UInt32($0)) }
    output = (0..<layers).map {
      mask($0 + 1 < layers ? dropout.between : dropout.output, hidden, 0x2000 + UInt32($0))
    }
    head =
      dropout.head > 0
      ? HeadMask(
        numbers: Philox(seed: seed, purpose: Self.purpose + 1), iteration: index,
        bound: UInt16(min(65535, (dropout.head * 65536).rounded())), scale: 1 / (1 - dropout.head)) : nil
  }
}
