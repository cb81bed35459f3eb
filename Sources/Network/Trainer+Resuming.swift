extension Trainer {
  /// Everything that `restore` needs to go on with the same bits: weights, moments, average, the lanes' state.
  package func saved() -> [Tensor] {
    var tensors: [Tensor] = []
    forEachSaved { tensors.append($0) }
    return tensors
  }

  /// Calls `body` with each tensor of `saved`, made one at a time so that they are never in memory together.
  package func forEachSaved<Failure: Error>(_ body: (Tensor) throws(Failure) -> Void) throws(Failure) {
    for part in packedParts {
      for index in pass.layout.shapes.indices {
        try body(pass.layout.unpack(index, part.buffer.base, prefix: part.prefix))
      }
    }
    for part in states {
      let values = Array(UnsafeBufferPointer(start: part.buffer.base, count: pass.lanes * pass.layout.hidden))
      try body(Tensor(name: part.name, shape: [pass.lanes, pass.layout.hidden], values: values))
    }
    let made = optimizer.stepsMade
    try body(Tensor(name: Self.stepsName, shape: [2], values: [Float(made >> 20), Float(made & 0xF_FFFF)]))
  }

  /// The names and shapes of `saved`.
  package var savedShapes: [(name: String, shape: [Int])] {
    packedParts.flatMap { part in pass.layout.shapes.map { (part.prefix + $0.name, $0.shape) } }
      + states.map { ($0.name, [pass.lanes, pass.layout.hidden]) } + [(Self.stepsName, [2])]
  }

  /// Goes back to what `saved` told.
  ///
  /// - Throws: `NetworkError` if the tensors are not those of a trainer like this; nothing has changed then.
  package func restore(_ tensors: [Tensor]) throws(NetworkError) {
    var shapes: [TensorShape] = []
    for part in packedParts {
      shapes += pass.layout.shapes.map { TensorShape(name: part.prefix + $0.name, shape: $0.shape, start: .zeros) }
    }
    for part in states {
      shapes.append(TensorShape(name: part.name, shape: [pass.lanes, pass.layout.hidden], start: .zeros))
    }
    shapes.append(TensorShape(name: Self.stepsName, shape: [2], start: .zeros))
    let ordered = try TensorShape.ordered(tensors, as: shapes)
    guard let steps = ordered.last?.values, steps.allSatisfy({ $0 >= 0 && $0 < 0x1p24 && $0 == $0.rounded() }) else {
      throw NetworkError("tensor '\(Self.stepsName)' holds no number of steps")
    }
    let each = pass.layout.shapes.count
    for (index, part) in packedParts.enumerated() {
      pass.layout.pack(Array(ordered[index * each..<(index + 1) * each]), into: part.buffer.base)
    }
    for (index, part) in states.enumerated() {
      let values = ordered[packedParts.count * each + index].values
      for (place, value) in values.enumerated() { part.buffer.base[place] = value }
    }
    optimizer.resume(after: Int(steps[0]) << 20 + Int(steps[1]))
  }

  private static var stepsName: String { "optimizer.steps" }

  private var packedParts: [(prefix: String, buffer: FloatBuffer)] {
    let parts: [(String, FloatBuffer?)] = [
      ("weights.", weights), ("first.", optimizer.first), ("second.", optimizer.second),
      ("average.", optimizer.average),
    ]
    return parts.compactMap { prefix, buffer in buffer.map { (prefix, $0) } }
  }

  private var states: [(name: String, buffer: FloatBuffer)] {
    pass.layers.enumerated().flatMap { index, layer in
      [("state.h_l\(index)", layer.stateH)]
        + (pass.architecture.cell == .lstm ? [("state.c_l\(index)", layer.stateC)] : [])
    }
  }
}
