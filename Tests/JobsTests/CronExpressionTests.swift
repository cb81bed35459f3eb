import Testing

@testable import Jobs

@Suite("Cron expressions")
struct CronExpressionTests {
  @Test(
    "fields hold stars, numbers, ranges, lists, steps and names",
    arguments: [
      ("*/20 * * * *", [0, 20, 40]), ("5/20 * * * *", [5, 25, 45]), ("10-14/2 * * * *", [10, 12, 14]),
      ("1,3,2-4 * * * *", [1, 2, 3, 4]), ("59 * * * *", [59]), ("00 * * * *", [0]),
    ])
  func readsMinutes(_ text: String, _ minutes: [Int]) throws {
    #expect(try CronExpression(text).minutes == minutes)
  }

  @Test(
    "two texts mean the same days",
    arguments: [
      ("0 0 * * 0", "0 0 * * 7"), ("0 0 * * sun", "0 0 * * SUN"), ("0 0 * jan-MAR *", "0 0 * 1-3 *"),
      ("0 0 * * mon-fri", "0 0 * * 1-5"), ("0 0 * * 5-7", "0 0 * * 0,5,6"), ("@weekly", "0 0 * * 0"),
      ("@yearly", "@annually"), ("@midnight", "@daily"), ("@monthly", "0 0 1 * *"), ("@hourly", "0 * * * *"),
    ])
  func agree(_ first: String, _ second: String) throws {
    let one = try CronExpression(first)
    let other = try CronExpression(second)
    #expect(one.minutes == other.minutes && one.hours == other.hours && one.isFixed == other.isFixed)
    for day in 19_000..<19_400 {
      let date = CivilTime.date(ofDay: day)
      #expect(
        one.matches(year: date.year, month: date.month, day: date.day)
          == other.matches(year: date.year, month: date.month, day: date.day))
    }
  }

  @Test(
    "what is wrong with an expression is told",
    arguments: [
      ("", "0 fields where there are five: minute, hour, day of the month, month, day of the week"),
      ("0 3 * *", "4 fields where there are five: minute, hour, day of the month, month, day of the week"),
      ("0 0 31 2 *", "a date that never comes"), ("0 0 30-31 2 *", "a date that never comes"),
      ("0 0 31 4,6,9,11 *", "a date that never comes"), ("60 * * * *", "minute '60': 60 is not from 0 to 59"),
      ("0 24 * * *", "hour '24': 24 is not from 0 to 23"), ("0 0 0 * *", "day of the month '0': 0 is not from 1 to 31"),
      ("0 0 * 13 *", "month '13': 13 is not from 1 to 12"), ("0 0 * * 8", "day of the week '8': 8 is not from 0 to 7"),
      ("5-1 * * * *", "minute '5-1': a reversed range"),
      ("0 0 * * fri-sun", "day of the week 'fri-sun': a reversed range"),
      ("1,,2 * * * *", "minute '1,,2': an empty item"), ("1, * * * *", "minute '1,': an empty item"),
      ("*/0 * * * *", "minute '*/0': step 0"), ("*/x * * * *", "minute '*/x': a step that is no number"),
      ("1/2/3 * * * *", "minute '1/2/3': more than one step"), ("x * * * *", "minute 'x': no number or name"),
      ("1-2-3 * * * *", "minute '1-2-3': no range"), ("-1 * * * *", "minute '-1': no number or name"),
      ("jan * * * *", "minute 'jan': no number or name"), ("0 0 L * *", "day of the month 'L': no number or name"),
      (
        "@reboot",
        "unknown name; there are @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually"
      ),
    ])
  func tellsFaults(_ text: String, _ message: String) {
    #expect(throws: CronExpression.Fault(message: message)) { try CronExpression(text) }
  }

  @Test("29 February comes, and a weekday saves a date that never does")
  func allowsRareDates() throws {
    #expect(try CronExpression("0 0 29 2 *").matches(year: 2024, month: 2, day: 29))
    #expect(try CronExpression("0 0 31 2 1").matches(year: 2024, month: 2, day: 5))
  }

  @Test(
    "an expression is fixed when minute and hour hold neither star nor step",
    arguments: [
      ("0 3 * * *", true), ("0,30 3-5 * * *", true), ("@daily", true), ("0 * * * *", false), ("0/30 3 * * *", false),
      ("0 */2 * * *", false), ("@hourly", false), ("0 3 */2 * *", true),
    ])
  func isFixed(_ text: String, _ isFixed: Bool) throws {
    #expect(try CronExpression(text).isFixed == isFixed)
  }
}
