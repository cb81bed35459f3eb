internal import CKernels

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
    case .ones:
      return [Float](repeating: 1, count: shape.count)
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
      return (0..<gates).flatMap { gate -> [Float] in
        var rows = (0..<side * side).map { Double(Self.normal(numbers, UInt64(gate * side * side + $0))) }
        ck_orthogonalise(side, &rows)
        return rows.map { Float($0) }
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
}
