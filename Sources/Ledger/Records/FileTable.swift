package import Identity

/// The files of a snapshot, packed, as there may be very many: one array of bytes, and four numbers a file.
package struct FileTable: Sendable, Equatable, RandomAccessCollection {
  private struct Entry: Sendable, Equatable {
    /// Where the hash begins; the name follows it, and then its bytes, where the name is no exact text.
    var start: Int
    var nameEnd: Int
    var end: Int
    /// The corpus's place in `corpora`.
    var corpus: Int
  }

  private var bytes: [UInt8] = []
  private var entries: [Entry] = []
  private var corpora: [String] = []

  package init() {}

  package var startIndex: Int { 0 }
  package var endIndex: Int { entries.count }

  package subscript(place: Int) -> SnapshotFile {
    let entry = entries[place]
    let exact = entry.end > entry.nameEnd ? bytes[entry.nameEnd..<entry.end] : bytes[entry.start + 64..<entry.nameEnd]
    let hex = String(decoding: bytes[entry.start..<entry.start + 64], as: UTF8.self)
    // Every hash was looked at before it was added.
    return SnapshotFile(
      corpus: corpora[entry.corpus], name: FileName(bytes: Array(exact)),
      sha256: ContentHash(hex: hex) ?? ContentHash(of: []))
  }

  /// Sets room aside for so many files.
  mutating func reserve(_ count: Int) {
    entries.reserveCapacity(count)
    bytes.reserveCapacity(count * 96)
  }

  /// Adds a corpus, to which files refer by the place that it gives.
  mutating func add(corpus: String) -> Int {
    corpora.append(corpus)
    return corpora.count - 1
  }

  /// Adds a file as the ledger has it; false: its hash is none.
  mutating func add(
    hash: UnsafeBufferPointer<UInt8>, name: UnsafeBufferPointer<UInt8>, exactly exact: UnsafeBufferPointer<UInt8>,
    corpus: Int
  ) -> Bool {
    // All bytes alike, which the compiler does many at a time.
    var others: UInt8 = 0
    for byte in hash { others |= (byte &- 48 <= 9 ? 0 : 1) & (byte &- 97 <= 5 ? 0 : 1) }
    guard hash.count == 64, others == 0 else { return false }
    let start = bytes.count
    bytes.append(contentsOf: hash)
    bytes.append(contentsOf: name)
    let nameEnd = bytes.count
    if !exact.isEmpty { bytes.append(contentsOf: exact) }
    entries.append(Entry(start: start, nameEnd: nameEnd, end: bytes.count, corpus: corpus))
    return true
  }

  /// Takes only some of the files along.
  mutating func keep(_ isKept: (SnapshotFile) -> Bool) {
    let kept = indices.filter { isKept(self[$0]) }
    entries = kept.map { entries[$0] }
  }

  /// Writes the files as a JSON array that is a member of an object.
  package func write(to json: inout JSONBytes) {
    guard !isEmpty else { return json.append("[]") }
    let (name, hash) = (Array(",\n    {\n      \"name\": ".utf8), Array(",\n      \"sha256\": \"".utf8))
    let ends = corpora.map { Array("\",\n      \"corpus\": \(JSONValue.string($0).text())\n    }".utf8) }
    bytes.withUnsafeBufferPointer { bytes in
      for (place, entry) in entries.enumerated() {
        if place == 0 { json.append(Array("[".utf8) + name.dropFirst()) } else { json.append(name) }
        json.append(string: UnsafeBufferPointer(rebasing: bytes[entry.start + 64..<entry.nameEnd]))
        if entry.end > entry.nameEnd {
          let exact = FileName(bytes: Array(bytes[entry.nameEnd..<entry.end]))
          json.append(",\n      \"path_base64\": " + JSONValue.base64(of: exact).text())
        }
        json.append(hash)
        json.append(UnsafeBufferPointer(rebasing: bytes[entry.start..<entry.start + 64]))
        json.append(ends[entry.corpus])
      }
    }
    json.append("\n  ]")
  }

  /// The files for people, a line each, by corpus and name: `  bach/371.mid  3f8a…`.
  package func text() -> [UInt8] {
    var places = [[Int]](repeating: [], count: corpora.count)
    for (place, entry) in entries.enumerated() { places[entry.corpus].append(place) }
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count + entries.count * 24)
    bytes.withUnsafeBufferPointer { bytes in
      func name(_ place: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(rebasing: bytes[entries[place].start + 64..<entries[place].nameEnd])
      }
      for corpus in corpora.indices.sorted(by: { corpora[$0] < corpora[$1] }) {
        let lead = Array("  \(FileName(corpora[corpus]).shown)/".utf8)
        for place in places[corpus].sorted(by: { name($0).lexicographicallyPrecedes(name($1)) }) {
          text.append(contentsOf: lead)
          let name = name(place)
          if name.allSatisfy({ $0 >= 0x20 && $0 <= 0x7E }) {
            text.append(contentsOf: name)
          } else {
            text.append(contentsOf: FileName(bytes: Array(name)).shown.utf8)
          }
          text.append(0x20)
          text.append(0x20)
          text.append(contentsOf: bytes[entries[place].start..<entries[place].start + 64])
          text.append(0x0A)
        }
      }
    }
    return text
  }
}
