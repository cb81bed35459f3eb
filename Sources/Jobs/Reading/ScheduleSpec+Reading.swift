import StrictYAML

extension ScheduleSpec {
  private static let expected =
    "a cron expression such as \"0 3 * * *\", @daily, {every: 6h}, {at: 2026-12-24T18:00} or {when: corpus-changes}"
  private static let interval = Kind<TimeSpan>.span(.seconds(1)...(.days(3650)))
  private static let quiet = Kind<TimeSpan>.span(.seconds(0)...(.days(30)))

  private static let clockTime = Kind<ClockTime>(type: "text", expected: "a time such as 2026-12-24T18:00") {
    node, place in
    guard let text = node.text, let time = ClockTime(text) else {
      place.reportWrong(node)
      return nil
    }
    return time
  }

  private static let cron = Kind<ScheduleSpec>(type: "text or map", expected: expected) { node, place in
    guard let text = node.text, !node.isNull else {
      place.reportWrong(node)
      return nil
    }
    do throws(CronExpression.Fault) {
      return .cron(try CronExpression(text))
    } catch {
      place.report("schedule \(quoted(text)): \(error.message)", node)
      return nil
    }
  }

  /// Reads `schedule:`, a cron expression or a map, with its place.
  static func written(_ parent: MappingReader) -> Written<ScheduleSpec>? {
    parent.record("schedule", type: cron.type, default: "none: only by hand")
    let node = parent.node("schedule")
    if let node {
      guard case .mapping = node.content else {
        return cron.read(node, FieldPlace(key: "schedule", expected: expected, list: parent.list))
          .map { Written($0, at: node.mark) }
      }
    }
    guard let reader = parent.mapping("schedule") else { return nil }
    let keys = ["every", "at", "when"].filter { reader.node($0) != nil }
    let every = reader.value("every", interval)
    let time = reader.value("at", clockTime)
    let when = reader.value("when", Kind<Trigger>.choice)
    let quietTime = reader.value("quiet", quiet, default: "60s")
    reader.finish()
    guard let node else { return nil }
    guard keys.count == 1 else {
      parent.list.report(
        keys.isEmpty ? "schedule says no time" : "schedule has " + keys.joined(separator: " and ") + " at once",
        at: node.mark, key: "schedule", expected: "one of every, at and when")
      return nil
    }
    if reader.node("quiet") != nil, keys != ["when"], let mark = reader.keyMark("quiet") {
      parent.list.report("quiet belongs to when: corpus-changes", at: mark, key: "quiet")
    }
    if let every { return Written(.every(every), at: node.mark) }
    if let time { return Written(.at(time), at: node.mark) }
    if when != nil { return Written(.corpusChanges(quiet: quietTime ?? .seconds(60)), at: node.mark) }
    return nil
  }

  private enum Trigger: String, CaseIterable { case corpusChanges = "corpus-changes" }
}
