internal import Representation

/// How the numbers of a song lie in bytes: a token in as few as the vocabulary needs, an element of a roll in a bit.
struct SongPacking: Sendable, Equatable {
  /// Bytes a token; 0: an element a bit, the lowest first.
  let width: Int
  /// How many tokens there are.
  let tokens: Int

  init(_ representation: Representation) {
    tokens = representation.vocabulary.count
    let isRoll = representation.settings.name == .roll
    width = isRoll ? 0 : tokens <= 1 << 8 ? 1 : tokens <= 1 << 16 ? 2 : 4
  }

  /// How many bytes a song takes.
  func size(of outline: SongOutline) -> Int { width == 0 ? (outline.elements + 7) / 8 : outline.tokens * width }

  func packed(_ song: EncodedSong) -> [UInt8] {
    guard width > 0 else {
      var bytes = [UInt8](repeating: 0, count: (song.rows.count + 7) / 8)
      for (place, value) in song.rows.enumerated() where value != 0 { bytes[place / 8] |= 1 << UInt8(place % 8) }
      return bytes
    }
    return [UInt8](unsafeUninitializedCapacity: song.tokens.count * width) { buffer, count in
      for token in song.tokens {
        for byte in 0..<width { buffer[count + byte] = UInt8(truncatingIfNeeded: token >> Int32(8 * byte)) }
        count += width
      }
    }
  }

  /// The song that lies in some bytes, as many as `size(of:)` tells.
  func song(_ bytes: UnsafeRawBufferPointer, _ outline: SongOutline) -> EncodedSong {
    guard width > 0 else {
      let rows = (0..<outline.elements).map { bytes[$0 / 8] >> UInt8($0 % 8) & 1 }
      return EncodedSong(frames: outline.frames, rows: rows)
    }
    let tokens = [Int32](unsafeUninitializedCapacity: outline.tokens) { buffer, count in
      for place in stride(from: 0, to: outline.tokens * width, by: width) {
        buffer[count] = token(at: place, in: bytes)
        count += 1
      }
    }
    return EncodedSong(frames: outline.frames, tokens: tokens)
  }

  /// Says whether some bytes, a whole number of tokens, are tokens all of them.
  func areTokens(_ bytes: UnsafeRawBufferPointer) -> Bool {
    switch width {
    case 0: return true
    case 1:
      var most: UInt8 = 0
      for byte in bytes { most = max(most, byte) }
      return bytes.isEmpty || Int(most) < tokens
    default:
      return stride(from: 0, to: bytes.count / width * width, by: width).allSatisfy {
        (0..<Int32(tokens)).contains(token(at: $0, in: bytes))
      }
    }
  }

  @inline(__always)
  private func token(at place: Int, in bytes: UnsafeRawBufferPointer) -> Int32 {
    switch width {
    case 1: Int32(bytes[place])
    case 2: Int32(bytes[place]) | Int32(bytes[place + 1]) << 8
    default: Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: Int32.self))
    }
  }
}
