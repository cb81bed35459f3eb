/// An architecture and its weights, as a value.
///
/// The tensors lie as PyTorch's modules hold them (gates in the order i, f, g, o); see `Architecture` for their names.
package struct Network: Sendable, Equatable {
  package let architecture: Architecture
  private let weights: [Tensor]

  /// Makes a network with random weights, the same for the same seed on every machine.
  package init(_ architecture: Architecture, seed: UInt64) {
    self.architecture = architecture
    weights = Initialization(seed: seed).tensors(for: architecture)
  }

  /// Makes a network from tensors in any order.
  ///
  /// - Throws: `NetworkError` if one is missing, unknown, or of another shape than the architecture asks for.
  package init(_ architecture: Architecture, tensors: [Tensor]) throws(NetworkError) {
    self.architecture = architecture
    weights = try TensorShape.ordered(tensors, as: architecture.tensorShapes)
  }

  /// Makes a network from tensors that are known to fit.
  init(_ architecture: Architecture, trusted weights: [Tensor]) {
    self.architecture = architecture
    self.weights = weights
  }

  /// The weights, in the order of the file.
  package func tensors() -> [Tensor] { weights }

  /// How many numbers are learned.
  package var parameterCount: Int { weights.reduce(0) { $0 + $1.values.count } }
}
