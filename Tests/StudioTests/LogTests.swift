import Foundation
import Ledger
import Logging
import Testing

@testable import Studio

@Suite("The log")
struct LogTests {
  private let time = Date(timeIntervalSince1970: 1_780_000_000.25)

  @Test("an event is one line of text, whatever it holds")
  func text() {
    let line = StandardErrorLog.line(.text, .warning, "two\nlines \u{1B}[2J\u{202E}", [:], at: time)
    #expect(line == #"2026-05-28T20:26:40Z warning: two; lines \x1B[2J\xE2\x80\xAE"#)
    #expect(StandardErrorLog.line(.text, .info, "x", ["run": "a/0001"], at: time) == "2026-05-28T20:26:40Z x")
  }

  @Test("an event is one JSON object on a line, with what is known of it by name")
  func json() throws {
    let line = StandardErrorLog.line(
      .json, .notice, "two\nlines \"\u{1B}", ["run": "a/0001", "event": "run-failed"], at: time)
    #expect(!line.contains("\n"))
    let members = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
    #expect(
      members == [
        "time": "2026-05-28T20:26:40.250Z", "level": "notice", "message": "two\nlines \"\u{1B}", "run": "a/0001",
        "event": "run-failed",
      ])
  }

  @Test("a bad jobs.yaml is told once, each fault as an event with its place")
  func jobs() throws {
    let studio = try TemporaryStudio(jobs: "version: 2\njobs: {a: {corpsu: b}}\n")
    let told = HeardLog()
    studio.log = Logger(label: "test") { _ in told }
    let session = try studio.session()
    try session.tellProblems()
    try session.jobs.reload()
    #expect(told.lines.filter { $0.contains("jobs.yaml:1:10") }.count == 1)
    #expect(told.lines.filter { $0.contains("jobs.yaml is not usable") }.count == 1)
    let problem = try #require(try studio.reader.problems().first)
    #expect(problem.message.contains("jobs.yaml:1:10") && problem.message.contains("jobs.yaml:2:"))
  }
}
