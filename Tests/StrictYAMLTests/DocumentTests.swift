import StrictYAML
import Testing

@Suite("Documents")
struct DocumentTests {
  /// A text and everything that is said of it.
  struct Refusal: Sendable, CustomTestStringConvertible {
    let name: String
    let text: String
    let said: String
    var testDescription: String { name }
  }

  static let refusals = [
    Refusal(
      name: "anchor", text: "a: &x 1",
      said: "t.yaml:1:4: anchors are not allowed\n 1 | a: &x 1\n   |    ^"),
    Refusal(
      name: "anchor of a map", text: "a: &x\n  b: 1",
      said: "t.yaml:1:4: anchors are not allowed\n 1 | a: &x\n   |    ^"),
    Refusal(
      name: "alias", text: "a: *x",
      said: "t.yaml:1:4: aliases are not allowed\n 1 | a: *x\n   |    ^"),
    Refusal(
      name: "tag", text: "a: !!str 1",
      said: "t.yaml:1:4: tags are not allowed\n 1 | a: !!str 1\n   |    ^"),
    Refusal(
      name: "merge key", text: "a: 1\n<<: {b: 2}",
      said: "t.yaml:2:1: merge keys are not allowed\n 2 | <<: {b: 2}\n   | ^"),
    Refusal(
      name: "second document", text: "a: 1\n---\nb: 2",
      said: "t.yaml:2:1: a second document begins here; a file holds one\n 2 | ---\n   | ^"),
    Refusal(
      name: "duplicate key", text: "a: 1\nb: 2\na: 3",
      said: "t.yaml:3:1: duplicate key 'a'; the first is in line 1\n 3 | a: 3\n   | ^"),
    Refusal(
      name: "list as a key", text: "[a, b]: 1",
      said: "t.yaml:1:1: a key is a list: expected a word\n 1 | [a, b]: 1\n   | ^"),
    Refusal(
      name: "map as a key", text: "? {a: 1}\n: 2",
      said: "t.yaml:1:3: a key is a map: expected a word\n 1 | ? {a: 1}\n   |   ^"),
    Refusal(name: "nothing", text: "", said: "t.yaml:1:1: the file is empty\n 1 | \n   | ^"),
    Refusal(name: "a comment", text: "# no", said: "t.yaml:1:1: the file is empty\n 1 | # no\n   | ^"),
    Refusal(
      name: "control character", text: "a: \u{7}",
      said: "t.yaml:1:4: the control character \\x07 is not allowed\n 1 | a: \\x07\n   |    ^"),
    Refusal(
      name: "unclosed list", text: "a: [1,\n  2",
      said: "t.yaml:3:1: did not find expected ',' or ']' while parsing a flow sequence that begins in line 1\n"
        + " 3 | \n   | ^"),
    Refusal(
      name: "tab as indentation", text: "a:\n\tb: 1",
      said:
        "t.yaml:2:1: found character that cannot start any token while scanning for the next token\n 2 |  b: 1\n   | ^"),
    Refusal(
      name: "colon in a plain text", text: "a: b: c",
      said: "t.yaml:1:5: mapping values are not allowed in this context\n 1 | a: b: c\n   |     ^"),
  ]

  @Test("what is refused is told with its place, its line and a caret", arguments: refusals)
  func refuses(_ row: Refusal) {
    let reading = Reading(row.text)
    #expect(reading.rendered == row.said)
  }

  @Test("bytes that are no UTF-8 are told with their place")
  func refusesInvalidBytes() {
    let reading = Reading(Array("a: 1\nb: ".utf8) + [0xC3, 0x28])
    #expect(reading.diagnostics.map(\.text) == ["the byte \\xC3 is not UTF-8"])
    #expect(reading.diagnostics.map(\.mark) == [Mark(line: 2, column: 4)])
  }

  @Test(
    "UTF-16 is refused with and without its mark",
    arguments: [[0xFE, 0xFF, 0, 0x61], [0xFF, 0xFE, 0x61, 0], [0x61, 0, 0x3A, 0], [0, 0x61]] as [[UInt8]])
  func refusesUTF16(_ bytes: [UInt8]) {
    let reading = Reading(bytes)
    #expect(reading.root == nil)
    #expect(reading.diagnostics.map(\.text) == ["the file is UTF-16 or UTF-32; write it as UTF-8"])
  }

  @Test("a UTF-8 byte order mark is allowed and moves no column")
  func allowsByteOrderMark() throws {
    let reading = Reading([0xEF, 0xBB, 0xBF] + Array("a: 1".utf8))
    #expect(reading.diagnostics.isEmpty)
    guard case .mapping(let entries) = try #require(reading.root).content else {
      Issue.record("no map")
      return
    }
    #expect(entries.map(\.keyMark) == [Mark(line: 1, column: 1)])
  }

  @Test("a map keeps its order, and each node its place in characters")
  func keepsPlaces() throws {
    let reading = Reading("é: [ü, 'b']\nz: |\n  text\na:\n")
    guard case .mapping(let entries) = try #require(reading.root).content else {
      Issue.record("no map")
      return
    }
    #expect(entries.map(\.key) == ["é", "z", "a"])
    guard case .sequence(let items) = entries[0].value.content else {
      Issue.record("no list")
      return
    }
    #expect(items.map(\.mark) == [Mark(line: 1, column: 5), Mark(line: 1, column: 8)])
    #expect(items.map(\.plainText) == ["ü", nil])
    #expect(entries[1].value.text == "text\n")
    #expect(entries[2].value.isNull)
  }

  @Test("several faults that can be gone on after are told at once, by place")
  func tellsAllAtOnce() {
    let reading = Reading("a: &x 1\nb: !t 2\na: 3\nc: *x\n")
    #expect(reading.diagnostics.map(\.line) == [1, 2, 3, 4])
  }

  @Test("a file over a mebibyte is refused by its size")
  func refusesLargeFiles() {
    let reading = Reading([UInt8](repeating: 0x20, count: (1 << 20) + 1))
    #expect(reading.diagnostics.map(\.text) == ["the file has 1048577 bytes; the limit is 1048576"])
  }

  @Test("depth 32 is allowed and depth 33 is not, also in a mebibyte of brackets")
  func limitsDepth() {
    let deepest = Reading(String(repeating: "[", count: 32) + String(repeating: "]", count: 32))
    #expect(deepest.diagnostics.isEmpty)
    for count in [33, 1 << 20] {
      let reading = Reading(String(repeating: "[", count: count))
      #expect(reading.diagnostics.map(\.text) == ["lists and maps are nested more than 32 deep; that is the limit"])
      #expect(reading.diagnostics.map(\.mark) == [Mark(line: 1, column: 33)])
    }
  }

  @Test("10,000 nodes are allowed and one more is not")
  func limitsNodes() {
    let most = Reading(String(repeating: "- a\n", count: 9_999))
    #expect(most.diagnostics.isEmpty)
    let more = Reading(String(repeating: "- a\n", count: 10_000))
    #expect(more.diagnostics.map(\.text) == ["more than 10000 nodes; that is the limit"])
    #expect(more.diagnostics.map(\.mark) == [Mark(line: 10_000, column: 3)])
  }
}
