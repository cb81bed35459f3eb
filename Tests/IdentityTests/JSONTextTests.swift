import Foundation
import Identity
import Testing

@Suite("JSON text")
struct JSONTextTests {
  @Test("values are written as JSON has them", arguments: WrittenValue.all)
  func values(written: WrittenValue) {
    #expect(written.value.text(pretty: false) == written.text)
  }

  @Test("members keep their order")
  func order() {
    let value = JSONValue.object([("z", .int(1)), ("a", .int(2)), ("m", .int(3))])
    #expect(value.text(pretty: false) == #"{"z":1,"a":2,"m":3}"#)
  }

  @Test("the pretty form has a member a line and none for what is empty")
  func pretty() {
    let value = JSONValue.object([("a", .array([.int(1), .object([])])), ("b", .array([]))])
    #expect(value.text() == "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}")
  }

  @Test("every character reads back, and none that could harm a terminal is written")
  func characters() throws {
    let scalars = [0..<0x3100, 0xFFF0..<0x10000, 0x1F3B0..<0x1F3C0].joined().compactMap { Unicode.Scalar(UInt32($0)) }
    var text = ""
    text.unicodeScalars.append(contentsOf: scalars)
    let json = JSONValue.array([.string(text)]).text(pretty: false)
    #expect(!json.unicodeScalars.contains(where: FileName.isHarmful))
    let back = try JSONDecoder().decode([String].self, from: Data(json.utf8))
    #expect(back.first.map { Array($0.unicodeScalars) } == scalars)
  }

  @Test(
    "a decimal number reads back to the same bits",
    arguments: [0.1, .leastNonzeroMagnitude, 1.0 / 3, -0.0, 1e300, .greatestFiniteMagnitude, 123456789.125, 1e16, 1e-7])
  func decimals(number: Double) throws {
    let json = JSONValue.array([.double(number)]).text(pretty: false)
    #expect(try JSONDecoder().decode([Double].self, from: Data(json.utf8)).map(\.bitPattern) == [number.bitPattern])
  }

  @Test("a name in UTF-8 is a path, another one is shown beside its base 64")
  func names() {
    func json(_ bytes: [UInt8]) -> String {
      JSONValue.object(JSONValue.members(naming: FileName(bytes: bytes), key: "name")).text(pretty: false)
    }
    #expect(json(Array("a\nb".utf8)) == #"{"name":"a\u000ab"}"#)
    #expect(json([0xFF]) == #"{"name":"\\xFF","name_base64":"/w=="}"#)
    #expect(json([0xFF, 0xFE]) == #"{"name":"\\xFF\\xFE","name_base64":"//4="}"#)
    #expect(json([0xFF, 0xFE, 0x61]) == #"{"name":"\\xFF\\xFEa","name_base64":"//5h"}"#)
  }
}

/// A value and its text on one line.
struct WrittenValue: Sendable, CustomTestStringConvertible {
  let value: JSONValue
  let text: String

  var testDescription: String { text }

  static let all = [
    WrittenValue(value: .null, text: "null"),
    WrittenValue(value: .text(nil), text: "null"),
    WrittenValue(value: .number(nil as Int?), text: "null"),
    WrittenValue(value: .bool(true), text: "true"),
    WrittenValue(value: .int(.min), text: "-9223372036854775808"),
    WrittenValue(value: .double(0.5), text: "0.5"),
    WrittenValue(value: .double(.nan), text: "null"),
    WrittenValue(value: .double(-.infinity), text: "null"),
    WrittenValue(value: .string(#"a"b\c"#), text: #""a\"b\\c""#),
    WrittenValue(value: .string("\u{1B}\u{202E}\u{7F}"), text: #""\u001b\u202e\u007f""#),
    WrittenValue(value: .array([]), text: "[]"),
    WrittenValue(value: .object([]), text: "{}"),
  ]
}
