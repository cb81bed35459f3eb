extension StepBatch {
  /// Refuses a batch that does not fit, so that nothing behind it needs to look again.
  ///
  /// - Throws: `NetworkError` naming what does not fit and where.
  func check(_ architecture: Architecture, lanes expected: Int, steps most: Int) throws(NetworkError) {
    guard lanes == expected, steps >= 1, steps <= most else {
      throw NetworkError(
        "a batch of \(steps) steps in \(lanes) lanes; expected 1 to \(most) steps in \(expected) lanes")
    }
    let rows = steps * lanes
    guard keep.count == rows else { throw NetworkError("keep has \(keep.count) entries; expected \(rows)") }
    guard divisor > 0, divisor.isFinite else { throw NetworkError("the divisor is \(divisor); it must be positive") }
    try reads.check(architecture, rows: rows)
    switch (targets, architecture.writing) {
    case (.classes(let targets), .classes(let count)):
      guard targets.count == rows else { throw NetworkError("\(targets.count) targets; expected \(rows)") }
      try checkPlaces(targets, -1..<Int32(count), "target")
    case (.values(let targets, let scored), .values(let width, _)),
      (.values(let targets, let scored), .independent(_, let width)):
      guard scored.count == rows else { throw NetworkError("\(scored.count) flags of scored rows; expected \(rows)") }
      try targets.check(width: width, rows: rows, "targets")
    case (.written(let tokens), .written(let head)):
      try tokens.check(head, rows: rows)
    default:
      throw NetworkError("the batch's targets are of another kind than the network writes")
    }
  }
}

extension StepBatch.Reads {
  func check(_ architecture: Architecture, rows: Int) throws(NetworkError) {
    switch (self, architecture.reading) {
    case (.classes(let classes), .classes(let count)):
      guard classes.count == rows else { throw NetworkError("\(classes.count) classes are read; expected \(rows)") }
      try checkPlaces(classes, 0..<Int32(count), "class read")
    case (.vectors(let vectors), .vectors(let width)):
      try vectors.check(width: width, rows: rows, "vectors read")
    default:
      throw NetworkError("the batch reads another kind than the network does")
    }
  }
}

extension SparseRows {
  func check(width expected: Int, rows: Int, _ what: String) throws(NetworkError) {
    guard width == expected, offsets.count == rows + 1 else {
      throw NetworkError("\(what): \(count) rows of width \(width); expected \(rows) of width \(expected)")
    }
    guard values == nil || values?.count == indices.count else {
      throw NetworkError("\(what): \(values?.count ?? 0) values for \(indices.count) places")
    }
    try checkOffsets(offsets, total: indices.count, what)
    try checkPlaces(indices, 0..<Int32(width), what)
    for row in 0..<rows where offsets[row + 1] - offsets[row] > 1 {
      for i in Int(offsets[row]) + 1..<Int(offsets[row + 1]) where indices[i - 1] >= indices[i] {
        throw NetworkError("\(what): the places of row \(row) do not ascend")
      }
    }
  }
}

extension WrittenTokens {
  fileprivate func check(_ head: WrittenHead, rows: Int) throws(NetworkError) {
    guard tableOffsets.count == count + 1, output.count == count, mask.count == count, target.count == count else {
      throw NetworkError("the written tokens' columns differ in length")
    }
    try checkOffsets(tableOffsets, total: tableRows.count, "table rows")
    try checkPlaces(tableRows, 0..<Int32(head.tables.reduce(0) { $0 + $1.rows }), "table row")
    try checkPlaces(row, 0..<Int32(rows), "step row")
    try checkPlaces(output, 0..<Int32(head.outputs.count), "output layer")
    try checkPlaces(mask, 0..<Int32(head.masks.count / head.classes), "mask")
    try checkPlaces(target, 0..<Int32(head.classes), "target")
    for n in 0..<count {
      if n > 0, row[n - 1] > row[n] { throw NetworkError("the step rows of tokens \(n - 1) and \(n) do not ascend") }
      guard head.masks[Int(mask[n]) * head.classes + Int(target[n])] == 1 else {
        throw NetworkError("token \(n): mask \(mask[n]) forbids its target \(target[n])")
      }
    }
  }
}

private func checkOffsets(_ offsets: [Int32], total: Int, _ what: String) throws(NetworkError) {
  guard offsets.first == 0, offsets.last.map(Int.init) == total else {
    throw NetworkError("\(what): the offsets do not run from 0 to \(total)")
  }
  for i in 1..<offsets.count where offsets[i - 1] > offsets[i] {
    throw NetworkError("\(what): offset \(i) is below the one before")
  }
}

private func checkPlaces(_ places: [Int32], _ bounds: Range<Int32>, _ what: String) throws(NetworkError) {
  for (index, place) in places.enumerated() where !bounds.contains(place) {
    throw NetworkError(
      "\(what) \(index) is \(place); expected \(bounds.lowerBound) to \(Int64(bounds.upperBound) - 1)")
  }
}
