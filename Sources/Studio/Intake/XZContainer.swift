import Glibc
import Identity

/// Walks through an xz file without decoding it, to see how much memory its decoder would take.
///
/// What is walked is what a decoder would follow: each block's header, the sizes that stand before each LZMA2 chunk, the
/// index, and further streams (The .xz File Format, version 1.2.1; LZMA2 as in xz-embedded's `xz_dec_lzma2.c`). Nothing
/// that the file says of itself in other places is believed.
struct XZContainer {
  private let descriptor: Int32
  private let path: FileName
  private let files: any FileSystem
  private let pulse: () throws -> Void
  private var window: [UInt8] = []
  private var place = 0
  /// Where the window's end lies in the file.
  private var end: Int64 = 0

  private static let magic: [UInt8] = [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]
  private static let filterOfLZMA2: UInt64 = 0x21

  init(_ descriptor: Int32, path: FileName, files: any FileSystem, pulse: @escaping () throws -> Void) {
    self.descriptor = descriptor
    self.path = path
    self.files = files
    self.pulse = pulse
  }

  /// The largest dictionary that a block asks for, in bytes; nil: it is no xz file.
  ///
  /// - Throws: `ArchiveFault` where it is one and is damaged; `FileError` where the machine fails.
  mutating func largestDictionary() throws -> Int64? {
    guard try fill(Self.magic.count), window[place...].starts(with: Self.magic) else { return nil }
    var largest: Int64 = 0
    repeat {
      largest = max(largest, try stream())
    } while try hasNextStream()
    return largest
  }

  private mutating func stream() throws -> Int64 {
    let start = offset
    guard try take(6) == Self.magic else { throw damaged }
    let check = Int(try take(2)[1])
    guard check <= 15 else { throw damaged }
    let checkBytes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64][check]
    _ = try take(4)
    var largest: Int64 = 0
    var blocks: UInt64 = 0
    while true {
      let size = try byte()
      if size == 0 { break }
      largest = max(largest, try blockHeader(size))
      try chunks()
      try pad(from: start)
      try skip(checkBytes)
      blocks += 1
    }
    // The index, whose first byte was the 0.
    guard try number() == blocks else { throw damaged }
    for _ in 0..<blocks {
      _ = try number()
      _ = try number()
    }
    try pad(from: start)
    try skip(4 + 4 + 4 + 2)
    guard try take(2) == Array("YZ".utf8) else { throw damaged }
    return largest
  }

  /// Reads a block's header after its first byte; gives the dictionary's size.
  private mutating func blockHeader(_ size: UInt8) throws -> Int64 {
    let end = offset - 1 + (Int64(size) + 1) * 4
    let flags = try byte()
    guard flags & 0x3C == 0 else { throw damaged }
    if flags & 0x40 != 0 { _ = try number() }
    if flags & 0x80 != 0 { _ = try number() }
    var dictionary: Int64?
    for _ in 0...(flags & 3) {
      let id = try number()
      let length = try number()
      guard length <= 1024 else { throw damaged }
      let properties = try take(Int(length))
      dictionary = nil
      if id == Self.filterOfLZMA2, let bits = properties.first, properties.count == 1, bits <= 40 {
        dictionary = bits == 40 ? 0xFFFF_FFFF : (2 | Int64(bits & 1)) << Int64(bits / 2 + 11)
      }
    }
    // The last filter is the one that compresses.
    guard let dictionary, offset <= end - 4 else { throw damaged }
    try skip(Int(end - offset))
    return dictionary
  }

  private mutating func chunks() throws {
    while true {
      try pulse()
      let control = try byte()
      switch control {
      case 0: return
      case 1, 2: try skip(Int(try take(2).bigEndian) + 1)
      case 0x80...:
        let sizes = try take(4)
        try skip(Int(Array(sizes[2...]).bigEndian) + 1 + (control >= 0xC0 ? 1 : 0))
      default: throw damaged
      }
    }
  }

  /// Goes over padding between streams; false: the file ends.
  private mutating func hasNextStream() throws -> Bool {
    while try fill(4) {
      if window[place..<place + 4].contains(where: { $0 != 0 }) { return true }
      try skip(4)
    }
    guard place == window.count else { throw damaged }
    return false
  }

  /// Goes on to a multiple of four bytes from a place.
  private mutating func pad(from start: Int64) throws {
    let over = Int((offset - start) % 4)
    if over > 0 { try skip(4 - over) }
  }

  /// A number of up to nine bytes, seven bits each, the lowest first.
  private mutating func number() throws -> UInt64 {
    var value: UInt64 = 0
    for shift in 0..<9 {
      let next = try byte()
      value |= UInt64(next & 0x7F) << UInt64(7 * shift)
      if next & 0x80 == 0 { return value }
    }
    throw damaged
  }

  private var offset: Int64 { end - Int64(window.count - place) }
  private var damaged: ArchiveFault {
    ArchiveFault(description: "not usable as an archive: its xz container is damaged")
  }

  private mutating func byte() throws -> UInt8 {
    if place < window.count {
      place += 1
      return window[place - 1]
    }
    return try take(1)[0]
  }

  private mutating func take(_ count: Int) throws -> [UInt8] {
    guard try fill(count) else {
      throw ArchiveFault(description: "not usable as an archive: its xz container is cut short", endsEarly: true)
    }
    place += count
    return Array(window[place - count..<place])
  }

  private mutating func skip(_ count: Int) throws {
    if count <= window.count - place {
      place += count
      return
    }
    let target = offset + Int64(count)
    guard lseek(descriptor, off_t(target), SEEK_SET) == target else {
      throw FileError(code: errno, call: "seek", path: path)
    }
    (window, place, end) = ([], 0, target)
  }

  /// Sees to it that so many bytes are in the window; false: the file ends before.
  private mutating func fill(_ count: Int) throws -> Bool {
    while window.count - place < count {
      let piece = try files.read(descriptor, count: 16 << 10, of: path)
      if piece.isEmpty { return false }
      window = Array(window[place...]) + piece
      place = 0
      end += Int64(piece.count)
    }
    return true
  }
}

extension [UInt8] {
  /// The number that the bytes are, the highest first.
  fileprivate var bigEndian: UInt64 { reduce(0) { $0 << 8 | UInt64($1) } }
}
