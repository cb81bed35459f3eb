import StrictYAML
import Testing

@Suite("Typed fields")
struct KindTests {
  private enum Colour: String, CaseIterable { case red, blue }

  private func read<Value>(_ text: String, _ kind: Kind<Value>) throws -> (Value?, [String]) {
    let bytes = Array("a: \(text)".utf8)
    let list = DiagnosticList(path: "t.yaml", bytes: bytes)
    let root = try #require(Document.root(of: bytes, reportingTo: list))
    let reader = try #require(MappingReader(root, path: "", list: list))
    let value = reader.value("a", kind)
    return (value, list.sorted.map(\.text))
  }

  @Test("a whole number is read", arguments: [("1", 1), ("-3", -3), ("007", 7), ("10", 10)])
  func readsIntegers(_ text: String, _ value: Int) throws {
    #expect(try read(text, .integer(-3...10)).0 == value)
  }

  @Test(
    "what is no whole number within its range is told",
    arguments: [
      ("11", "'11'"), ("1.0", "'1.0'"), ("\"1\"", "'1'"), ("0x1", "'0x1'"), ("1_0", "'1_0'"), ("+1", "'+1'"),
      ("", "empty"),
      ("[1]", "a list"), ("{b: 1}", "a map"), ("99999999999999999999", "'99999999999999999999'"), ("~", "empty"),
    ])
  func refusesIntegers(_ text: String, _ shown: String) throws {
    let (value, said) = try read(text, Kind<Int>.integer(-3...10))
    #expect(value == nil)
    #expect(said == ["a is \(shown): expected a whole number from -3 to 10"])
  }

  @Test("a seed is read up to 2^64 - 1")
  func readsSeeds() throws {
    #expect(try read("18446744073709551615", Kind<UInt64>.seed).0 == .max)
    #expect(try read("18446744073709551616", Kind<UInt64>.seed).0 == nil)
  }

  @Test("a decimal number is read", arguments: [("1", 1), ("0.5", 0.5), ("1e-3", 0.001), (".5", 0.5)])
  func readsNumbers(_ text: String, _ value: Double) throws {
    #expect(try read(text, .number("from 0 to 1") { $0 >= 0 && $0 <= 1 }).0 == value)
  }

  @Test(
    "infinity, hexadecimal and words are no numbers", arguments: [".inf", ".nan", "nan", "inf", "0x1p1", "1,5", "-1"])
  func refusesNumbers(_ text: String) throws {
    let (value, said) = try read(text, Kind<Double>.number("from 0 to 1") { $0 >= 0 && $0 <= 1 })
    #expect(value == nil)
    #expect(said == ["a is '\(text)': expected a number from 0 to 1"])
  }

  @Test(
    "only true and false are read as such", arguments: [("true", true), ("false", false), ("yes", nil), ("True", nil)])
  func readsBooleans(_ text: String, _ value: Bool?) throws {
    #expect(try read(text, .boolean).0 == value)
  }

  @Test("a mistyped word is told with the nearest one")
  func tellsNearestWord() throws {
    let bytes = Array("a: rde".utf8)
    let list = DiagnosticList(path: "t.yaml", bytes: bytes)
    let root = try #require(Document.root(of: bytes, reportingTo: list))
    let reader = try #require(MappingReader(root, path: "", list: list))
    #expect(reader.value("a", Kind<Colour>.choice) == nil)
    #expect(
      list.sorted.map(\.rendered) == [
        "t.yaml:1:4: a is 'rde': expected red or blue\n 1 | a: rde\n   |    ^\n  did you mean 'red'?"
      ])
  }

  @Test("none is a value where it is allowed")
  func readsNone() throws {
    #expect(try read("none", Kind<Int>.integer(1...5).orNone).0 == .some(nil))
    #expect(try read("3", Kind<Int>.integer(1...5).orNone).0 == .some(3))
    #expect(
      try read("no", Kind<Int>.integer(1...5).orNone).1 == ["a is 'no': expected a whole number from 1 to 5, or none"])
  }

  @Test("an element that is wrong is told at its own place")
  func tellsElements() throws {
    let bytes = Array("a: [red, bleu]".utf8)
    let list = DiagnosticList(path: "t.yaml", bytes: bytes)
    let root = try #require(Document.root(of: bytes, reportingTo: list))
    let reader = try #require(MappingReader(root, path: "", list: list))
    #expect(reader.value("a", Kind<Colour>.choice.list(expected: "colours", count: 1...2)) == nil)
    #expect(list.sorted.map(\.mark) == [Mark(line: 1, column: 10)])
  }
}
