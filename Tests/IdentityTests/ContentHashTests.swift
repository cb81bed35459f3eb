import Foundation
import Identity
import TestSupport
import Testing

@Suite("Content hashes")
struct ContentHashTests {
  @Test("the examples of FIPS 180-4 come out", arguments: StandardExample.all)
  func standardExamples(example: StandardExample) {
    #expect(ContentHash(of: Array(example.message.utf8)).hex == example.hex)
  }

  /// The golden value is from hashlib of Python 3.11.
  ///
  ///     h = hashlib.sha256()
  ///     for n in range(300):
  ///         h.update(hashlib.sha256(bytes((7 * i + n) % 256 for i in range(n))).hexdigest().encode())
  @Test("every length up to 299 bytes hashes as in hashlib")
  func everyLength() {
    var all = ContentHash.Hasher()
    for count in 0..<300 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: 7 * $0 + count) }
      all.update(Array(ContentHash(of: bytes).hex.utf8))
    }
    #expect(all.finish().hex == "def85da8f53f8ad58eda585dce61c0d7bfbb3da6924badae49d32d11288c576f")
  }

  @Test("bytes that arrive in pieces hash as they do at once", arguments: 0..<40 as Range<UInt64>)
  func pieces(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let bytes = (0..<Int.random(in: 0...1000, using: &generator)).map { _ in
      UInt8.random(in: 0...255, using: &generator)
    }
    var hasher = ContentHash.Hasher()
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = rest.prefix(Int.random(in: 0...130, using: &generator))
      hasher.update(Array(piece))
      rest = rest.dropFirst(piece.count)
    }
    #expect(hasher.finish() == ContentHash(of: bytes))
  }

  @Test("only 64 lower-case hexadecimal digits are a written hash")
  func writtenHashes() {
    let hex = ContentHash(of: []).hex
    #expect(ContentHash(hex: hex)?.hex == hex)
    for text in ["", String(hex.dropLast()), hex + "0", hex.uppercased(), hex.dropLast() + "g", hex.dropLast() + "é"] {
      #expect(ContentHash(hex: text) == nil, "\(text)")
    }
  }

  @Test("a hash is read back from JSON, and other text is refused")
  func json() throws {
    let hash = ContentHash(of: [1, 2, 3])
    let data = try JSONEncoder().encode([hash])
    #expect(String(decoding: data, as: UTF8.self) == "[\"\(hash.hex)\"]")
    #expect(try JSONDecoder().decode([ContentHash].self, from: data) == [hash])
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([ContentHash].self, from: Data("[\"abc\"]".utf8)) }
  }

  /// The hash of the three sorted hashes, each with a line break, by Python's hashlib.
  @Test("a snapshot's hash is that of its files' sorted hashes, whatever their order")
  func snapshot() {
    let files = ["a", "b", "c"].map { ContentHash(of: Array($0.utf8)) }
    let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
    let hashes = Set(orders.map { order in ContentHash(ofSnapshot: order.map { files[$0] }).hex })
    #expect(hashes == ["a8a97548991324f0f374f85a5c9ec0d73518791961724892bb71c886efdd5458"])
  }

  @Test("a snapshot with another file has another hash")
  func otherSnapshot() {
    let files = (0..<20).map { ContentHash(of: [UInt8($0)]) }
    let hashes = Set((0...20).map { ContentHash(ofSnapshot: files.prefix($0)) })
    #expect(hashes.count == 21)
  }
}

/// A message and its digest from the example values that NIST publishes with FIPS 180-4.
struct StandardExample: Sendable, CustomTestStringConvertible {
  let name: String
  let message: String
  let hex: String

  var testDescription: String { name }

  static let all = [
    StandardExample(
      name: "nothing", message: "",
      hex: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    StandardExample(
      name: "one block", message: "abc",
      hex: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    StandardExample(
      name: "two blocks", message: "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      hex: "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
    StandardExample(
      name: "896 bits",
      message: "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
        + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      hex: "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"),
    StandardExample(
      name: "a million times a", message: String(repeating: "a", count: 1_000_000),
      hex: "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
  ]
}
