/// A ratio of whole numbers in lowest terms, for times that no decimal fraction holds.
package struct Ratio: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let numerator: Int
  /// Above 0.
  package let denominator: Int

  /// Makes a whole number.
  package init(_ whole: Int) {
    numerator = whole
    denominator = 1
  }

  /// Makes a ratio; nil where the denominator is 0 or the lowest terms do not fit.
  package init?(_ numerator: Int, _ denominator: Int) {
    self.init(wide: Int128(numerator), Int128(denominator))
  }

  init?(wide numerator: Int128, _ denominator: Int128) {
    guard denominator != 0 else { return nil }
    var (a, b) = (numerator.magnitude, denominator.magnitude)
    while b != 0 { (a, b) = (b, a % b) }
    let common = Int128(a) * denominator.signum()
    guard let top = Int(exactly: numerator / common), let bottom = Int(exactly: denominator / common) else {
      return nil
    }
    self.numerator = top
    self.denominator = bottom
  }

  package var description: String { denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)" }

  /// The nearest number that a `Double` holds, or one beside it.
  package var value: Double { Double(numerator) / Double(denominator) }

  package static func < (a: Ratio, b: Ratio) -> Bool {
    Int128(a.numerator) * Int128(b.denominator) < Int128(b.numerator) * Int128(a.denominator)
  }
}
