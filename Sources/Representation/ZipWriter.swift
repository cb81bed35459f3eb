/// The parts of a zip file whose entries are stored as they are (APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16).
///
/// The caller writes them one after another, each entry's content behind its beginning, and keeps the whole below 4 GiB and
/// 65,535 entries.
struct ZipWriter {
  /// Bytes of all entries so far.
  private(set) var offset = 0
  private(set) var directory: [UInt8] = []
  private var count: UInt16 = 0

  /// Begins a file of a size and a checksum that are known before its content.
  mutating func begin(name: String, size: Int, checksum: UInt32) -> [UInt8] {
    let name = Array(name.utf8)
    var facts: [UInt8] = []
    facts.appendLittleEndian(UInt16(20))  // version needed
    facts.appendLittleEndian(UInt16(0x0800))  // names are UTF-8
    facts.appendLittleEndian(UInt16(0))  // stored
    facts.appendLittleEndian(UInt16(0))  // midnight
    facts.appendLittleEndian(UInt16(0x0021))  // 1980-01-01
    facts.appendLittleEndian(checksum)
    facts.appendLittleEndian(UInt32(size))
    facts.appendLittleEndian(UInt32(size))
    facts.appendLittleEndian(UInt16(name.count))
    facts.appendLittleEndian(UInt16(0))  // extra fields
    let beginning = [0x50, 0x4B, 0x03, 0x04] + facts + name

    directory += [0x50, 0x4B, 0x01, 0x02]
    directory.appendLittleEndian(UInt16(0x0314))  // made by: Unix, 2.0
    directory += facts
    directory.appendLittleEndian(UInt16(0))  // comment
    directory.appendLittleEndian(UInt16(0))  // disk
    directory.appendLittleEndian(UInt16(0))  // internal attributes
    directory.appendLittleEndian(UInt32(0o100644) << 16)
    directory.appendLittleEndian(UInt32(offset))
    directory += name
    count += 1
    offset += beginning.count + size
    return beginning
  }

  /// What stands behind all entries.
  var end: [UInt8] {
    var end: [UInt8] = [0x50, 0x4B, 0x05, 0x06, 0, 0, 0, 0]
    end.appendLittleEndian(count)
    end.appendLittleEndian(count)
    end.appendLittleEndian(UInt32(directory.count))
    end.appendLittleEndian(UInt32(offset))
    end.appendLittleEndian(UInt16(0))
    return directory + end
  }
}

/// The checksum of a zip entry, of bytes that come in parts (ISO 3309, polynomial 0x04C11DB7 reflected).
struct CRC32 {
  private static let table = (0..<256).map { (number: UInt32) in
    (0..<8).reduce(number) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
  }
  private var sum = UInt32.max

  mutating func update(_ bytes: [UInt8]) {
    let table = Self.table
    for byte in bytes { sum = sum >> 8 ^ table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] }
  }

  var value: UInt32 { ~sum }
}
