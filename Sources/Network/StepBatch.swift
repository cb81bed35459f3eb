/// Rows that are mostly zeros: of each row the places that are not, ascending, and their values.
package struct SparseRows: Sendable, Equatable {
  package var width: Int
  /// Row r is `indices[offsets[r]..<offsets[r + 1]]`; one more entry than rows.
  package var offsets: [Int32]
  package var indices: [Int32]
  /// The values, or nil where all are 1.
  package var values: [Float]?

  package init(width: Int, offsets: [Int32] = [0], indices: [Int32] = [], values: [Float]? = nil) {
    self.width = width
    self.offsets = offsets
    self.indices = indices
    self.values = values
  }

  package var count: Int { offsets.count - 1 }

  /// Adds a row with ones at `places`, which ascend.
  package mutating func append(onesAt places: [Int32]) {
    indices.append(contentsOf: places)
    values?.append(contentsOf: repeatElement(1, count: places.count))
    endRow()
  }

  /// Adds a one to the row that is being written, after its other places.
  package mutating func append(_ place: Int) {
    indices.append(Int32(place))
    values?.append(1)
  }

  /// Adds a value to the row that is being written, after its other places; 0 takes no place.
  package mutating func append(_ place: Int, value: Float) {
    guard value != 0 else { return }
    if values == nil { values = [Float](repeating: 1, count: indices.count) }
    indices.append(Int32(place))
    values?.append(value)
  }

  /// Ends the row that is being written.
  package mutating func endRow() { offsets.append(Int32(indices.count)) }

  /// Removes all rows and keeps their memory.
  package mutating func removeAll() {
    offsets.removeAll(keepingCapacity: true)
    offsets.append(0)
    indices.removeAll(keepingCapacity: true)
    values?.removeAll(keepingCapacity: true)
  }
}

/// The tokens that a `WrittenHead` writes in a batch, step by step.
package struct WrittenTokens: Sendable, Equatable {
  /// The step row r = t·B + b of each token, ascending; tokens of a row in the order written.
  package var row: [Int32]
  /// Table rows of token n: `tableRows[tableOffsets[n]..<tableOffsets[n + 1]]`, numbered through all tables.
  package var tableOffsets: [Int32]
  package var tableRows: [Int32]
  /// Which output layer.
  package var output: [Int32]
  /// Which mask.
  package var mask: [Int32]
  /// Which class is right.
  package var target: [Int32]

  package init() {
    row = []
    tableOffsets = [0]
    tableRows = []
    output = []
    mask = []
    target = []
  }

  package var count: Int { row.count }

  /// Adds a token; rows of the batch must come in ascending order.
  package mutating func append(row: Int32, tableRows rows: [Int32], output: Int32, mask: Int32, target: Int32) {
    tableRows.append(contentsOf: rows)
    endToken(row: row, output: output, mask: mask, target: target)
  }

  /// Ends a token whose table rows have been added to `tableRows`.
  package mutating func endToken(row: Int32, output: Int32, mask: Int32, target: Int32) {
    self.row.append(row)
    tableOffsets.append(Int32(tableRows.count))
    self.output.append(output)
    self.mask.append(mask)
    self.target.append(target)
  }

  /// Removes all tokens and keeps their memory.
  package mutating func removeAll() {
    row.removeAll(keepingCapacity: true)
    tableOffsets.removeAll(keepingCapacity: true)
    tableOffsets.append(0)
    tableRows.removeAll(keepingCapacity: true)
    output.removeAll(keepingCapacity: true)
    mask.removeAll(keepingCapacity: true)
    target.removeAll(keepingCapacity: true)
  }
}

/// T steps in B lanes: what is read and what is right.
package struct StepBatch: Sendable {
  package enum Reads: Sendable {
    /// Classes [T·B].
    case classes([Int32])
    /// Vectors [T·B].
    case vectors(SparseRows)
  }
  package enum Targets: Sendable {
    /// The right class of each row [T·B]; -1 where a row is not scored.
    case classes([Int32])
    /// The right values of each row [T·B]; `scored` is 0 where a row is not scored.
    case values(SparseRows, scored: [UInt8])
    /// The right tokens; rows without any are not scored.
    case written(WrittenTokens)
  }

  package var steps: Int
  package var lanes: Int
  package var reads: Reads
  /// [T·B]; 0: the lane's state is cleared before this step.
  package var keep: [UInt8]
  package var targets: Targets
  /// What the summed loss is divided by: scored rows, or frames (mse, mae: scored rows; the mean over a row's elements
  /// is the loss's own).
  package var divisor: Float

  package init(steps: Int, lanes: Int, reads: Reads, keep: [UInt8], targets: Targets, divisor: Float) {
    self.steps = steps
    self.lanes = lanes
    self.reads = reads
    self.keep = keep
    self.targets = targets
    self.divisor = divisor
  }
}
