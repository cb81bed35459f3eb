/// A schedule in a zone: says when a job is next due, as a function of a given now.
package struct Schedule: Sendable {
  /// What a due time has to do with clocks that were put forward or back.
  package enum Note: String, Codable, Sendable {
    /// The time that is written falls into a gap; the first instant after it is meant.
    case gap
    /// The clocks show this time twice that day.
    case overlap
  }

  /// One time at which a job is due.
  package struct DueTime: Sendable, Equatable {
    package let time: UTCTime
    /// The time on the zone's clocks, with its offset.
    package let local: String
    package let note: Note?
  }

  package let spec: ScheduleSpec
  private let clock: ZoneClock

  /// Takes a schedule and the IANA name of its zone (nil: the system's), or gives nil where there is no such zone.
  package init?(_ spec: ScheduleSpec, timezone: String?) {
    guard let clock = ZoneClock(identifier: timezone) else { return nil }
    self.spec = spec
    self.clock = clock
  }

  /// The first due time later than now.
  ///
  /// - Parameters:
  ///   - now: the time after which to look.
  ///   - lastDue: the last due time, from which `every` counts; without it, from now.
  /// - Returns: the due time, or nil where there is none, or where only corpus changes make the job due.
  package func nextTime(after now: UTCTime, lastDue: UTCTime? = nil) -> DueTime? {
    switch spec {
    case .cron(let cron): return cron.isFixed ? nextFixed(cron, now.seconds) : nextReal(cron, now.seconds)
    case .every(let interval):
      let step = max(1, interval.milliseconds / 1000)
      guard let lastDue, lastDue <= now else { return due(now.seconds + step, nil) }
      return due(lastDue.seconds + ((now.seconds - lastDue.seconds) / step + 1) * step, nil)
    case .at(let clockTime):
      guard let first = time(of: clockTime), first.time > now else { return nil }
      return first
    case .corpusChanges: return nil
    }
  }

  /// The next due times later than now, at most so many, in order.
  package func nextTimes(_ count: Int, after now: UTCTime, lastDue: UTCTime? = nil) -> [DueTime] {
    var result: [DueTime] = []
    var from = now
    var last = lastDue
    while result.count < count, let next = nextTime(after: from, lastDue: last) {
      result.append(next)
      from = next.time
      last = next.time
    }
    return result
  }

  /// The latest due time after one time and not after another, or nil where none lies between: what was missed.
  package func latestTime(after start: UTCTime, upTo now: UTCTime) -> UTCTime? {
    guard start < now else { return nil }
    // Short windows first, so that a schedule of every minute is not walked through for years.
    var window = 3600
    while true {
      let from = UTCTime(seconds: max(start.seconds, now.seconds - window))
      let anchor = isInterval ? start : nil
      if var found = nextTime(after: from, lastDue: anchor)?.time, found <= now {
        while let later = nextTime(after: found, lastDue: anchor)?.time, later <= now, later > found { found = later }
        return found
      }
      guard from > start else { return nil }
      window *= 24
    }
  }

  private var isInterval: Bool { if case .every = spec { true } else { false } }

  private func due(_ utc: Int, _ note: Note?) -> DueTime {
    DueTime(time: UTCTime(seconds: utc), local: clock.text(at: utc), note: note)
  }

  private func time(of clockTime: ClockTime) -> DueTime? {
    if let offset = clockTime.offset { return due(clockTime.local - offset, nil) }
    guard let reading = clock.reading(ofLocal: clockTime.local) else { return nil }
    return due(reading)
  }

  private func due(_ reading: ZoneClock.Reading) -> DueTime {
    switch reading {
    case .once(let utc): due(utc, nil)
    case .twice(let utc): due(utc, .overlap)
    case .gap(let utc): due(utc, .gap)
    }
  }
}

extension Schedule {
  /// Days that are looked at: 41 years, so that 29 February comes even round the year 2100.
  private static let horizon = 41 * 366

  /// The earliest of what `find` gives for the matching days from the day before now on.
  ///
  /// Where clocks are put back over midnight, a day's last times come after the next day's first: so two are compared.
  private func search(_ cron: CronExpression, _ now: Int, _ find: (Int, [ZoneClock.Stretch]) -> DueTime?) -> DueTime? {
    let today = floorDivide(now + clock.offset(at: now), 86_400)
    var best: DueTime?
    for day in (today - 1)...(today + Self.horizon) {
      let isLast = best != nil
      let date = CivilTime.date(ofDay: day)
      if cron.matches(year: date.year, month: date.month, day: date.day) {
        let stretches = clock.stretches(aroundDay: day)
        if ZoneClock.shows(day: day, stretches), let found = find(day, stretches) {
          if let known = best { best = found.time < known.time ? found : known } else { best = found }
        }
      }
      if isLast { break }
    }
    return best
  }

  /// A fixed time runs once a day: after a gap that swallows it, and the first time only where clocks show it twice.
  private func nextFixed(_ cron: CronExpression, _ now: Int) -> DueTime? {
    search(cron, now) { day, stretches in
      var best: DueTime?
      for hour in cron.hours {
        for minute in cron.minutes {
          let local = day * 86_400 + hour * 3600 + minute * 60
          guard let reading = ZoneClock.reading(ofLocal: local, stretches) else { continue }
          let found = due(reading)
          guard found.time.seconds > now else { continue }
          if let known = best, known.time <= found.time { continue }
          best = found
        }
      }
      return best
    }
  }

  /// Other times follow real time: every minute that the clocks show is looked at, as often as they show it.
  private func nextReal(_ cron: CronExpression, _ now: Int) -> DueTime? {
    search(cron, now) { day, stretches in
      for part in stretches {
        var local = max(day * 86_400, part.start + part.offset, now + 1 + part.offset)
        local = floorDivide(local + 59, 60) * 60
        let end = min((day + 1) * 86_400, part.end + part.offset)
        while local < end {
          let ofDay = local - day * 86_400
          let hour = ofDay / 3600
          guard cron.hourSet >> UInt64(hour) & 1 == 1 else {
            local = day * 86_400 + (hour + 1) * 3600
            continue
          }
          if cron.minuteSet >> UInt64(ofDay % 3600 / 60) & 1 == 1 {
            let isTwice = stretches.contains {
              $0.start != part.start && local - $0.offset >= $0.start && local - $0.offset < $0.end
            }
            return due(local - part.offset, isTwice ? .overlap : nil)
          }
          local += 60
        }
      }
      return nil
    }
  }
}
