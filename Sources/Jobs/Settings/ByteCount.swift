/// A size as `jobs.yaml` writes it: a number and `B`, `KiB`, `MiB` or `GiB`.
///
/// It is coded as its text.
package struct ByteCount: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Whole bytes, never negative.
  package let bytes: Int

  /// Takes bytes; a negative number is taken as none.
  package init(bytes: Int) { self.bytes = max(0, bytes) }

  private static let units: [(name: String, bytes: Int)] = [
    ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
  ]

  /// Reads `32 MiB`, `1.5GiB`, or nil where the text is no size up to 2^52 bytes.
  package init?(_ text: String) {
    guard let (number, unit) = splitQuantity(text), let factor = Self.units.first(where: { $0.name == unit }) else {
      return nil
    }
    let product = (number * Double(factor.bytes)).rounded()
    guard product >= 0, product <= 4_503_599_627_370_496 else { return nil }
    bytes = Int(product)
  }

  /// The shortest exact text, in the largest unit that divides it: `32 MiB`.
  package var description: String {
    for unit in Self.units where bytes > 0 && bytes % unit.bytes == 0 {
      return String(bytes / unit.bytes) + " " + unit.name
    }
    return String(bytes) + " B"
  }

  package static func < (a: Self, b: Self) -> Bool { a.bytes < b.bytes }
}

extension ByteCount: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let count = ByteCount(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a size")
    }
    self = count
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
