import Foundation
import Testing

@testable import Jobs

@Suite("Schedules")
struct ScheduleTests {
  private func next(_ cron: String, _ zone: String, after now: String, count: Int = 1) throws -> [String] {
    let schedule = try #require(Schedule(.cron(try CronExpression(cron)), timezone: zone))
    return schedule.nextTimes(count, after: try #require(UTCTime(now))).map {
      $0.local + ($0.note.map { " " + $0.rawValue } ?? "")
    }
  }

  /// A schedule, a now, and what comes next.
  struct Case: Sendable, CustomTestStringConvertible {
    let cron: String
    let zone: String
    let now: String
    let next: [String]
    var testDescription: String { "\(cron) in \(zone) after \(now)" }
  }

  static let cases = [
    // Berlin, spring: 02:00 to 03:00 of 29 March 2026 does not exist.
    Case(
      cron: "30 2 * * *", zone: "Europe/Berlin", now: "2026-03-28T12:00:00Z",
      next: ["2026-03-29T03:00:00+02:00 gap", "2026-03-30T02:30:00+02:00"]),
    Case(
      cron: "0,20,40 2 * * *", zone: "Europe/Berlin", now: "2026-03-28T12:00:00Z",
      next: ["2026-03-29T03:00:00+02:00 gap", "2026-03-30T02:00:00+02:00"]),
    Case(
      cron: "*/20 2 * * *", zone: "Europe/Berlin", now: "2026-03-28T12:00:00Z",
      next: ["2026-03-30T02:00:00+02:00", "2026-03-30T02:20:00+02:00"]),
    Case(
      cron: "30 * * * *", zone: "Europe/Berlin", now: "2026-03-29T00:00:00Z",
      next: ["2026-03-29T01:30:00+01:00", "2026-03-29T03:30:00+02:00"]),
    // Berlin, autumn: 02:00 to 03:00 of 25 October 2026 comes twice.
    Case(
      cron: "30 2 * * *", zone: "Europe/Berlin", now: "2026-10-24T12:00:00Z",
      next: ["2026-10-25T02:30:00+02:00 overlap", "2026-10-26T02:30:00+01:00"]),
    Case(
      cron: "30 2 * * *", zone: "Europe/Berlin", now: "2026-10-25T00:30:00Z", next: ["2026-10-26T02:30:00+01:00"]),
    Case(
      cron: "*/30 2 * * *", zone: "Europe/Berlin", now: "2026-10-24T12:00:00Z",
      next: [
        "2026-10-25T02:00:00+02:00 overlap", "2026-10-25T02:30:00+02:00 overlap", "2026-10-25T02:00:00+01:00 overlap",
        "2026-10-25T02:30:00+01:00 overlap", "2026-10-26T02:00:00+01:00",
      ]),
    // Lord Howe moves its clocks by half an hour.
    Case(
      cron: "15 2 * * *", zone: "Australia/Lord_Howe", now: "2026-10-03T00:00:00Z",
      next: ["2026-10-04T02:30:00+11:00 gap", "2026-10-05T02:15:00+11:00"]),
    Case(
      cron: "45 1 * * *", zone: "Australia/Lord_Howe", now: "2026-04-04T00:00:00Z",
      next: ["2026-04-05T01:45:00+11:00 overlap", "2026-04-06T01:45:00+10:30"]),
    // New York.
    Case(
      cron: "0 2 * * *", zone: "America/New_York", now: "2026-03-08T00:00:00Z",
      next: ["2026-03-08T03:00:00-04:00 gap", "2026-03-09T02:00:00-04:00"]),
    Case(
      cron: "0 1 * * *", zone: "America/New_York", now: "2026-11-01T00:00:00Z",
      next: ["2026-11-01T01:00:00-04:00 overlap", "2026-11-02T01:00:00-05:00"]),
    // Samoa left out 30 December 2011.
    Case(
      cron: "0 12 * * *", zone: "Pacific/Apia", now: "2011-12-29T00:00:00Z",
      next: ["2011-12-29T12:00:00-10:00", "2011-12-31T12:00:00+14:00"]),
    // São Paulo's clocks went forward at midnight.
    Case(
      cron: "0 0 * * *", zone: "America/Sao_Paulo", now: "2017-10-14T12:00:00Z",
      next: ["2017-10-15T01:00:00-02:00 gap", "2017-10-16T00:00:00-02:00"]),
    // UTC.
    Case(
      cron: "0 3 * * *", zone: "UTC", now: "2026-01-01T03:00:00Z",
      next: ["2026-01-02T03:00:00+00:00", "2026-01-03T03:00:00+00:00"]),
    Case(
      cron: "0 0 29 2 *", zone: "UTC", now: "2096-02-29T00:00:00Z",
      next: ["2104-02-29T00:00:00+00:00", "2108-02-29T00:00:00+00:00"]),
    Case(
      cron: "0 0 13 * 5", zone: "UTC", now: "2026-02-12T00:00:00Z",
      next: ["2026-02-13T00:00:00+00:00", "2026-02-20T00:00:00+00:00"]),
    Case(
      cron: "59 23 31 12 *", zone: "UTC", now: "2026-12-31T23:58:59Z",
      next: ["2026-12-31T23:59:00+00:00", "2027-12-31T23:59:00+00:00"]),
    Case(
      cron: "* * * * *", zone: "UTC", now: "1960-02-28T23:59:00Z", next: ["1960-02-29T00:00:00+00:00"]),
  ]

