/// The first weights of a network, a function of the seed alone.
struct Initialization {
  private let seed: UInt64
  /// Below this no other use of the generator takes its purposes.
  private static let purpose: UInt32 = 0x5745_0000

  init(seed: UInt64) { self.seed = seed }

  func tensors(for architecture: Architecture) -> [Tensor] {
    architecture.tensorShapes.enumerated().map { index, shape in
      let numbers = Philox(seed: seed, purpose: Self.purpose + UInt32(truncatingIfNeeded: index))
      return Tensor(name: shape.name, shape: shape.shape, values: values(of: shape, numbers))
    }
  }

  private func values(of shape: TensorShape, _ numbers: Philox) -> [Float] {
    switch shape.start {
    case .zeros:
      return [Float](repeating: 0, count: shape.count)
    case .forgetBias:
      let quarter = shape.count / 4
      return (0..<shape.count).map { $0 / max(quarter, 1) == 1 ? 1 : 0 }
    case .uniform(let bound):
      return (0..<shape.count).map { (2 * Philox.uniform(numbers.bits(UInt64($0)).x) - 1) * bound }
    case .normal(let deviation):
      return (0..<shape.count).map { Self.normal(numbers, UInt64($0)) * deviation }
    case .orthogonal:
      let side = shape.shape.last ?? 0
      let gates = side > 0 ? shape.count / (side * side) : 0
      return (0..<gates).flatMap { gate in
        Self.orthogonal(side) { Self.normal(numbers, UInt64(gate * side * side + $0)) }
      }
    }
  }

  /// Box and Muller 1958, with our own functions.
  private static func normal(_ numbers: Philox, _ index: UInt64) -> Float {
    let bits = numbers.bits(index)
    // In 2^-24 … 1, so that the logarithm is finite.
    let radius = (-2 * Numerics.log(1 - Philox.uniform(bits.x))).squareRoot()
    let halfTurns = 2 * Double(Philox.uniform(bits.y))
    let cosine = OptimizerSettings.cosineOfHalfTurns(halfTurns > 1 ? 2 - halfTurns : halfTurns)
    return radius * Float(cosine)
  }

  /// Gram and Schmidt on rows of normal numbers, in double; eight sums at a time, in the same order everywhere.
  private static func orthogonal(_ side: Int, _ draw: (Int) -> Float) -> [Float] {
    let width = (side + 7) / 8
    var rows = [SIMD8<Double>](repeating: .zero, count: side * width)
    for place in 0..<side * side {
      rows[place / side * width + place % side / 8][place % side % 8] = Double(draw(place))
    }
    rows.withUnsafeMutableBufferPointer { rows in
      for row in 0..<side {
        let r = row * width
        // Twice is enough (Giraud et al. 2005).
        for earlier in (0..<2 * row).lazy.map({ $0 % row * width }) {
          var sums = SIMD8<Double>.zero
          for k in 0..<width { sums += rows[r + k] * rows[earlier + k] }
          let product = sum(sums)
          for k in 0..<width { rows[r + k] -= product * rows[earlier + k] }
        }
        var squares = SIMD8<Double>.zero
        for k in 0..<width { squares += rows[r + k] * rows[r + k] }
        let norm = sum(squares).squareRoot()
        for k in 0..<width where norm > 0 { rows[r + k] /= SIMD8(repeating: norm) }
      }
    }
    return (0..<side * side).map { Float(rows[$0 / side * width + $0 % side / 8][$0 % side % 8]) }
  }

  /// The eight numbers' sum in a fixed order.
  private static func sum(_ x: SIMD8<Double>) -> Double {
    let four = x.lowHalf + x.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }
}
