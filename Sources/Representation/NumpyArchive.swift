/// Writes arrays into one `.npz` file, as `numpy.load` opens it: a zip of `.npy` entries, stored as they are.
///
/// The same arrays give the same bytes: every entry carries the date 1980-01-01. Formats: NumPy's "NPY format",
/// version 1.0, and PKWARE's APPNOTE 6.3.
package struct NumpyArchive {
  /// Takes the bytes of the file, part after part.
  typealias Appending = ([UInt8]) throws -> Void

  private var zip = ZipWriter()

  /// What cannot be written.
  package enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
    /// A zip of this kind ends at 4 GiB.
    case tooLarge

    package var description: String { "more than 4 GiB of arrays; take fewer files at once" }
  }

  /// Writes an array.
  ///
  /// - Throws: `tooLarge` where the file would have 4 GiB or more, and what `append` throws.
  mutating func add(_ array: NumpyArray, to append: Appending) throws {
    let content = array.content
    try add(array.name, type: array.type, shape: array.shape, size: content.count, pieces: 1, to: append) { _ in content
    }
  }

  /// Writes an array from pieces that are asked for twice, first for the checksum that stands before them.
  ///
  /// - Throws: as above.
  mutating func add(
    _ name: String, type: String, shape: [Int], size: Int, pieces: Int, to append: Appending,
    piece: (Int) -> [UInt8]
  ) throws {
    let header = NumpyArray.header(type: type, shape: shape)
    guard zip.offset + zip.directory.count + header.count + size < 0xFFFF_0000 else { throw Failure.tooLarge }
    var sum = CRC32()
    sum.update(header)
    for number in 0..<pieces { sum.update(piece(number)) }
    try append(zip.begin(name: name + ".npy", size: header.count + size, checksum: sum.value))
    try append(header)
    for number in 0..<pieces { try append(piece(number)) }
  }

  /// Writes what stands at the end of the file.
  func finish(to append: Appending) throws { try append(zip.end) }
}

/// An array in memory.
struct NumpyArray: Sendable, Equatable {
  /// The elements of an array, row after row.
  enum Values: Sendable, Equatable {
    case int32([Int32])
    case int64([Int64])
    /// Text of as many code points as the longest has (`<U…`).
    case texts([String])
  }

  var name: String
  /// The extents, outermost first; empty for a single number.
  var shape: [Int]
  var values: Values

  init(_ name: String, shape: [Int], _ values: Values) {
    self.name = name
    self.shape = shape
    self.values = values
  }

  private var textWidth: Int {
    guard case .texts(let texts) = values else { return 0 }
    return max(1, texts.map(\.unicodeScalars.count).max() ?? 1)
  }

  /// The elements' type as NumPy writes it.
  var type: String {
    switch values {
    case .int32: "<i4"
    case .int64: "<i8"
    case .texts: "<U\(textWidth)"
    }
  }

  /// The elements' bytes.
  var content: [UInt8] {
    var content: [UInt8] = []
    switch values {
    case .int32(let numbers):
      content.reserveCapacity(numbers.count * 4)
      for number in numbers { content.appendLittleEndian(UInt32(bitPattern: number)) }
    case .int64(let numbers):
      content.reserveCapacity(numbers.count * 8)
      for number in numbers {
        let bits = UInt64(bitPattern: number)
        content.appendLittleEndian(UInt32(truncatingIfNeeded: bits))
        content.appendLittleEndian(UInt32(truncatingIfNeeded: bits >> 32))
      }
    case .texts(let texts):
      let width = textWidth
      content.reserveCapacity(4 * width * texts.count)
      for text in texts {
        for scalar in text.unicodeScalars { content.appendLittleEndian(scalar.value) }
        for _ in 0..<width - text.unicodeScalars.count { content.appendLittleEndian(UInt32(0)) }
      }
    }
    return content
  }

  /// What stands before an array's elements.
  static func header(type: String, shape: [Int]) -> [UInt8] {
    // A tuple of one element needs its comma.
    let extents = shape.map { "\($0)" }.joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var header = Array("{'descr': '\(type)', 'fortran_order': False, 'shape': (\(extents)), }".utf8)
    // Magic, version, length, header and newline fill a multiple of 64 bytes.
    while (10 + header.count + 1) % 64 != 0 { header.append(0x20) }
    header.append(0x0A)
    var array: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    array.appendLittleEndian(UInt16(header.count))
    return array + header
  }
}

extension [UInt8] {
  mutating func appendLittleEndian(_ value: UInt16) {
    append(UInt8(truncatingIfNeeded: value))
    append(UInt8(truncatingIfNeeded: value >> 8))
  }

  mutating func appendLittleEndian(_ value: UInt32) {
    appendLittleEndian(UInt16(truncatingIfNeeded: value))
    appendLittleEndian(UInt16(truncatingIfNeeded: value >> 16))
  }
}
