import StrictYAML
import TestSupport
import Testing

@Suite("Mutated YAML")
struct FuzzTests {
  @Test("whatever bytes come, reading ends with a root or with diagnostics that have places", arguments: 0..<20)
  func neverTraps(_ seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let pieces = [
      "a", ":", " ", "\n", "- ", "[", "]", "{", "}", ",", "&x", "*x", "!t", "<<", "|", "> ", "'", "\"", "#", "?",
      "---", "...", "%YAML 1.1", "\t", "é", "\u{2028}", "\r", "~", "\\", "\u{FEFF}",
    ]
    for _ in 0..<60 {
      var bytes: [UInt8] = []
      for _ in 0..<Int.random(in: 0...40, using: &generator) {
        bytes += Array((pieces.randomElement(using: &generator) ?? "a").utf8)
      }
      if Bool.random(using: &generator), !bytes.isEmpty {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      let reading = Reading(bytes)
      #expect(reading.root != nil || !reading.diagnostics.isEmpty)
      #expect(reading.diagnostics.allSatisfy { $0.line >= 1 && $0.column >= 1 && !$0.rendered.isEmpty })
    }
  }
}
