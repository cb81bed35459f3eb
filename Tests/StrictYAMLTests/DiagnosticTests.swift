import StrictYAML
import Testing

@Suite("Diagnostics")
struct DiagnosticTests {
  private func rendered(_ line: String, column: Int) -> String {
    let list = DiagnosticList(path: "t.yaml", bytes: Array(line.utf8))
    list.report("odd", at: Mark(line: 1, column: column))
    return list.sorted.map(\.rendered).joined()
  }

  @Test("the caret stands under a place behind wide characters and marks")
  func countsColumns() {
    #expect(rendered("音e\u{301}: x", column: 6) == "t.yaml:1:6: odd\n 1 | 音e\u{301}: x\n   |      ^")
  }

  @Test("controls that would turn the line around are shown by their bytes")
  func escapesControls() {
    #expect(rendered("a\u{202E}b", column: 3) == "t.yaml:1:3: odd\n 1 | a\\xE2\\x80\\xAEb\n   |              ^")
  }

  @Test("a long line is cut round the place")
  func cutsLongLines() throws {
    let text = rendered(String(repeating: "x", count: 500), column: 300)
    let lines = text.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[1].hasPrefix(" 1 | …xxx") && lines[1].hasSuffix("x…"))
    #expect(lines[1].count < 120)
    #expect(lines[2] == "   | " + String(repeating: " ", count: 61) + "^")
  }

  @Test("lines are counted as YAML counts them", arguments: ["a\nb", "a\rb", "a\r\nb", "a\u{85}b", "a\u{2028}b"])
  func countsLines(_ text: String) {
    let list = DiagnosticList(path: "t.yaml", bytes: Array(text.utf8))
    list.report("odd", at: Mark(line: 2, column: 1))
    #expect(list.sorted.map(\.rendered) == ["t.yaml:2:1: odd\n 2 | b\n   | ^"])
  }

  @Test("an option is named in place of a line")
  func namesOptions() {
    let list = DiagnosticList(path: "", bytes: [])
    list.report("top_p is 'x'", at: Mark(line: 0, column: 1), key: "top_p", expected: "a number")
    #expect(list.sorted.map(\.rendered) == ["--top-p: top_p is 'x': expected a number"])
  }

  @Test("after a hundred diagnostics the rest is counted")
  func endsAtAHundred() {
    let reading = Reading(String(repeating: "a: 1\n", count: 200))
    #expect(reading.diagnostics.count == 101)
    #expect(reading.diagnostics.last?.text == "99 more errors, not told")
  }

  @Test(
    "the nearest word is found where one is near",
    arguments: [
      ("iteratons", "iterations"), ("batchs", "batch"), ("learning-rate", "learning_rate"), ("sede", "seed"),
      ("Batch", "batch"), ("wormhole", nil), ("", nil),
    ] as [(String, String?)])
  func findsNearest(_ word: String, _ expected: String?) {
    #expect(nearest(to: word, among: ["batch", "iterations", "learning_rate", "seed"]) == expected)
  }

  @Test("a swap of neighbours is one edit")
  func countsSwaps() {
    #expect(editDistance("abcd", "abdc") == 1)
    #expect(editDistance("", "abc") == 3)
    #expect(editDistance("kitten", "sitting") == 3)
  }

  @Test("a text from outside is quoted safely and cut")
  func quotesSafely() {
    #expect(quoted("a\u{1B}[31m\n") == "'a\\x1B[31m\\x0A'")
    #expect(quoted(String(repeating: "y", count: 100)) == "'" + String(repeating: "y", count: 60) + "…'")
  }
}
