internal import CSHA256

/// The SHA-256 of some bytes (FIPS 180-4), which names objects, weights and snapshots.
package struct ContentHash: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// 64 lower-case hexadecimal digits.
  package let hex: String

  /// Hashes bytes that lie in memory.
  package init(of bytes: [UInt8]) {
    var hasher = Hasher()
    hasher.update(bytes)
    self = hasher.finish()
  }

  /// Takes a written hash, or nil where it is not 64 hexadecimal digits.
  package init?(hex: String) {
    let digits = hex.utf8
    guard digits.count == 64 else { return nil }
    guard digits.allSatisfy({ ($0 >= 48 && $0 <= 57) || ($0 >= 97 && $0 <= 102) }) else { return nil }
    self.hex = hex
  }

  fileprivate init(digest: [UInt8]) {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for byte in digest {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    hex = String(decoding: text, as: UTF8.self)
  }

  /// The hash of a set of files: that of their sorted hashes, one a line, so that neither names nor order count.
  package init(ofSnapshot files: some Sequence<ContentHash>) {
    let lines = files.sorted().map { $0.hex + "\n" }.joined()
    self.init(of: Array(lines.utf8))
  }

  package var description: String { hex }
  package static func < (a: Self, b: Self) -> Bool { a.hex < b.hex }
}

extension ContentHash: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let hash = ContentHash(hex: text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a SHA-256 in hexadecimal")
    }
    self = hash
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(hex)
  }
}

extension ContentHash {
  /// A hash being made of bytes that arrive in pieces.
  package struct Hasher {
    private var state = csha256_state()

    package init() { csha256_start(&state) }

    /// Takes in more bytes.
    package mutating func update(_ bytes: [UInt8]) {
      bytes.withUnsafeBufferPointer { csha256_update(&state, $0.baseAddress, $0.count) }
    }

    /// Takes in more bytes, where they lie.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
      csha256_update(&state, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
    }

    /// Gives the hash of all bytes taken in; the hasher is spent.
    package mutating func finish() -> ContentHash {
      var digest = [UInt8](repeating: 0, count: 32)
      csha256_finish(&state, &digest)
      return ContentHash(digest: digest)
    }
  }
}
