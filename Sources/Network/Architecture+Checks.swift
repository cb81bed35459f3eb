extension Architecture {
  /// Refuses what cannot be run.
  ///
  /// - Throws: `NetworkError` naming the value and its bounds.
  package func check() throws(NetworkError) {
    try Self.check("hidden", hidden, 1...65_536)
    try Self.check("layers", layers, 1...64)
    try Self.check("the width of what a step reads", readingWidth, 1...1_048_576)
    if case .classes = reading { try Self.check("embedding", embedding, 1...65_536) }
    try Self.check("embedding", embedding, 0...65_536)
    try Self.check("the width of the output", outputWidth, 1...1_048_576)
    try checkHead()
    for share in [dropout.input, dropout.between, dropout.recurrent, dropout.output, dropout.head]
    where !(share >= 0 && share < 1) {
      throw NetworkError("dropout is \(share); it must be at least 0 and below 1")
    }
  }

  private func checkHead() throws(NetworkError) {
    switch writing {
    case .classes, .values: return
    case .independent(let head, _): try Self.check("head", head, 1...65_536)
    case .written(let head):
      try Self.check("head", head.head, 1...65_536)
      try Self.check("the number of output layers", head.outputs.count, 1...4_096)
      for table in head.tables { try Self.check("the rows of table '\(table.name)'", table.rows, 1...1_048_576) }
      guard !head.masks.isEmpty, head.masks.count % head.classes == 0, head.masks.allSatisfy({ $0 <= 1 }) else {
        throw NetworkError("the masks of the head are not rows of \(head.classes) zeros and ones")
      }
      for mask in 0..<head.masks.count / head.classes
      where !head.masks[mask * head.classes..<(mask + 1) * head.classes].contains(1) {
        throw NetworkError("mask \(mask) of the head forbids every class")
      }
    }
  }

  private static func check(_ what: String, _ value: Int, _ bounds: ClosedRange<Int>) throws(NetworkError) {
    guard bounds.contains(value) else {
      throw NetworkError("\(what) is \(value); it must be \(bounds.lowerBound) to \(bounds.upperBound)")
    }
  }
}
