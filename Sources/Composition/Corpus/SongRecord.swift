internal import Foundation
internal import Identity
internal import Representation

/// One song of a file of songs: of which MIDI file it is, what is known of it, and where its numbers lie.
struct SongRecord: Sendable, Equatable {
  var sha256: ContentHash
  var outline: SongOutline
  /// The place in the store.
  var offset: Int
}

/// What making the songs of a snapshot told, beside them.
struct SongRemarks: Codable, Sendable, Equatable {
  /// A file or a song of it that the representation cannot take.
  struct LeftOut: Codable, Sendable, Equatable {
    var sha256: ContentHash
    var reason: String
  }

  var leftOut: [LeftOut] = []
  var report = EncodingReport()
}

extension SongRecord {
  /// Bytes of a record: the hash's 64 digits, then offset, frames, tokens, elements, lowest and highest pitch (-1: none), each
  /// as eight bytes, the lowest first.
  static let size = 64 + 6 * 8

  var bytes: [UInt8] {
    var bytes = Array(sha256.hex.utf8)
    for number in [
      offset, outline.frames, outline.tokens, outline.elements, outline.pitches?.lowerBound ?? -1,
      outline.pitches?.upperBound ?? -1,
    ] {
      withUnsafeBytes(of: Int64(number).littleEndian) { bytes += $0 }
    }
    return bytes
  }

  /// Reads a record; nil where it is none.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count == Self.size,
      let sha256 = ContentHash(hex: String(decoding: bytes[..<64], as: UTF8.self))
    else { return nil }
    func number(_ place: Int) -> Int {
      Int(Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 64 + 8 * place, as: Int64.self)))
    }
    let (lowest, highest) = (number(4), number(5))
    guard lowest <= highest else { return nil }
    self.init(
      sha256: sha256,
      outline: SongOutline(
        frames: number(1), tokens: number(2), elements: number(3), pitches: lowest < 0 ? nil : lowest...highest),
      offset: number(0))
  }
}
