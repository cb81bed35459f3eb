import Identity

/// One of the five fields of a cron expression: its name, its numbers and their names.
struct CronField: Sendable {
  let name: String
  let range: ClosedRange<Int>
  var names: [String] = []
  /// The number of the first name.
  var firstName = 0

  static let minute = CronField(name: "minute", range: 0...59)
  static let hour = CronField(name: "hour", range: 0...23)
  static let day = CronField(name: "day of the month", range: 1...31)
  static let month = CronField(
    name: "month", range: 1...12,
    names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], firstName: 1)
  static let weekday = CronField(
    name: "day of the week", range: 0...7, names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"])

  /// Reads a field into a set of bits; Sunday is bit 0, also where it was written as 7.
  func parsed(_ text: String) throws(CronExpression.Fault) -> UInt64 {
    var set: UInt64 = 0
    for item in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard !item.isEmpty else { throw fault("an empty item", in: text) }
      set |= try parsedItem(String(item))
    }
    if range.upperBound == 7, set >> 7 & 1 == 1 { set = (set | 1) & 0x7F }
    return set
  }

  private func parsedItem(_ item: String) throws(CronExpression.Fault) -> UInt64 {
    let parts = item.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard let base = parts.first, parts.count <= 2 else { throw fault("more than one step", in: item) }
    var step = 1
    if parts.count == 2 {
      guard let number = Self.number(parts[1]) else { throw fault("a step that is no number", in: item) }
      guard number > 0 else { throw fault("step 0", in: item) }
      step = number
    }
    let low: Int
    let high: Int
    if base == "*" {
      low = range.lowerBound
      high = range.upperBound == 7 ? 6 : range.upperBound
    } else {
      let ends = base.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
      guard let first = ends.first, ends.count <= 2 else { throw fault("no range", in: item) }
      low = try value(first, in: item)
      if ends.count == 2 {
        high = try value(ends[1], in: item)
        guard high >= low else { throw fault("a reversed range", in: item) }
      } else {
        high = parts.count == 2 ? range.upperBound : low
      }
    }
    var set: UInt64 = 0
    for number in stride(from: low, through: high, by: step) { set |= 1 << UInt64(number) }
    return set
  }

  private func value(_ text: String, in item: String) throws(CronExpression.Fault) -> Int {
    if let number = Self.number(text) {
      guard range.contains(number) else {
        throw fault("\(number) is not from \(range.lowerBound) to \(range.upperBound)", in: item)
      }
      return number
    }
    guard let index = names.firstIndex(of: text.lowercased()) else { throw fault("no number or name", in: item) }
    return firstName + index
  }

  private static func number(_ text: String) -> Int? {
    guard !text.isEmpty, text.utf8.count <= 9, text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) else { return nil }
    return Int(text)
  }

  private func fault(_ what: String, in item: String) -> CronExpression.Fault {
    CronExpression.Fault(message: "\(name) '\(FileName(item).shown)': \(what)")
  }
}
