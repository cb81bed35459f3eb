import Foundation
import Network
import TestSupport
import Testing

@Suite("Safetensors")
struct SafetensorsTests {
  /// What `Golden/safetensors-make.py` has the reference library write.
  static let reference = Safetensors(
    tensors: [
      Tensor(name: "input.weight", shape: [3, 4], values: (0..<12).map { Float($0) / 8 }),
      Tensor(name: "lstm.bias_ih_l0", shape: [4], values: [-0.0, .infinity, Float(bitPattern: 714), -3.5]),
      Tensor(name: "none", shape: [0, 5], values: []),
      Tensor(name: "one", shape: [], values: [Float.pi.nextUp]),
    ], metadata: ["ritornello": "{\"tab\":\"\t\",\"é\":\"𝄞\",\"quote\\\":1}\n\u{1}\u{7F}"])

  static func golden() throws -> [UInt8] {
    let url = try #require(
      Bundle.module.url(forResource: "safetensors-reference", withExtension: "safetensors", subdirectory: "Golden"))
    return [UInt8](try Data(contentsOf: url))
  }

  /// A file with this header, padded, and so many bytes of values.
  static func file(_ header: String, values: Int = 0) -> [UInt8] {
    let text = [UInt8](header.utf8)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: text.count >> ($0 * 8)) }
    return length + text + [UInt8](repeating: 0, count: values)
  }

  @Test("a file of the reference library is read")
  func readsReference() throws {
    let file = try Safetensors(bytes: Self.golden())
    #expect(file == Self.reference)
    #expect(file["lstm.bias_ih_l0"]?.values.first?.sign == .minus)
    #expect(file["two"] == nil)
  }

  @Test("what is written are the bytes of the reference library")
  func writesReference() throws {
    #expect(try Self.reference.encoded() == Self.golden())
  }

  @Test("texts are written in byte order of their keys, and come back")
  func metadataOrder() throws {
    let file = Safetensors(metadata: ["b": "1", "a": "2", "": "3", "é": "4", "Z": "5"])
    let bytes = file.encoded()
    let header = String(decoding: bytes[8...], as: UTF8.self)
    #expect(header.hasPrefix(#"{"__metadata__":{"":"3","Z":"5","a":"2","b":"1","é":"4"}}"#))
    #expect(bytes.count % 8 == 0)
    #expect(try Safetensors(bytes: bytes) == file)
  }

  @Test("eight megabytes and more come back as they were")
  func large() throws {
    let file = Safetensors(tensors: [
      Tensor(name: "w", shape: [1024, 2560], values: .init(repeating: 0.25, count: 2_621_440))
    ])
    let bytes = file.encoded()
    #expect(bytes.count > 10 << 20)
    #expect(try Safetensors(bytes: bytes) == file)
  }

  @Test("escapes of a text are understood")
  func escapes() throws {
    let file = try Safetensors(
      bytes: Self.file(#"{ "__metadata__" : {"k":"\u00e9\ud834\udd1e\"\\\/\b\f\n\r\t\u0000"} }   "#))
    #expect(file.metadata == ["k": "é𝄞\"\\/\u{8}\u{C}\n\r\t\u{0}"])
  }

  struct Refusal: CustomTestStringConvertible {
    var header: String
    var values = 0
    var message: String
    var testDescription: String { message }
  }

  static let refusals = [
    Refusal(header: "", message: "the header does not begin with {, but the header ends"),
    Refusal(header: " {}", message: "the header does not begin with {"),
    Refusal(header: "{}x", message: "text after the header's closing }"),
    Refusal(header: "{", message: "expected a key in quotation marks, but the header ends"),
    Refusal(header: "{}", values: 3, message: "3 bytes after the last tensor's values"),
    Refusal(header: #"{"a":[[[["#, message: "expected {"),
    Refusal(header: #"{"a":{"dtype":"F32"}}"#, message: "tensor “a” lacks one of dtype, shape and data_offsets"),
    Refusal(
      header: #"{"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}"#, values: 4,
      message: "tensor “a” is of type “F16”; only F32 is read: convert it before saving"),
    Refusal(
      header: #"{"a":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}"#, values: 8,
      message: "tensor “a” is of type “I64”; only F32 is read: convert it before saving"),
    Refusal(
      header: #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, values: 4,
      message: "tensor “a” has 4 bytes; its shape [2] needs 8"),
    Refusal(
      header: #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, values: 4,
      message: "the file ends early: tensor “a” ends at byte 8 of the values, 4 are there"),
    Refusal(
      header: #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}}"#, values: 8,
      message: "tensor “a” ends (4) before it begins (8)"),
    Refusal(
      header: #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#, values: 8,
      message: "tensor “a” leaves a gap before it: it begins at byte 4 of the values, expected 0"),
    Refusal(
      header:
        #"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#,
      values: 12, message: "tensor “b” overlaps the tensor before it: it begins at byte 4 of the values, expected 8"),
    Refusal(
      header: #"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#,
      message: "the shape of tensor “a” is too large"),
    Refusal(
      header: #"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,0]}}"#,
      message: "a number is too large"),
    Refusal(
      header: #"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,0]}}"#, message: "expected a whole number, 0 or more"
    ),
    Refusal(
      header: #"{"a":{"dtype":"F32","shape":[01],"data_offsets":[0,4]}}"#, values: 4, message: "a number begins with 0"),
    Refusal(
      header: #"{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}"#, values: 4, message: "expected , or ]"),
    Refusal(
      header: #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, values: 4,
      message: "tensor “a” has 1 data_offsets; expected 2"),
    Refusal(
      header: #"{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, values: 4,
      message: "a second dtype of tensor “a”"),
    Refusal(
      header: #"{"a":{"kind":1}}"#,
      message: "unknown key “kind” of tensor “a”; expected dtype, shape or data_offsets"),
    Refusal(
      header:
        #"{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}"#,
      message: "a second tensor “a”"),
    Refusal(header: #"{"__metadata__":{},"__metadata__":{}}"#, message: "a second __metadata__"),
    Refusal(header: #"{"__metadata__":{"k":1}}"#, message: "expected a text, as every value of __metadata__ is"),
    Refusal(header: #"{"__metadata__":{"k":"\x"}}"#, message: "an unknown escape in a text"),
    Refusal(header: #"{"__metadata__":{"k":"\ud834"}}"#, message: "half of a surrogate pair in a text"),
    Refusal(header: #"{"__metadata__":{"k":"\udd1e"}}"#, message: "half of a surrogate pair in a text"),
    Refusal(header: #"{"__metadata__":{"k":"\u00g0"}}"#, message: "expected four hexadecimal digits"),
    Refusal(header: "{\"__metadata__\":{\"k\":\"\n\"}}", message: "a control character in a text"),
    Refusal(
      header: "{\"\u{202E}\\u001b[2J\":{}}",
      message: "tensor “\\u{202E}\\u{1B}[2J” lacks one of dtype, shape and data_offsets"),
  ]

  @Test("a bad header is refused with its reason", arguments: refusals)
  func refuses(_ row: Refusal) {
    let error = #expect(throws: SafetensorsError.self) {
      try Safetensors(bytes: Self.file(row.header, values: row.values))
    }
    #expect(error?.message == row.message)
  }

  @Test("a header that is too long, longer than the file, or no UTF-8 is refused")
  func refusesLengths() throws {
    let lengths: [([UInt8], String)] = [
      ([1, 2, 3], "not a safetensors file: 3 bytes, at least 8 are needed"),
      (
        [1, 0, 0, 1, 0, 0, 0, 0],
        "not a safetensors file, or its header is too long: 16777217 bytes; the limit is 16777216"
      ),
      (
        [UInt8](repeating: 255, count: 9),
        "not a safetensors file, or its header is too long: 18446744073709551615 bytes; the limit is 16777216"
      ),
      ([4, 0, 0, 0, 0, 0, 0, 0, 123], "the file ends early: the header needs 4 bytes, 1 are left"),
      ([6, 0, 0, 0, 0, 0, 0, 0] + Array("{\"".utf8) + [0xFF] + Array("\":}".utf8), "a text is not UTF-8"),
    ]
    for (bytes, message) in lengths {
      let error = #expect(throws: SafetensorsError.self) { try Safetensors(bytes: bytes) }
      #expect(error?.message == message)
    }
  }

  @Test("bytes that were changed, cut or doubled are read or refused, and what is read can be written and read again")
  func fuzz() throws {
    let golden = try Self.golden()
    var generator = SeededGenerator(seed: 11)
    var readable = 0
    for _ in 0..<4000 {
      var bytes = golden
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let place = Int.random(in: 0..<max(1, bytes.count), using: &generator)
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: bytes = Array(bytes.prefix(place))
        case 1 where place < bytes.count: bytes.insert(bytes[place], at: place)
        case 2 where place < bytes.count: bytes.remove(at: place)
        case 3 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        default: if place < bytes.count { bytes[place] = .random(in: 0...255, using: &generator) }
        }
      }
      guard let file = try? Safetensors(bytes: bytes) else { continue }
      readable += 1
      let again = try Safetensors(bytes: file.encoded())
      #expect(again.encoded() == file.encoded())
    }
    #expect(readable > 100)
  }
}
