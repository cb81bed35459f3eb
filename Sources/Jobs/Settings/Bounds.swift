/// A lowest and a highest whole number, both included, coded as `[low, high]`.
package struct Bounds: Hashable, Sendable, CustomStringConvertible {
  package var low: Int
  package var high: Int

  /// Takes two numbers, of which the first should not be the larger.
  package init(_ low: Int, _ high: Int) {
    self.low = low
    self.high = high
  }

  package var description: String { "[\(low), \(high)]" }
}

extension Bounds: Codable {
  package init(from decoder: any Decoder) throws {
    var container = try decoder.unkeyedContainer()
    low = try container.decode(Int.self)
    high = try container.decode(Int.self)
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.unkeyedContainer()
    try container.encode(low)
    try container.encode(high)
  }
}
