package import Identity

/// The files of a snapshot, packed, as there may be very many: one array of bytes, and four numbers a file.
package struct FileTable: Sendable, Equatable, RandomAccessCollection {
  private struct Entry: Sendable, Equatable {
    /// The first digits of the hash, which order most files.
    var key: UInt64
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
    guard hash.count == 64, hash.allSatisfy({ ($0 >= 48 && $0 <= 57) || ($0 >= 97 && $0 <= 102) }) else { return false }
    let start = bytes.count
    bytes.append(contentsOf: hash)
    bytes.append(contentsOf: name)
    let nameEnd = bytes.count
    bytes.append(contentsOf: exact)
    entries.append(
      Entry(
        key: hash.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }, start: start, nameEnd: nameEnd, end: bytes.count,
        corpus: corpus))
    return true
  }

  /// Takes only the files of these places along.
  mutating func keep(_ isKept: (SnapshotFile) -> Bool) {
    let kept = indices.filter { isKept(self[$0]) }
    entries = kept.map { entries[$0] }
  }

  /// Writes the files as a JSON array that is a member of an object, in the order of their hashes.
  package func write(to json: inout JSONBytes) {
    guard !isEmpty else { return json.append("[]") }
    let shown = corpora.map { Array(",\n      \"corpus\": \(JSONValue.string($0).text())\n    }".utf8) }
    bytes.withUnsafeBufferPointer { bytes in
      let sorted = entries.sorted { a, b in
        if a.key != b.key { return a.key < b.key }
        return bytes[a.start..<a.start + 64].lexicographicallyPrecedes(bytes[b.start..<b.start + 64])
      }
      for (place, entry) in sorted.enumerated() {
        json.append(place == 0 ? "[\n    {\n      \"name\": " : ",\n    {\n      \"name\": ")
        json.append(string: UnsafeBufferPointer(rebasing: bytes[entry.start + 64..<entry.nameEnd]))
        if entry.end > entry.nameEnd {
          json.append(",\n      \"path_base64\": ")
          let exact = FileName(bytes: Array(bytes[entry.nameEnd..<entry.end]))
          json.append(JSONValue.base64(of: exact).text())
        }
        json.append(",\n      \"sha256\": ")
        json.append(string: UnsafeBufferPointer(rebasing: bytes[entry.start..<entry.start + 64]))
        json.append(shown[entry.corpus])
      }
    }
    json.append("\n  ]")
  }

  /// The files for people, a line each, by corpus and name: `  bach/371.mid  3f8a…`.
  package func lines() -> [String] {
    let shown = corpora.map { FileName($0).shown }
    let order = shown.indices.sorted { shown[$0] < shown[$1] }
    var rank = [Int](repeating: 0, count: shown.count)
    for (place, corpus) in order.enumerated() { rank[corpus] = place }
    return bytes.withUnsafeBufferPointer { bytes in
      let sorted = entries.sorted { a, b in
        if a.corpus != b.corpus { return rank[a.corpus] < rank[b.corpus] }
        return bytes[a.start + 64..<a.nameEnd].lexicographicallyPrecedes(bytes[b.start + 64..<b.nameEnd])
      }
      return sorted.map { entry in
        let hash = String(decoding: bytes[entry.start..<entry.start + 64], as: UTF8.self)
        let name = FileName(bytes: Array(bytes[entry.start + 64..<entry.nameEnd])).shown
        return "  \(shown[entry.corpus])/\(name)  \(hash)"
      }
    }
  }
}
