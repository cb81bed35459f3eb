import Foundation
import Identity
import Testing

@testable import Studio

@Suite("Memory that an xz file asks for")
struct XZContainerTests {
  /// One stream with empty blocks that ask for dictionaries of these codes (The .xz File Format, section 5.3.1); its
  /// checksums are not right, as nobody looks at them here.
  private func stream(_ dictionaries: [UInt8], filters: Int = 1) -> [UInt8] {
    var bytes: [UInt8] = [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0, 0, 0, 1, 2, 3, 4]
    for code in dictionaries {
      // Delta filters come before LZMA2.
      var header: [UInt8] = [UInt8(filters - 1)]
      for _ in 1..<filters { header += [3, 1, 0] }
      header += [0x21, 1, code]
      while header.count % 4 != 3 { header.append(0) }
      bytes += [UInt8(header.count + 1) / 4] + header + [1, 2, 3, 4]
      // An uncompressed chunk of two bytes, a compressed one of three, and the end.
      bytes += [1, 0, 1, 9, 9, 0xE0, 0, 0, 0, 2, 0x5D, 7, 7, 7, 0]
      while bytes.count % 4 != 0 { bytes.append(0) }
    }
    bytes += [0, UInt8(dictionaries.count)] + dictionaries.flatMap { _ in [20, 0x85, 1] as [UInt8] }
    while bytes.count % 4 != 0 { bytes.append(0) }
    return bytes + [1, 2, 3, 4] + [1, 2, 3, 4, 1, 0, 0, 0, 0, 0] + Array("YZ".utf8)
  }

  private func dictionary(_ bytes: [UInt8]) throws -> Int64? {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("xz-" + UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: url) }
    try Data(bytes).write(to: url)
    let files = GlibcFileSystem()
    let descriptor = try files.open(FileName(url.path), in: workingFolder, flags: 0, permissions: 0)
    defer { files.close(descriptor) }
    var container = XZContainer(descriptor, path: FileName("x"), files: files) {}
    return try container.largestDictionary()
  }

  @Test(
    "the largest dictionary of all blocks and streams counts",
    arguments: [
      ([0], 4096), ([1], 6144), ([22], 8 << 20), ([22, 36], 1 << 30), ([36, 22], 1 << 30), ([40], 0xFFFF_FFFF),
    ] as [([UInt8], Int64)])
  func largest(codes: [UInt8], size: Int64) throws {
    #expect(try dictionary(stream(codes)) == size)
    #expect(try dictionary(stream([0]) + [0, 0, 0, 0] + stream(codes)) == max(size, 4096))
    #expect(try dictionary(stream(codes, filters: 3)) == size)
  }

  @Test("what does not begin as an xz file is none")
  func others() throws {
    #expect(try dictionary([]) == nil)
    #expect(try dictionary(Array("PK".utf8) + [3, 4, 0, 0, 0, 0]) == nil)
  }

  @Test("whatever is cut off or changed, walking ends with a size or a fault")
  func damaged() throws {
    let whole = stream([22, 36], filters: 2)
    for count in 6..<whole.count {
      let fault = #expect(throws: ArchiveFault.self) { try dictionary(Array(whole[..<count])) }
      #expect(fault?.endsEarly == true || fault?.description.contains("damaged") == true)
    }
    var walked = 0
    for place in 6..<whole.count {
      for byte: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
        var bytes = whole
        bytes[place] = byte
        do {
          _ = try dictionary(bytes)
          walked += 1
        } catch is ArchiveFault {}
      }
    }
    #expect(walked > 50)
  }
}
