/// Reads the header of a safetensors file: strict JSON (RFC 8259) of the one form that such a header has.
///
/// The form is fixed, so nothing here recurses and nesting cannot be deep; the length is limited before.
struct SafetensorsHeaderScanner {
  /// One tensor as the header tells it.
  struct Entry {
    var name: String
    var shape: [Int]
    /// Bytes from the start of the values.
    var begin: Int
    /// Bytes from the start of the values.
    var end: Int
    /// Bytes that the shape needs.
    var length: Int
    /// Where the entry stands in the file.
    var offset: Int
  }

  private let bytes: [UInt8]
  private let end: Int
  private var place: Int

  /// Makes a scanner of the bytes in `range`, which lies inside `bytes`.
  init(bytes: [UInt8], range: Range<Int>) {
    self.bytes = bytes
    place = range.lowerBound
    end = range.upperBound
  }

  /// Reads the whole header.
  mutating func header() throws(SafetensorsError) -> (entries: [Entry], metadata: [String: String]) {
    var entries: [Entry] = []
    var names: Set<String> = []
    var metadata: [String: String]?
    guard current == UInt8(ascii: "{") else { throw fault("the header does not begin with {") }
    try members { (scanner: inout Self, key: String, offset: Int) throws(SafetensorsError) in
      if key == "__metadata__" {
        guard metadata == nil else { throw SafetensorsError("a second __metadata__", at: offset) }
        metadata = try scanner.texts()
        return
      }
      guard names.insert(key).inserted else {
        throw SafetensorsError("a second tensor \(key.shownSafely)", at: offset)
      }
      entries.append(try scanner.entry(named: key, at: offset))
    }
    skipSpace()
    guard place == end else { throw fault("text after the header's closing }") }
    return (entries, metadata ?? [:])
  }

  /// Reads an object whose values are texts.
  private mutating func texts() throws(SafetensorsError) -> [String: String] {
    var texts: [String: String] = [:]
    try members { (scanner: inout Self, key: String, offset: Int) throws(SafetensorsError) in
      let value = try scanner.string("a text, as every value of __metadata__ is")
      guard texts.updateValue(value, forKey: key) == nil else {
        throw SafetensorsError("a second \(key.shownSafely) in __metadata__", at: offset)
      }
    }
    return texts
  }

  /// Reads `{"dtype":"F32","shape":[…],"data_offsets":[begin,end]}`, the keys in any order.
  private mutating func entry(named name: String, at offset: Int) throws(SafetensorsError) -> Entry {
    var type: String?
    var shape: [Int]?
    var offsets: [Int]?
    try members { (scanner: inout Self, key: String, place: Int) throws(SafetensorsError) in
      let isSecond =
        switch key {
        case "dtype": type != nil
        case "shape": shape != nil
        case "data_offsets": offsets != nil
        default: false
        }
      guard !isSecond else { throw SafetensorsError("a second \(key) of tensor \(name.shownSafely)", at: place) }
      switch key {
      case "dtype": type = try scanner.string("a data type")
      case "shape": shape = try scanner.numbers()
      case "data_offsets": offsets = try scanner.numbers()
      default:
        throw SafetensorsError(
          "unknown key \(key.shownSafely) of tensor \(name.shownSafely); expected dtype, shape or data_offsets",
          at: place)
      }
    }
    let shown = name.shownSafely
    guard let type, let shape, let offsets else {
      throw SafetensorsError("tensor \(shown) lacks one of dtype, shape and data_offsets", at: offset)
    }
    guard type == "F32" else {
      throw SafetensorsError(
        "tensor \(shown) is of type \(type.shownSafely); only F32 is read: convert it before saving", at: offset)
    }
    guard offsets.count == 2 else {
      throw SafetensorsError("tensor \(shown) has \(offsets.count) data_offsets; expected 2", at: offset)
    }
    // The largest extents may stand beside a 0, so the product alone is not enough to be safe.
    var length = 4
    for extent in shape {
      let (product, overflow) = length.multipliedReportingOverflow(by: extent)
      guard !overflow else { throw SafetensorsError("the shape of tensor \(shown) is too large", at: offset) }
      length = product
    }
    return Entry(name: name, shape: shape, begin: offsets[0], end: offsets[1], length: length, offset: offset)
  }

