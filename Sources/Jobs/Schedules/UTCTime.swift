/// A whole second of UTC, coded and shown as ISO 8601 with `Z`.
package struct UTCTime: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Seconds since 1970-01-01T00:00:00Z.
  package let seconds: Int

  /// Takes seconds since 1970; what lies outside the years 1 to 9999 is moved to the nearest bound.
  package init(seconds: Int) { self.seconds = max(-62_135_596_800, min(seconds, 253_402_300_799)) }

  /// Reads `2026-12-24T18:00Z` or `2026-12-24T18:00:00+01:00`, or nil where the text is none or has no offset.
  package init?(_ text: String) {
    guard let clock = ClockTime(text), let offset = clock.offset else { return nil }
    self.init(seconds: clock.local - offset)
  }

  package var description: String { CivilTime(local: seconds).text + "Z" }

  package static func < (a: Self, b: Self) -> Bool { a.seconds < b.seconds }

  /// The time so much later.
  package func advanced(by span: TimeSpan) -> UTCTime { UTCTime(seconds: seconds + span.milliseconds / 1000) }
}

extension UTCTime: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let time = UTCTime(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an ISO 8601 time with an offset")
    }
    self = time
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
