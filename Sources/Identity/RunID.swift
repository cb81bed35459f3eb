/// The name of one execution of a job: `JOB/0007`, which is also its path in the outbox.
package struct RunID: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The job's name, of `[a-z0-9-]`.
  package let job: String
  /// The job's counter, from 1.
  package let number: Int

  /// Makes an id, or nil where the job's name or the number is none.
  package init?(job: String, number: Int) {
    guard Self.isJobName(job), number > 0, number <= 99_999_999 else { return nil }
    self.job = job
    self.number = number
  }

  /// Reads `JOB/0007`.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].count >= 4, parts[1].allSatisfy({ $0.isASCII && $0.isNumber }),
      let number = Int(parts[1])
    else { return nil }
    self.init(job: String(parts[0]), number: number)
  }

  /// Says whether a text can name a job: 1 to 64 of `[a-z0-9-]`, beginning with a letter or digit.
  package static func isJobName(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard let first = bytes.first, bytes.count <= 64, first != 45 else { return false }
    return bytes.allSatisfy { ($0 >= 97 && $0 <= 122) || ($0 >= 48 && $0 <= 57) || $0 == 45 }
  }

  /// The number with at least four digits: `0007`.
  package var paddedNumber: String { padded(number, to: 4) }
  /// The id as a file name: `JOB-0007`.
  package var fileStem: String { job + "-" + paddedNumber }
  package var description: String { job + "/" + paddedNumber }
  package static func < (a: Self, b: Self) -> Bool { (a.job, a.number) < (b.job, b.number) }
}

/// The name of one song of a run: `JOB/0007/01`.
package struct SongID: Hashable, Sendable, Comparable, CustomStringConvertible {
  package let run: RunID
  /// The song's place in its run, from 1.
  package let number: Int

  /// Makes an id, or nil where the number is not from 1 to 10,000.
  package init?(run: RunID, number: Int) {
    guard number > 0, number <= 10_000 else { return nil }
    self.run = run
    self.number = number
  }

  /// Reads `JOB/0007/01`.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, let run = RunID(parts[0] + "/" + parts[1]), parts[2].count >= 2,
      parts[2].allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(parts[2])
    else { return nil }
    self.init(run: run, number: number)
  }

  /// The song's file name without its ending: `JOB-0007-01`.
  package var fileStem: String { run.fileStem + "-" + padded(number, to: 2) }
  package var description: String { run.description + "/" + padded(number, to: 2) }
  package static func < (a: Self, b: Self) -> Bool { a.run == b.run ? a.number < b.number : a.run < b.run }
}

/// A decimal number with leading zeros.
private func padded(_ number: Int, to width: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

extension RunID: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let id = RunID(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a run's id")
    }
    self = id
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension SongID: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let id = SongID(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a song's id")
    }
    self = id
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
