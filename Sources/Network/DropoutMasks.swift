/// What training steps drop: 0, or 1 / (1 - share) for what is kept; drawn anew for each batch, in the same memory.
///
/// What is drawn is a function of seed and iteration alone.
final class DropoutMasks {
  /// Of what the first layer reads: [lanes, width]; nil: nothing is dropped.
  let input: FloatBuffer?
  /// Of each layer's state as its recurrent product reads it: [lanes, H].
  let recurrent: [FloatBuffer?]
  /// Of each layer's output, `between` or `output`: [lanes, H].
  let output: [FloatBuffer?]
  /// Whether numbers of the head's hidden layer are kept, drawn for each token.
  private(set) var head: HeadMask?

  private let dropout: Architecture.Dropout

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

  /// Makes room; `inputWidth` and `hidden` are the widths as they lie, `inputWidth` whole panels or that of a vector.
  init(_ dropout: Architecture.Dropout, layers: Int, lanes: Int, inputWidth: Int, hidden: Int) {
    self.dropout = dropout
    func room(_ share: Float, _ width: Int) -> FloatBuffer? { share > 0 ? FloatBuffer(lanes * width) : nil }
    input = room(dropout.input, inputWidth)
    recurrent = (0..<layers).map { _ in room(dropout.recurrent, hidden) }
    output = (0..<layers).map { room($0 + 1 < layers ? dropout.between : dropout.output, hidden) }
  }

  /// Draws the masks of a batch.
  func draw(seed: UInt64, iteration: Int) {
    let index = UInt64(truncatingIfNeeded: iteration)
    func draw(_ mask: FloatBuffer?, _ share: Float, _ use: UInt32) {
      guard let mask else { return }
      let numbers = Philox(seed: seed, purpose: Self.purpose + use), kept = 1 / (1 - share)
      for i in stride(from: 0, to: mask.count, by: 4) {
        let words = numbers.bits(index, UInt32(truncatingIfNeeded: i / 4))
        for j in 0..<min(4, mask.count - i) { mask.base[i + j] = Philox.uniform(words[j]) >= share ? kept : 0 }
      }
    }
    draw(input, dropout.input, 0)
    for layer in output.indices {
      draw(recurrent[layer], dropout.recurrent, 0x1000 + UInt32(layer))
      draw(output[layer], layer + 1 < output.count ? dropout.between : dropout.output, 0x2000 + UInt32(layer))
    }
    guard dropout.head > 0 else { return }
    head = HeadMask(
      numbers: Philox(seed: seed, purpose: Self.purpose + 1), iteration: index,
      bound: UInt16(min(65535, (dropout.head * 65536).rounded())), scale: 1 / (1 - dropout.head))
  }
}
