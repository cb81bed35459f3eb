/// Arrays in one `.npz` file, as `numpy.load` opens it: a zip of `.npy` entries, stored as they are.
///
/// The same arrays give the same bytes: every entry carries the date 1980-01-01. Formats: NumPy's "NPY format",
/// version 1.0, and PKWARE's APPNOTE 6.3.
package struct NumpyArchive: Sendable, Equatable {
  /// The elements of an array, row after row.
  package enum Values: Sendable, Equatable {
    case uint8([UInt8])
    case int32([Int32])
    case int64([Int64])
    /// Text of as many code points as the longest has (`<U…`).
    case texts([String])
  }

  /// One array.
  package struct Entry: Sendable, Equatable {
    package var name: String
    /// The extents, outermost first; empty for a single number.
    package var shape: [Int]
    package var values: Values

    package init(_ name: String, shape: [Int], _ values: Values) {
      self.name = name
      self.shape = shape
      self.values = values
    }
  }

  /// The arrays, in the order written.
  package var entries: [Entry]

  package init(_ entries: [Entry] = []) {
    self.entries = entries
  }

  /// What cannot be written.
  package enum Failure: Error, Sendable, Equatable, CustomStringConvertible {
    /// A zip of this kind ends at 4 GiB.
    case tooLarge

    package var description: String { "more than 4 GiB of arrays; take fewer files at once" }
  }

  /// Returns the bytes of the file.
  ///
  /// - Throws: `tooLarge` where they would be 4 GiB or more.
  package func encoded() throws(Failure) -> [UInt8] {
    var zip = ZipWriter()
    for entry in entries {
      let array = entry.encoded()
      guard zip.bytes.count + zip.directory.count + array.count < 0xFFFF_0000 else { throw .tooLarge }
      zip.add(name: entry.name + ".npy", content: array)
    }
    return zip.finished()
  }
}

extension NumpyArchive.Entry {
  /// Returns the array as a `.npy` file.
  func encoded() -> [UInt8] {
    let type: String
    var content: [UInt8] = []
    switch values {
    case .uint8(let numbers):
      type = "|u1"
      content = numbers
    case .int32(let numbers):
      type = "<i4"
      content.reserveCapacity(numbers.count * 4)
      for number in numbers { content.appendLittleEndian(UInt32(bitPattern: number)) }
    case .int64(let numbers):
      type = "<i8"
      content.reserveCapacity(numbers.count * 8)
      for number in numbers {
        let bits = UInt64(bitPattern: number)
        content.appendLittleEndian(UInt32(truncatingIfNeeded: bits))
        content.appendLittleEndian(UInt32(truncatingIfNeeded: bits >> 32))
      }
    case .texts(let texts):
      let width = max(1, texts.map(\.unicodeScalars.count).max() ?? 1)
      type = "<U\(width)"
      for text in texts {
        for scalar in text.unicodeScalars { content.appendLittleEndian(scalar.value) }
        content += [UInt8](repeating: 0, count: 4 * (width - text.unicodeScalars.count))
      }
    }
    // A tuple of one element needs its comma.
    let extents = shape.map { "\($0)" }.joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var header = Array("{'descr': '\(type)', 'fortran_order': False, 'shape': (\(extents)), }".utf8)
    // Magic, version, length, header and newline fill a multiple of 64 bytes.
    while (10 + header.count + 1) % 64 != 0 { header.append(0x20) }
    header.append(0x0A)
    var array: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0]
    array.appendLittleEndian(UInt16(header.count))
    return array + header + content
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
