extension Safetensors {
  /// Returns the bytes of the file, the same ones for the same tensors and texts.
  ///
  /// Tensors stand in their order, texts in the byte order of their keys; spaces fill the header up to a multiple of
  /// 8 bytes, as the library `safetensors` does. A reader takes the texts from the first key.
  /// - Precondition: every tensor has as many values as its shape tells.
  package func encoded() -> [UInt8] {
    for tensor in tensors {
      precondition(
        tensor.shape.reduce(1, *) == tensor.values.count,
        "tensor \(tensor.name) holds \(tensor.values.count) values; its shape is \(tensor.shape)")
    }
    let header = Safetensors.header(of: tensors.map { ($0.name, $0.shape) }, metadata: metadata)
    return Safetensors.joined(header, tensors, valueBytes: tensors.reduce(0) { $0 + $1.values.count * 4 })
  }

  /// Returns what stands before the values, for a file that is written tensor by tensor: length and header.
  package static func header(
    of tensors: [(name: String, shape: [Int])], metadata: [String: String]
  ) -> [UInt8] {
    var header: [UInt8] = [UInt8(ascii: "{")]
    if !metadata.isEmpty {
      header += "\"__metadata__\":{".utf8
      let keys = metadata.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      for (number, key) in keys.enumerated() {
        if number > 0 { header.append(UInt8(ascii: ",")) }
        header.appendJSON(key)
        header.append(UInt8(ascii: ":"))
        header.appendJSON(metadata[key] ?? "")
      }
      header.append(UInt8(ascii: "}"))
    }
    var begin = 0
    for tensor in tensors {
      let end = begin + tensor.shape.reduce(1, *) * 4
      if header.count > 1 { header.append(UInt8(ascii: ",")) }
      header.appendJSON(tensor.name)
      let shape = tensor.shape.map { String($0) }.joined(separator: ",")
      header += ":{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(begin),\(end)]}".utf8
      begin = end
    }
    header.append(UInt8(ascii: "}"))
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> ($0 * 8)) }
    return length + header
  }

  /// Puts the values behind the header, tensor by tensor with one copy of memory each.
  private static func joined(_ header: [UInt8], _ tensors: [Tensor], valueBytes: Int) -> [UInt8] {
    let total = header.count + valueBytes
    return [UInt8](unsafeUninitializedCapacity: total) { buffer, initialized in
      let target = UnsafeMutableRawBufferPointer(buffer)
      header.withUnsafeBytes { target.copyMemory(from: $0) }
      var place = header.count
      for tensor in tensors {
        tensor.values.withUnsafeBytes { source in
          UnsafeMutableRawBufferPointer(rebasing: target[place...]).copyMemory(from: source)
          place += source.count
        }
      }
      initialized = total
    }
  }
}

extension [UInt8] {
  /// Adds a text as JSON writes it, with the short escapes where there are some.
  fileprivate mutating func appendJSON(_ text: String) {
    let digits = Array("0123456789abcdef".utf8)
    append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): self += [UInt8(ascii: "\\"), byte]
      case 0x08: self += "\\b".utf8
      case 0x09: self += "\\t".utf8
      case 0x0A: self += "\\n".utf8
      case 0x0C: self += "\\f".utf8
      case 0x0D: self += "\\r".utf8
      case 0..<0x20: self += "\\u00".utf8 + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      default: append(byte)
      }
    }
    append(UInt8(ascii: "\""))
  }
}
