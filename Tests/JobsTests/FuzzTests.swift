import StrictYAML
import TestSupport
import Testing

@testable import Jobs

@Suite("Mutated jobs.yaml")
struct FuzzTests {
  @Test("whatever is done to a file, reading it ends with a file or with diagnostics", arguments: 0..<12)
  func neverTraps(_ seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let good = Array(JobsFileTests.example.utf8)
    let pieces = [
      "[", "]", "{}", "- ", ": ", "&a ", "*a", "none", "99999999999999999999", "-1", "0.5", "\n", "'", "é", "1e999",
      "*/0", "null", "9999d",
    ].map { Array($0.utf8) }
    for _ in 0..<25 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let place = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes.insert(contentsOf: pieces.randomElement(using: &generator) ?? [], at: place)
        case 1: bytes.removeSubrange(place..<min(bytes.count, place + 4))
        case 2: bytes[place] = UInt8.random(in: 0...255, using: &generator)
        default:
          let end = min(bytes.count, place + 3)
          bytes.replaceSubrange(place..<end, with: pieces.randomElement(using: &generator) ?? [])
        }
        if bytes.isEmpty { bytes = [0x61] }
      }
      let (file, diagnostics) = JobsFile.parse(bytes: bytes, path: "jobs.yaml")
      #expect((file == nil) == !diagnostics.isEmpty)
      #expect(diagnostics.allSatisfy { $0.line >= 1 && $0.column >= 1 && !$0.rendered.isEmpty })
      let (spec, said) = OneOffSpec.parse(bytes: bytes, path: "t.yaml")
      #expect((spec == nil) == !said.isEmpty)
    }
  }

  @Test("whatever text stands for an expression, reading it ends", arguments: 0..<4)
  func cronNeverTraps(_ seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let characters = Array("0123456789*/-, @jansuð")
    for _ in 0..<500 {
      let text = String(
        (0..<Int.random(in: 0...24, using: &generator)).map { _ in characters.randomElement(using: &generator) ?? "*" })
      let cron = try? CronExpression(text)
      #expect(cron == nil || cron?.description == text)
      #expect(ClockTime(text) == nil)
    }
  }
}
