internal import Network

/// What one step reads: where it is not 0, and what stands there.
struct SparseRow {
  /// Ascending.
  private(set) var places: [Int32]
  /// The value at each place; empty where all are 1.
  private(set) var values: [Float] = []

  /// Begins with ones at places that ascend.
  init(onesAt places: [Int32]) { self.places = places }

  /// Adds a one after all other places.
  mutating func append(_ place: Int) {
    places.append(Int32(place))
    if !values.isEmpty { values.append(1) }
  }

  /// Adds a value after all other places; 0 takes no place.
  mutating func append(_ place: Int, value: Float) {
    guard value != 0 else { return }
    if values.isEmpty { values = [Float](repeating: 1, count: places.count) }
    places.append(Int32(place))
    values.append(value)
  }
}

extension SparseRows {
  /// Adds a row.
  mutating func append(_ row: SparseRow) {
    if values == nil, !row.values.isEmpty { values = [Float](repeating: 1, count: indices.count) }
    append(onesAt: row.places)
    values?.append(contentsOf: row.values.isEmpty ? [Float](repeating: 1, count: row.places.count) : row.values)
  }
}
