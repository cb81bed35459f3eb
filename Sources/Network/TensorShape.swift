/// The name and the extents of a tensor that an architecture asks for, and what its first values are drawn from.
struct TensorShape: Sendable, Equatable {
  /// How a tensor is first filled.
  enum Start: Sendable, Equatable {
    case zeros
    case ones
    /// Zeros, but 1 for the forget gate: entries H ..< 2H.
    case forgetBias
    /// Uniform in ±bound.
    case uniform(bound: Float)
    /// Normal with mean 0.
    case normal(deviation: Float)
    /// An orthogonal square matrix for each gate.
    case orthogonal
  }

  var name: String
  var shape: [Int]
  var start: Start

  var count: Int { shape.reduce(1, *) }

  /// Brings tensors into the order of `shapes`.
  ///
  /// - Throws: `NetworkError` naming what is missing, unknown, given twice or of a wrong shape.
  static func ordered(_ tensors: [Tensor], as shapes: [TensorShape]) throws(NetworkError) -> [Tensor] {
    var byName: [String: Tensor] = [:]
    for tensor in tensors where byName.updateValue(tensor, forKey: tensor.name) != nil {
      throw NetworkError("tensor '\(tensor.name)' is given twice")
    }
    var result: [Tensor] = []
    for shape in shapes {
      guard let tensor = byName.removeValue(forKey: shape.name) else {
        throw NetworkError("tensor '\(shape.name)' of shape \(shape.shape) is missing")
      }
      guard tensor.shape == shape.shape, tensor.values.count == shape.count else {
        throw NetworkError("tensor '\(shape.name)' has shape \(tensor.shape); expected \(shape.shape)")
      }
      result.append(tensor)
    }
    if let unknown = byName.keys.min() { throw NetworkError("tensor '\(unknown)' is not part of this network") }
    return result
  }
}
