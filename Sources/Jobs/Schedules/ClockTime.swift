/// A time as `at:` writes it: a date and a time of day, with or without an offset from UTC.
package struct ClockTime: Hashable, Sendable, CustomStringConvertible {
  /// The text as written.
  package let description: String
  /// Seconds since 1970-01-01 00:00 on the clock that is meant.
  let local: Int
  /// Seconds that the clock is ahead of UTC; nil: the job's zone says.
  let offset: Int?

  /// Reads `2026-12-24T18:00`, with seconds and with `Z` or `±HH:MM` if need be, or nil where the text is no time.
  package init?(_ text: String) {
    var rest = Substring(text)
    guard let year = take(&rest, 4), skip(&rest, "-"), let month = take(&rest, 2), skip(&rest, "-"),
      let day = take(&rest, 2), skip(&rest, "T"), let hour = take(&rest, 2), skip(&rest, ":"),
      let minute = take(&rest, 2)
    else { return nil }
    var second = 0
    if skip(&rest, ":") {
      guard let seconds = take(&rest, 2) else { return nil }
      second = seconds
    }
    guard year >= 1, (1...12).contains(month), day >= 1, day <= CivilTime.days(inMonth: month, year: year), hour <= 23,
      minute <= 59, second <= 59
    else { return nil }
    if rest.isEmpty {
      offset = nil
    } else if skip(&rest, "Z") {
      offset = 0
    } else {
      let sign = rest.first == "-" ? -1 : 1
      guard skip(&rest, "+") || skip(&rest, "-"), let hours = take(&rest, 2), skip(&rest, ":"),
        let minutes = take(&rest, 2), hours <= 18, minutes <= 59
      else { return nil }
      offset = sign * (hours * 3600 + minutes * 60)
    }
    guard rest.isEmpty else { return nil }
    local = CivilTime.dayNumber(year: year, month: month, day: day) * 86_400 + hour * 3600 + minute * 60 + second
    description = text
  }
}

/// Takes a number of exactly so many digits.
private func take(_ text: inout Substring, _ count: Int) -> Int? {
  let digits = text.prefix(count)
  guard digits.utf8.count == count, digits.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
  text = text.dropFirst(count)
  return Int(digits)
}

/// Takes a character if it is the next one.
private func skip(_ text: inout Substring, _ character: Character) -> Bool {
  guard text.first == character else { return false }
  text = text.dropFirst()
  return true
}

extension ClockTime: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let time = ClockTime(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a time such as 2026-12-24T18:00")
    }
    self = time
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