  /// Reads an object and hands each key, with the value next, to `read`.
  private mutating func members(
    _ read: (inout Self, String, Int) throws(SafetensorsError) -> Void
  ) throws(SafetensorsError) {
    try take(UInt8(ascii: "{"), "{")
    skipSpace()
    if takes(UInt8(ascii: "}")) { return }
    repeat {
      skipSpace()
      let offset = place
      let key = try string("a key in quotation marks")
      skipSpace()
      try take(UInt8(ascii: ":"), ":")
      skipSpace()
      try read(&self, key, offset)
      skipSpace()
    } while takes(UInt8(ascii: ","))
    try take(UInt8(ascii: "}"), ", or }")
  }

  /// Reads an array of whole numbers from 0.
  private mutating func numbers() throws(SafetensorsError) -> [Int] {
    var numbers: [Int] = []
    try take(UInt8(ascii: "["), "[")
    skipSpace()
    if takes(UInt8(ascii: "]")) { return [] }
    repeat {
      skipSpace()
      numbers.append(try number())
      skipSpace()
    } while takes(UInt8(ascii: ","))
    try take(UInt8(ascii: "]"), ", or ]")
    return numbers
  }

  private mutating func number() throws(SafetensorsError) -> Int {
    let start = place
    var value = 0
    while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      let (tens, first) = value.multipliedReportingOverflow(by: 10)
      let (sum, second) = tens.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
      guard !first, !second else { throw SafetensorsError("a number is too large", at: start) }
      value = sum
      place += 1
    }
    guard place > start else { throw fault("expected a whole number, 0 or more") }
    guard place == start + 1 || bytes[start] != UInt8(ascii: "0") else {
      throw SafetensorsError("a number begins with 0", at: start)
    }
    return value
  }
}

extension SafetensorsHeaderScanner {
  /// Reads a string; `expected` says what it stands for.
  private mutating func string(_ expected: String) throws(SafetensorsError) -> String {
    let start = place
    guard takes(UInt8(ascii: "\"")) else { throw fault("expected \(expected)") }
    var text: [UInt8] = []
    while let byte = current {
      place += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          throw SafetensorsError("a text is not UTF-8", at: start)
        }
        return string
      case UInt8(ascii: "\\"): text.append(contentsOf: try escaped().utf8)
      case 0..<0x20: throw SafetensorsError("a control character in a text", at: place - 1)
      default: text.append(byte)
      }
    }
    throw SafetensorsError("a text does not end inside the header", at: start)
  }

  /// Reads what stands after a backslash.
  private mutating func escaped() throws(SafetensorsError) -> String {
    let start = place - 1
    guard let byte = current else { throw fault("a text does not end inside the header") }
    place += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): break
    default: throw SafetensorsError("an unknown escape in a text", at: start)
    }
    let first = try fourDigits()
    var value = UInt32(first)
    if (0xD800..<0xDC00).contains(first) {
      guard takes(UInt8(ascii: "\\")), takes(UInt8(ascii: "u")) else {
        throw SafetensorsError("half of a surrogate pair in a text", at: start)
      }
      let second = try fourDigits()
      guard (0xDC00..<0xE000).contains(second) else {
        throw SafetensorsError("half of a surrogate pair in a text", at: start)
      }
      value = 0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(value) else {
      throw SafetensorsError("half of a surrogate pair in a text", at: start)
    }
    return String(scalar)
  }

  private mutating func fourDigits() throws(SafetensorsError) -> UInt16 {
    var value: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw fault("expected four hexadecimal digits")
      }
      value = value << 4 | UInt16(digit)
      place += 1
    }
    return value
  }

  private var current: UInt8? { place < end ? bytes[place] : nil }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { place += 1 }
  }

  private mutating func takes(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    place += 1
    return true
  }

  private mutating func take(_ byte: UInt8, _ expected: String) throws(SafetensorsError) {
    guard takes(byte) else { throw fault("expected \(expected)") }
  }

  private func fault(_ message: String) -> SafetensorsError {
    SafetensorsError(place < end ? message : "\(message), but the header ends", at: place)
  }
}
