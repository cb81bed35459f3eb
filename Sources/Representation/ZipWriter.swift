/// Writes a zip file whose entries are stored as they are (APPNOTE 6.3, sections 4.3.7, 4.3.12 and 4.3.16).
///
/// The caller keeps the whole below 4 GiB and 65,535 entries.
struct ZipWriter {
  private(set) var bytes: [UInt8] = []
  private(set) var directory: [UInt8] = []
  private var count: UInt16 = 0

  /// Adds a file.
  mutating func add(name: String, content: [UInt8]) {
    let offset = UInt32(bytes.count)
    let name = Array(name.utf8)
    var facts: [UInt8] = []
    facts.appendLittleEndian(UInt16(20))  // version needed
    facts.appendLittleEndian(UInt16(0x0800))  // names are UTF-8
    facts.appendLittleEndian(UInt16(0))  // stored
    facts.appendLittleEndian(UInt16(0))  // midnight
    facts.appendLittleEndian(UInt16(0x0021))  // 1980-01-01
    facts.appendLittleEndian(crc32(content))
    facts.appendLittleEndian(UInt32(content.count))
    facts.appendLittleEndian(UInt32(content.count))
    facts.appendLittleEndian(UInt16(name.count))
    facts.appendLittleEndian(UInt16(0))  // extra fields

    bytes += [0x50, 0x4B, 0x03, 0x04] + facts + name
    bytes += content

    directory += [0x50, 0x4B, 0x01, 0x02]
    directory.appendLittleEndian(UInt16(0x0314))  // made by: Unix, 2.0
    directory += facts
    directory.appendLittleEndian(UInt16(0))  // comment
    directory.appendLittleEndian(UInt16(0))  // disk
    directory.appendLittleEndian(UInt16(0))  // internal attributes
    directory.appendLittleEndian(UInt32(0o100644) << 16)
    directory.appendLittleEndian(offset)
    directory += name
    count += 1
  }

  /// Returns the whole file.
  func finished() -> [UInt8] {
    var end: [UInt8] = [0x50, 0x4B, 0x05, 0x06, 0, 0, 0, 0]
    end.appendLittleEndian(count)
    end.appendLittleEndian(count)
    end.appendLittleEndian(UInt32(directory.count))
    end.appendLittleEndian(UInt32(bytes.count))
    end.appendLittleEndian(UInt16(0))
    return bytes + directory + end
  }
}

/// Returns the checksum of a zip entry (ISO 3309, polynomial 0x04C11DB7 reflected).
func crc32(_ bytes: [UInt8]) -> UInt32 {
  let table = (0..<256).map { (number: UInt32) in
    (0..<8).reduce(number) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
  }
  var sum = UInt32.max
  for byte in bytes { sum = sum >> 8 ^ table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] }
  return ~sum
}
