package import Identity

/// What `doctor` found: one line a check, and how much was looked at.
package struct DoctorReport: Sendable {
  /// How grave it is.
  package enum Grade: String, Sendable, Comparable {
    /// As it should be.
    case good
    /// It works, and the person should know.
    case notice
    /// It does not work, or something is lost or damaged.
    case fault

    package static func < (a: Grade, b: Grade) -> Bool { a.rank < b.rank }

    private var rank: Int {
      switch self {
      case .good: 0
      case .notice: 1
      case .fault: 2
      }
    }
  }

  /// One thing that was looked at.
  package struct Check: Sendable, Equatable {
    package var code: String
    package var grade: Grade
    package var message: String
    /// What the person can do; nil: nothing needs to be done.
    package var remedy: String?
  }

  package private(set) var checks: [Check] = []
  /// How many things of a kind were looked at.
  package private(set) var counts: [(String, Int)] = []

  /// The gravest of all checks.
  package var grade: Grade { checks.map(\.grade).max() ?? .good }

  mutating func good(_ code: String, _ message: String) {
    checks.append(Check(code: code, grade: .good, message: message))
  }
  mutating func notice(_ code: String, _ message: String, remedy: String) {
    checks.append(Check(code: code, grade: .notice, message: message, remedy: remedy))
  }
  mutating func fault(_ code: String, _ message: String, remedy: String) {
    checks.append(Check(code: code, grade: .fault, message: message, remedy: remedy))
  }
  mutating func count(_ kind: String, _ number: Int) { counts.append((kind, number)) }

  /// The report as JSON: `ok`, `checks`, `counts`.
  package var json: JSONValue {
    .object([
      ("ok", .bool(grade < .fault)),
      (
        "checks",
        .array(
          checks.map { check in
            .object([
              ("code", .string(check.code)), ("grade", .string(check.grade.rawValue)),
              ("message", .string(check.message)), ("remedy", .text(check.remedy)),
            ])
          })
      ),
      ("counts", .object(counts.map { ($0.0, .int($0.1)) })),
    ])
  }

  /// The report for people, one check a line and its remedy below it.
  package var lines: [String] {
    var lines: [String] = []
    for check in checks {
      lines.append(check.grade.rawValue.padded(to: 8) + check.message.split(separator: "\n").joined(separator: "; "))
      if let remedy = check.remedy { lines.append("        → " + remedy) }
    }
    if !counts.isEmpty { lines.append("looked at " + counts.map { "\($0.1) \($0.0)" }.joined(separator: ", ")) }
    return lines
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
