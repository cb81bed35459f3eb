import Foundation
import Identity
import Testing

@testable import Ledger

@Suite("Files of a lineage")
struct FileTableTests {
  /// The files of a run that was trained on two corpora, some of whose names are no plain text.
  private func files() throws -> FileTable {
    let studio = try TemporaryLedger()
    let names: [FileName] = [
      FileName("b.mid"), FileName("a\u{9b}\"\u{e9}.mid"), FileName(bytes: [0x66, 0xFF, 0x2E, 0x6D, 0x69, 0x64]),
    ]
    for (number, name) in names.enumerated() {
      let file = TakenFile(name: name, sha256: hash("\(number)"), bytes: 1, notes: 1, seconds: 1)
      _ = try studio.ledger.recordTaken(
        studio.drop(name), sha256: file.sha256, corpus: "jazz", files: [file], seenAt: studio.now, at: studio.now)
    }
    try studio.take("z.mid", into: "bach", "9")
    return try studio.reader.lineage(ofRun: studio.deliver("a", weights: "w", corpora: ["jazz", "bach"])).files
  }

  @Test("they are told as they were taken in, with their exact names")
  func elements() throws {
    let files = try files()
    #expect(files.map(\.corpus) == ["jazz", "jazz", "jazz", "bach"])
    #expect(files.map(\.sha256) == ["0", "1", "2", "9"].map(hash))
    #expect(files[1].name == FileName("a\u{9b}\"\u{e9}.mid"))
    #expect(files[2].name.bytes == [0x66, 0xFF, 0x2E, 0x6D, 0x69, 0x64])
  }

  @Test("as JSON, names that are not UTF-8 stand beside their bytes")
  func json() throws {
    var json = JSONBytes()
    try files().write(to: &json)
    let text = String(decoding: json.bytes, as: UTF8.self)
    #expect(text.contains("\\u009b") && !text.unicodeScalars.contains("\u{9b}"))
    let told = try #require(try JSONSerialization.jsonObject(with: Data(json.bytes)) as? [[String: String]])
    let hashes = told.compactMap { $0["sha256"] }
    #expect(hashes == ["0", "1", "2", "9"].map { hash($0).hex })
    #expect(Set(told.compactMap { $0["name"] }) == ["b.mid", "a\u{9b}\"\u{e9}.mid", "f\\xFF.mid", "z.mid"])
    #expect(told.compactMap { $0["path_base64"] } == ["Zv8ubWlk"])
    #expect(told.first { $0["name"] == "z.mid" }?["corpus"] == "bach")
    var none = JSONBytes()
    FileTable().write(to: &none)
    #expect(none.bytes == Array("[]".utf8))
  }

  @Test("for people they come by corpus and name, with nothing in them that could do harm")
  func lines() throws {
    let text = String(decoding: try files().text(), as: UTF8.self)
    #expect(
      text.split(separator: "\n") == [
        "  bach/z.mid  \(hash("9"))", "  jazz/a\\xC2\\x9B\"\u{e9}.mid  \(hash("1"))", "  jazz/b.mid  \(hash("0"))",
        "  jazz/f\\xFF.mid  \(hash("2"))",
      ])
  }
}
