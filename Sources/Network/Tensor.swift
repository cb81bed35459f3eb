/// A named array of numbers as a file holds it: row after row.
package struct Tensor: Sendable, Equatable {
  package var name: String
  /// The extents, outermost first; empty for a single number.
  package var shape: [Int]
  /// As many values as the product of `shape`.
  package var values: [Float]

  package init(name: String, shape: [Int], values: [Float]) {
    self.name = name
    self.shape = shape
    self.values = values
  }
}
