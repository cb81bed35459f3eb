/// A five-field cron expression: minute, hour, day of the month, month, day of the week.
///
/// Where neither day field is the bare `*`, a day matches if either does; else both must match. The schedule is *fixed*
/// when neither minute nor hour holds `*` or `/`: then it runs once a day in every zone (see `Schedule`).
package struct CronExpression: Hashable, Sendable, CustomStringConvertible {
  /// The text as written.
  package let description: String
  /// Says whether minute and hour are plain numbers, ranges and lists.
  package let isFixed: Bool
  /// Minutes in rising order.
  let minutes: [Int]
  /// Hours in rising order.
  let hours: [Int]
  let minuteSet: UInt64
  let hourSet: UInt64
  private let daySet: UInt64
  private let monthSet: UInt64
  private let weekdaySet: UInt64
  private let eitherDay: Bool

  /// Why a text is no cron expression.
  package struct Fault: Error, Hashable, Sendable {
    /// What is wrong, without the expression itself.
    package let message: String
  }

  /// Reads an expression, or one of `@hourly`, `@daily`, `@midnight`, `@weekly`, `@monthly`, `@yearly`, `@annually`.
  ///
  /// - Throws: `Fault` where the text is none, or where no date can ever match.
  package init(_ text: String) throws(Fault) {
    description = text
    var source = text
    if text.hasPrefix("@") {
      guard let meaning = Self.nicknames[text.lowercased()] else {
        throw Fault(
          message: "unknown name; there are @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually")
      }
      source = meaning
    }
    let fields = source.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
    guard fields.count == 5 else {
      throw Fault(
        message: "\(fields.count) field\(fields.count == 1 ? "" : "s") where there are five: minute, hour, "
          + "day of the month, month, day of the week")
    }
    minuteSet = try CronField.minute.parsed(fields[0])
    hourSet = try CronField.hour.parsed(fields[1])
    daySet = try CronField.day.parsed(fields[2])
    monthSet = try CronField.month.parsed(fields[3])
    weekdaySet = try CronField.weekday.parsed(fields[4])
    eitherDay = fields[2] != "*" && fields[4] != "*"
    isFixed = !(fields[0] + fields[1]).contains { $0 == "*" || $0 == "/" }
    minutes = Self.members(of: minuteSet)
    hours = Self.members(of: hourSet)
    if !eitherDay {
      let days = daySet
      let comes = Self.members(of: monthSet).contains { month in
        Self.members(of: days).contains { $0 <= CivilTime.days(inMonth: month, year: 2000) }
      }
      guard comes else { throw Fault(message: "a date that never comes") }
    }
  }

  /// Says whether a date is one of the expression's.
  func matches(year: Int, month: Int, day: Int) -> Bool {
    guard monthSet >> UInt64(month) & 1 == 1 else { return false }
    let weekday = (CivilTime.dayNumber(year: year, month: month, day: day) % 7 + 11) % 7
    let byDay = daySet >> UInt64(day) & 1 == 1
    let byWeekday = weekdaySet >> UInt64(weekday) & 1 == 1
    return eitherDay ? byDay || byWeekday : byDay && byWeekday
  }

  private static func members(of set: UInt64) -> [Int] { (0..<60).filter { set >> UInt64($0) & 1 == 1 } }

  private static let nicknames = [
    "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
  ]
}

extension CronExpression: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    do { try self.init(text) } catch {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a cron expression: \(error.message)")
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
