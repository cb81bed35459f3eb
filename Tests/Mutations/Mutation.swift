/// A damaged copy of a file: a function of the seed and a number alone, so that any of them can be made again.
struct Mutation {
  private var state: UInt64

  init(seed: UInt64, number: Int) {
    state = seed &* 0xD134_2543_DE82_EF95 &+ UInt64(number)
    _ = next()
  }

  /// SplitMix64 (Steele and others 2014).
  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number below `bound`, which is at least 1.
  private mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  /// Takes one of the files and damages it in one to eight places.
  mutating func bytes(of files: [[UInt8]]) -> [UInt8] {
    var bytes = files[below(files.count)]
    for _ in 0...below(8) { damage(&bytes, files) }
    return bytes
  }

  private mutating func oddByte() -> UInt8 {
    let odd: [UInt8] = [0, 1, 0x2F, 0x51, 0x58, 0x59, 0x7F, 0x80, 0x90, 0xC0, 0xF0, 0xF7, 0xFF]
    let choice = below(odd.count + 4)
    return choice < odd.count ? odd[choice] : UInt8(below(256))
  }

  private mutating func damage(_ bytes: inout [UInt8], _ files: [[UInt8]]) {
    // Half of all damage is done where headers and lengths are.
    let place = below(2) == 0 ? below(bytes.count + 1) : min(bytes.count, below(64))
    let byte = oddByte()
    switch below(10) {
    case 0: bytes.insert(byte, at: place)
    case 1 where place < bytes.count: bytes.remove(at: place)
    case 2: bytes.removeLast(bytes.count - place)
    case 3 where place < bytes.count: bytes[place] ^= 1 << UInt8(below(8))
    case 4: bytes.insert(contentsOf: bytes[place...].prefix(1 + below(40)), at: place)
    case 5:
      // A piece of another file.
      let other = files[below(files.count)]
      guard !other.isEmpty else { return }
      bytes.insert(contentsOf: other[below(other.count)...].prefix(1 + below(200)), at: place)
    case 6 where place + 4 <= bytes.count:
      // A number of four bytes: small, huge, or anything.
      let number = [UInt64(below(300)), 0xFFFF_FFFF, 0x7FFF_FFFF, next()][below(4)]
      for index in 0..<4 { bytes[place + index] = UInt8(truncatingIfNeeded: number >> UInt64(24 - 8 * index)) }
    case 7:
      // A variable-length quantity, also a longer one than is allowed.
      let long = (0..<below(9)).map { _ in UInt8(0x80 | below(128)) } + [UInt8(below(128))]
      bytes.replaceSubrange(place..<min(place + below(3), bytes.count), with: long)
    case 8:
      let end = min(bytes.count, place + below(200))
      bytes.removeSubrange(place..<end)
    default:
      if place < bytes.count { bytes[place] = byte } else { bytes.append(byte) }
    }
  }
}