  @Test("the next times follow the rules for gaps and overlaps", arguments: cases)
  func followsRules(_ row: Case) throws {
    #expect(try next(row.cron, row.zone, after: row.now, count: row.next.count) == row.next)
  }

  @Test("the next times are those that brute force finds with another implementation's zones")
  func agreesWithReference() throws {
    let url = try #require(
      Bundle.module.url(forResource: "schedules", withExtension: "tsv", subdirectory: "Golden"))
    let rows = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
    #expect(rows.count == 273)
    for row in rows {
      let columns = row.split(separator: "\t").map(String.init)
      let found: [String]
      if let cron = try? CronExpression(columns[0]) {
        let schedule = try #require(Schedule(.cron(cron), timezone: columns[1]))
        let now = UTCTime(seconds: try #require(Int(columns[2])))
        found = schedule.nextTimes((columns.count - 3) / 2, after: now).flatMap {
          [String($0.time.seconds), $0.note?.rawValue ?? "-"]
        }
      } else {
        found = []
      }
      #expect(found == Array(columns.dropFirst(3)), "\(row)")
    }
  }

  @Test("every counts from the last due time, or from now")
  func counts() throws {
    let schedule = try #require(Schedule(.every(.hours(6)), timezone: "UTC"))
    let now = try #require(UTCTime("2026-01-01T10:00:00Z"))
    #expect(schedule.nextTime(after: now)?.local == "2026-01-01T16:00:00+00:00")
    let last = try #require(UTCTime("2025-12-31T23:00:00Z"))
    #expect(schedule.nextTime(after: now, lastDue: last)?.local == "2026-01-01T11:00:00+00:00")
    let onTime = try #require(UTCTime("2026-01-01T04:00:00Z"))
    #expect(schedule.nextTime(after: now, lastDue: onTime)?.local == "2026-01-01T16:00:00+00:00")
  }

  @Test(
    "a time of the clock comes once, in the job's zone unless it has an offset",
    arguments: [
      ("2026-12-24T18:00", "2026-12-24T17:00:00Z"), ("2026-12-24T18:00:30", "2026-12-24T17:00:30Z"),
      ("2026-12-24T18:00Z", "2026-12-24T18:00:00Z"), ("2026-12-24T18:00-05:00", "2026-12-24T23:00:00Z"),
      ("2027-03-28T02:30", "2027-03-28T01:00:00Z"), ("2026-10-25T02:30", "2026-10-25T00:30:00Z"),
    ])
  func comesOnce(_ text: String, _ utc: String) throws {
    let clockTime = try #require(ClockTime(text))
    let schedule = try #require(Schedule(.at(clockTime), timezone: "Europe/Berlin"))
    let times = schedule.nextTimes(5, after: try #require(UTCTime("2026-01-01T00:00:00Z")))
    #expect(times.map(\.time.description) == [utc])
  }

  @Test(
    "what is no time is refused",
    arguments: [
      "2026-02-29T18:00", "2026-13-01T18:00", "2026-12-24 18:00", "2026-12-24", "2026-12-24T24:00", "tomorrow",
      "2026-12-24T18:00+1:00", "2026-12-24T18:60", "",
    ])
  func refusesTimes(_ text: String) {
    #expect(ClockTime(text) == nil)
  }

  @Test("what was missed is the latest due time up to now")
  func findsMissed() throws {
    let start = try #require(UTCTime("2026-01-01T00:00:00Z"))
    let now = try #require(UTCTime("2026-06-01T12:30:00Z"))
    let daily = try #require(Schedule(.cron(try CronExpression("0 3 * * *")), timezone: "UTC"))
    #expect(daily.latestTime(after: start, upTo: now)?.description == "2026-06-01T03:00:00Z")
    let minutely = try #require(Schedule(.cron(try CronExpression("* * * * *")), timezone: "UTC"))
    #expect(minutely.latestTime(after: start, upTo: now) == now)
    let yearly = try #require(Schedule(.cron(try CronExpression("@yearly")), timezone: "UTC"))
    #expect(yearly.latestTime(after: start, upTo: now) == nil)
    let interval = try #require(Schedule(.every(.hours(7)), timezone: "UTC"))
    #expect(interval.latestTime(after: start, upTo: now)?.description == "2026-06-01T09:00:00Z")
    #expect(daily.latestTime(after: now, upTo: now) == nil)
  }

  @Test(
    "zones are IANA names only",
    arguments: ["GMT+2", "CEST", "Berlin", "europe", "", "../x", "Europe/Berln", "Europe/"])
  func refusesZones(_ name: String) {
    #expect(Schedule(.every(.hours(1)), timezone: name) == nil)
  }

  @Test(
    "a next time is later than now at both ends of time", arguments: ["0001-01-01T00:00:00Z", "9999-12-31T23:59:00Z"])
  func survivesTheEnds(_ text: String) throws {
    let now = try #require(UTCTime(text))
    for cron in ["* * * * *", "0 3 * * *", "0 0 29 2 *"] {
      let schedule = try #require(Schedule(.cron(try CronExpression(cron)), timezone: "Europe/Berlin"))
      #expect(schedule.nextTimes(2, after: now).allSatisfy { $0.time >= now })
    }
  }
}
