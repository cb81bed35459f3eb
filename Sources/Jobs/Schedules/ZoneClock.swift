internal import Foundation

/// What the clocks of a zone show: offsets from UTC, gaps and overlaps, found by asking for offsets alone.
struct ZoneClock: Sendable {
  private let zone: TimeZone

  /// A stretch of time in which the offset does not change; both ends in UTC, the end not included.
  struct Stretch {
    let start: Int
    let end: Int
    let offset: Int
  }

  /// A local time as the clocks of the zone show it.
  enum Reading: Equatable {
    case once(Int)
    /// Shown twice; the first time is given.
    case twice(Int)
    /// Never shown; the first instant after the gap is given.
    case gap(Int)
  }

  /// Takes a zone by its IANA name, the system's for nil; gives nil where there is no such zone.
  init?(identifier: String?) {
    guard let identifier else {
      zone = .current
      return
    }
    guard Self.isName(identifier), let zone = TimeZone(identifier: identifier) else { return nil }
    self.zone = zone
  }

  /// Says whether a text is written like an IANA name; Foundation would take more (`GMT+2`, abbreviations).
  private static func isName(_ text: String) -> Bool {
    (text.contains("/") && text.utf8.count <= 64) || shortNames.contains(text)
  }

  /// The names of the IANA database without a region.
  private static let shortNames: Set<String> = [
    "CET", "CST6CDT", "Cuba", "EET", "EST", "EST5EDT", "Egypt", "Eire", "GB", "GB-Eire", "GMT", "GMT+0", "GMT-0",
    "GMT0",
    "Greenwich", "HST", "Hongkong", "Iceland", "Iran", "Israel", "Jamaica", "Japan", "Kwajalein", "Libya", "MET", "MST",
    "MST7MDT", "NZ", "NZ-CHAT", "Navajo", "PRC", "PST8PDT", "Poland", "Portugal", "ROC", "ROK", "Singapore", "Turkey",
    "UCT", "UTC", "Universal", "W-SU", "WET", "Zulu",
  ]

  /// The seconds that the clocks are ahead of UTC.
  func offset(at utc: Int) -> Int { zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(utc))) }

  /// The stretches of equal offset that cover a span of UTC, in rising order.
  func stretches(from start: Int, to end: Int) -> [Stretch] {
    var result: [Stretch] = []
    var begin = start
    var known = start
    var current = offset(at: start)
    while known < end {
      // No zone has changed its clocks twice within three hours.
      let next = min(end, known + 10_800)
      let after = offset(at: next)
      if after != current {
        var low = known
        var high = next
        while high - low > 1 {
          let middle = (low + high) / 2
          if offset(at: middle) == current { low = middle } else { high = middle }
        }
        result.append(Stretch(start: begin, end: high, offset: current))
        begin = high
        current = after
      }
      known = next
    }
    if begin < end { result.append(Stretch(start: begin, end: end, offset: current)) }
    return result
  }

  /// The instants at which the clocks can show times of a local day (and some around it).
  func stretches(aroundDay day: Int) -> [Stretch] {
    stretches(from: day * 86_400 - 16 * 3600, to: (day + 1) * 86_400 + 16 * 3600)
  }

  /// Says whether the clocks ever show a local day.
  static func shows(day: Int, _ stretches: [Stretch]) -> Bool {
    stretches.contains { $0.start + $0.offset < (day + 1) * 86_400 && $0.end + $0.offset > day * 86_400 }
  }

  /// When the clocks show a local time, given the stretches around its day.
  static func reading(ofLocal local: Int, _ stretches: [Stretch]) -> Reading? {
    let hits = stretches.compactMap { part -> Int? in
      let utc = local - part.offset
      return utc >= part.start && utc < part.end ? utc : nil
    }
    if let first = hits.first { return hits.count > 1 ? .twice(first) : .once(first) }
    for (before, after) in zip(stretches, stretches.dropFirst())
    where local >= before.end + before.offset && local < after.start + after.offset {
      return .gap(after.start)
    }
    return nil
  }

  /// When the clocks show a local time.
  func reading(ofLocal local: Int) -> Reading? {
    Self.reading(ofLocal: local, stretches(aroundDay: floorDivide(local, 86_400)))
  }

  /// The local time with its offset: `2026-03-29T03:00:00+02:00`.
  func text(at utc: Int) -> String {
    let offset = offset(at: utc)
    let minutes = abs(offset) / 60
    return CivilTime(local: utc + offset).text + (offset < 0 ? "-" : "+") + padded(minutes / 60, 2) + ":"
      + padded(minutes % 60, 2)
  }

  /// The known zone whose name is nearest to a text is sought among these.
  static var knownNames: [String] { TimeZone.knownTimeZoneIdentifiers + ["UTC"] }
}
