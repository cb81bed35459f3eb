extension Safetensors {
  /// Reads a file.
  ///
  /// - Throws: `SafetensorsError` where the header is longer than 16 MiB or no strict JSON of the known form, a tensor is not
  ///   F32, its length is not shape × 4, or the tensors overlap, leave a gap, or do not end where the file ends.
  package init(bytes: [UInt8]) throws(SafetensorsError) {
    let header = try Safetensors.headerRange(of: bytes)
    var scanner = SafetensorsHeaderScanner(bytes: bytes, range: header)
    let parsed = try scanner.header()
    let payload = header.upperBound..<bytes.count
    try Safetensors.checkPlaces(of: parsed.entries, in: payload)
    var tensors: [Tensor] = []
    tensors.reserveCapacity(parsed.entries.count)
    for entry in parsed.entries {
      let place = payload.lowerBound + entry.begin..<payload.lowerBound + entry.end
      tensors.append(
        Tensor(name: entry.name, shape: entry.shape, values: Safetensors.floats(bytes, place)))
    }
    self.init(tensors: tensors, metadata: parsed.metadata)
  }

  /// Finds where the header lies.
  private static func headerRange(of bytes: [UInt8]) throws(SafetensorsError) -> Range<Int> {
    guard bytes.count >= 8 else {
      throw SafetensorsError("not a safetensors file: \(bytes.count) bytes, at least 8 are needed", at: 0)
    }
    let length = bytes[0..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(headerLimit) else {
      throw SafetensorsError(
        "not a safetensors file, or its header is too long: \(length) bytes; the limit is \(headerLimit)", at: 0)
    }
    guard Int(length) <= bytes.count - 8 else {
      throw SafetensorsError(
        "the file ends early: the header needs \(length) bytes, \(bytes.count - 8) are left", at: 8)
    }
    return 8..<8 + Int(length)
  }

  /// Checks that the tensors fill the payload with no overlap and no gap.
  private static func checkPlaces(
    of entries: [SafetensorsHeaderScanner.Entry], in payload: Range<Int>
  ) throws(SafetensorsError) {
    for entry in entries {
      let name = entry.name.shownSafely
      guard entry.begin <= entry.end else {
        throw SafetensorsError("tensor \(name) ends (\(entry.end)) before it begins (\(entry.begin))", at: entry.offset)
      }
      guard entry.end <= payload.count else {
        throw SafetensorsError(
          "the file ends early: tensor \(name) ends at byte \(entry.end) of the values, \(payload.count) are there",
          at: entry.offset)
      }
      guard entry.length == entry.end - entry.begin else {
        throw SafetensorsError(
          "tensor \(name) has \(entry.end - entry.begin) bytes; its shape \(entry.shape) needs \(entry.length)",
          at: entry.offset)
      }
    }
    var next = 0
    for entry in entries.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
      guard entry.begin == next else {
        let fault = entry.begin < next ? "overlaps the tensor before it" : "leaves a gap before it"
        throw SafetensorsError(
          "tensor \(entry.name.shownSafely) \(fault): it begins at byte \(entry.begin) of the values, expected \(next)",
          at: entry.offset)
      }
      next = entry.end
    }
    guard next == payload.count else {
      throw SafetensorsError(
        "\(payload.count - next) bytes after the last tensor's values", at: payload.lowerBound + next)
    }
  }

  /// Copies values out of the file: one copy of memory, since a loop over elements takes seconds in a debug build.
  private static func floats(_ bytes: [UInt8], _ place: Range<Int>) -> [Float] {
    let count = place.count / 4
    // An array made without values is the process's one empty array, and its count would be written: a race.
    guard count > 0 else { return [] }
    return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      bytes.withUnsafeBytes { source in
        UnsafeMutableRawBufferPointer(buffer).copyMemory(from: UnsafeRawBufferPointer(rebasing: source[place]))
      }
      initialized = count
    }
  }
}

#if _endian(big)
  #error("values are copied as they lie in memory, which must be little-endian")
#endif

extension String {
  /// The text in quotation marks, at most 80 characters, with what may harm a terminal as `\u{…}`.
  var shownSafely: String {
    var shown = "“"
    for (number, scalar) in unicodeScalars.enumerated() {
      if number == 80 {
        shown += "…"
        break
      }
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
        shown += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
      default: shown.unicodeScalars.append(scalar)
      }
    }
    return shown + "”"
  }
}
