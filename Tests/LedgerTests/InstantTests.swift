import Foundation
import TestSupport
import Testing

@testable import Ledger

@Suite("Times as text")
struct InstantTests {
  @Test(
    "times are ISO 8601 in UTC, to the millisecond",
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (1_774_746_000.25, "2026-03-29T01:00:00.250Z"),
      (951_782_400, "2000-02-29T00:00:00.000Z"), (-0.001, "1969-12-31T23:59:59.999Z"),
      (-62_167_219_200, "0000-01-01T00:00:00.000Z"), (1e300, "9999-12-31T23:59:59.999Z"),
    ])
  func writing(seconds: Double, text: String) {
    #expect(Instant.text(Date(timeIntervalSince1970: seconds)) == text)
  }

  @Test("what was written reads back as written, and text order is time order")
  func roundTrip() throws {
    var generator = SeededGenerator(seed: 1)
    var texts: [(Date, String)] = []
    for _ in 0..<2000 {
      let time = Date(timeIntervalSince1970: Double.random(in: -6e10...2.5e11, using: &generator))
      let text = Instant.text(time)
      let read = try #require(Instant.time(text))
      #expect(abs(read.timeIntervalSince(time)) <= 0.001)
      #expect(Instant.text(read) == text)
      texts.append((time, text))
    }
    #expect(texts.sorted { $0.0 < $1.0 }.map(\.1) == texts.map(\.1).sorted())
  }

  @Test(
    "other texts are no times",
    arguments: ["", "2026-03-29", "2026-03-29T01:00:00Z", "2026-13-29T01:00:00.000Z", "2026-03-29T01:00:00.0é"])
  func refusing(text: String) {
    #expect(Instant.time(text) == nil)
  }
}
