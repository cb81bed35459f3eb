/// A length of time as `jobs.yaml` writes it: a number and `ms`, `s`, `m`, `h` or `d`.
///
/// It is coded as its text (`90s`), so that orders and JSON read like the file that they came from.
package struct TimeSpan: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Whole milliseconds, never negative.
  package let milliseconds: Int

  /// The longest span that can be written: 100 years of 365 days.
  package static let longest = TimeSpan(milliseconds: 100 * 365 * 86_400_000)

  /// Takes milliseconds; what is out of range is moved to the nearest bound.
  package init(milliseconds: Int) { self.milliseconds = max(0, min(milliseconds, 100 * 365 * 86_400_000)) }

  /// Takes whole seconds.
  package static func seconds(_ count: Int) -> Self { Self(milliseconds: count.multipliedReporting(by: 1000)) }
  /// Takes whole minutes.
  package static func minutes(_ count: Int) -> Self { Self(milliseconds: count.multipliedReporting(by: 60_000)) }
  /// Takes whole hours.
  package static func hours(_ count: Int) -> Self { Self(milliseconds: count.multipliedReporting(by: 3_600_000)) }
  /// Takes whole days of 24 hours.
  package static func days(_ count: Int) -> Self { Self(milliseconds: count.multipliedReporting(by: 86_400_000)) }

  /// Seconds, with fractions.
  package var seconds: Double { Double(milliseconds) / 1000 }
  /// The span as the standard library's type.
  package var duration: Duration { .milliseconds(milliseconds) }

  private static let units: [(name: String, milliseconds: Int)] = [
    ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
  ]

  /// Reads `2s`, `1.5h`, `250 ms`, or nil where the text is no span.
  package init?(_ text: String) {
    guard let (number, unit) = splitQuantity(text), let factor = Self.units.first(where: { $0.name == unit }) else {
      return nil
    }
    let product = (number * Double(factor.milliseconds)).rounded()
    guard product >= 0, product <= Double(Self.longest.milliseconds) else { return nil }
    milliseconds = Int(product)
  }

  /// The shortest exact text, in the largest unit that divides it: `90s`, `2h`.
  package var description: String {
    guard milliseconds > 0 else { return "0s" }
    for unit in Self.units where milliseconds % unit.milliseconds == 0 {
      return String(milliseconds / unit.milliseconds) + unit.name
    }
    return String(milliseconds) + "ms"
  }

  package static func < (a: Self, b: Self) -> Bool { a.milliseconds < b.milliseconds }
}

extension TimeSpan: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let span = TimeSpan(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a length of time")
    }
    self = span
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension Int {
  /// The product, or the largest integer where there is none.
  fileprivate func multipliedReporting(by other: Int) -> Int {
    let (product, overflow) = multipliedReportingOverflow(by: other)
    return overflow ? .max : product
  }
}

/// Splits a plain decimal number from the unit behind it, with at most one space between.
func splitQuantity(_ text: String) -> (number: Double, unit: String)? {
  let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
  guard let first = digits.first, first != ".", digits.last != ".", digits.count <= 18, let number = Double(digits)
  else { return nil }
  var rest = text.dropFirst(digits.count)
  if rest.first == " " { rest = rest.dropFirst() }
  return (number, String(rest))
}
