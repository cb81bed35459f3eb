import Foundation
import Glibc
import Identity
import Ledger
import Testing

@testable import Studio

@Suite("Archives")
struct ArchiveTests {
  private static let jobs = "version: 1\nstudio: {settle: 0s}\njobs: {}\n"

  init() { setlocale(LC_CTYPE, "C.UTF-8") }

  /// Drops an archive that `Golden/make_archives.py` made, and makes a pass.
  private func drop(_ golden: String, as name: String, jobs: String = ArchiveTests.jobs) throws -> TemporaryStudio {
    let studio = try TemporaryStudio(jobs: jobs)
    let folder = try #require(Bundle.module.url(forResource: "Golden", withExtension: nil))
    try studio.write("inbox/" + name, Array(try Data(contentsOf: folder.appendingPathComponent(golden))))
    #expect(try studio.pass().status == 0)
    return studio
  }

  private func reason(_ studio: TemporaryStudio, _ name: String) throws -> String {
    String(decoding: try studio.bytes("inbox/rejected/\(name).reason.txt"), as: UTF8.self)
  }

  @Test(
    "an archive of each kind is a corpus of its name, and leaves the inbox",
    arguments: [
      ("plain.zip", "jazz.zip"), ("stored.zip", "jazz.ZIP"), ("plain.tar", "jazz.tar"), ("plain.tar.gz", "jazz.tar.gz"),
      ("plain.tar.gz", "jazz.tgz"), ("plain.tar.xz", "jazz.tar.xz"), ("plain.tar.xz", "jazz.txz"),
    ])
  func kinds(golden: String, name: String) throws {
    let studio = try drop(golden, as: name)
    let files = try studio.reader.files(ofCorpus: "jazz")
    #expect(files.map(\.name) == [FileName("a.mid"), FileName("b.mid")])
    #expect(files.map(\.sha256) == [60, 61].map { ContentHash(of: TestMIDI.file(pitch: $0)) })
    let drop = try #require(try studio.reader.drops().first)
    #expect(drop.fate == .taken && drop.corpus == "jazz" && drop.reason == "2 of 2 entries are MIDI files")
    #expect(!studio.exists("inbox/" + name))
  }

  @Test("an archive in a folder belongs to the folder's corpus, its name before its entries' names")
  func folder() throws {
    let studio = try drop("plain.zip", as: "bach/more/set.zip")
    #expect(
      try studio.reader.files(ofCorpus: "bach").map(\.name) == [
        FileName("more/set/a.mid"), FileName("more/set/b.mid"),
      ])
  }

  @Test("a path is a name and never a place", arguments: ["escaping.zip", "escaping.tar"])
  func escaping(golden: String) throws {
    let studio = try drop(golden, as: golden)
    let names = Set(try studio.reader.files(ofCorpus: "escaping").map(\.name))
    #expect(
      names
        == Set(["up.mid", "root.mid", "in.mid", "set/in.mid", "set/line\nbreak\u{1B}[31m.mid"].map { FileName($0) }))
    #expect(studio.listing("").filter { $0.hasSuffix("up.mid") || $0.hasSuffix("root.mid") }.isEmpty)
  }

  @Test("links, devices, pipes and folders are passed over and counted")
  func special() throws {
    let studio = try drop("special.tar", as: "special.tar")
    #expect(try studio.reader.files(ofCorpus: "special").count == 2)
    #expect(
      try studio.reader.drops().first?.reason
        == "2 of 7 entries are MIDI files; passed over: 5 that are no regular files")
  }

  @Test("an archive in an archive, other files and bad MIDI files are passed over and counted")
  func others() throws {
    let studio = try drop("others.zip", as: "others.zip")
    #expect(try studio.reader.files(ofCorpus: "others").map(\.name) == [FileName("a.mid"), FileName("b.mid")])
    let reason = try #require(try studio.reader.drops().first?.reason)
    #expect(
      reason.hasPrefix(
        "3 of 9 entries are MIDI files; passed over: 2 with names that are left alone, 2 of another kind, 2 not usable")
    )
    #expect(reason.contains("'bad.mid'") && reason.contains("'inner.mid'"))
  }

  @Test("names are UTF-8 or bytes as they stand")
  func names() throws {
    let unicode = try drop("unicode.zip", as: "u.zip")
    #expect(try unicode.reader.files(ofCorpus: "u").map(\.name) == [FileName("Präludium é.mid")])
    let latin = try drop("latin.tar", as: "l.tar")
    #expect(
      try latin.reader.files(ofCorpus: "l").map(\.name.bytes) == [Array("Pr".utf8) + [0xE4] + Array("ludium.mid".utf8)])
  }

  @Test(
    "what breaks a limit is refused whole, with nothing stored",
    arguments: [
      ("encrypted.zip", "", "encrypted"), ("ratio.zip", "file_bytes: 128 MiB", "200 times"),
      ("twice.tar.gz", "", "compressed more than once"), ("plain.zip", "archive_bytes: 1 KiB, file_bytes: 1 KiB", ""),
      ("ratio.zip", "", "32 MiB (limits.file_bytes)"),
      ("ratio.zip", "archive_bytes: 8 MiB, file_bytes: 128 MiB", "8 MiB unpacked (limits.archive_bytes)"),
      ("empty.zip", "", "no file that can be used: 0 of 1"), ("damaged.zip", "", "not usable as an archive"),
    ])
  func refused(golden: String, limits: String, expected: String) throws {
    let jobs = limits.isEmpty ? Self.jobs : Self.jobs + "limits: {\(limits)}\n"
    let studio = try drop(golden, as: golden, jobs: jobs)
    guard !expected.isEmpty else {
      #expect(try studio.reader.drops().map(\.fate) == [.taken])
      return
    }
    #expect(try reason(studio, golden).contains(expected))
    #expect(try studio.reader.drops().map(\.fate) == [.rejected])
    #expect(studio.listing(".ritornello/objects").filter { $0.hasSuffix(".mid") }.isEmpty)
  }

  @Test("an archive that is cut short is waited for, then rejected")
  func cut() throws {
    let studio = try drop("cut.zip", as: "cut.zip")
    #expect(try studio.reader.problems().map(\.code) == ["ends-too-early"])
    #expect(try studio.reader.objects().isEmpty)
    studio.clock.advance(660)
    try studio.pass()
    #expect(studio.exists("inbox/rejected/cut.zip"))
    #expect(try studio.reader.objects().isEmpty)
  }

  @Test("what only has the name of an archive is rejected")
  func junk() throws {
    let studio = try TemporaryStudio(jobs: Self.jobs)
    try studio.write("inbox/junk.tar.gz", [1, 2, 3])
    try studio.pass()
    #expect(try reason(studio, "junk.tar.gz").contains("not usable as an archive"))
  }

  @Test("an archive of more entries than the limit is refused")
  func count() throws {
    let studio = try TemporaryStudio(jobs: Self.jobs)
    let header = TarEntry.header(name: "x.txt", size: 0)
    var tar: [UInt8] = []
    for _ in 0...100_000 { tar += header }
    try studio.write("inbox/many.tar", tar + [UInt8](repeating: 0, count: 1024))
    try studio.pass()
    #expect(try reason(studio, "many.tar").contains("more than 100000 entries"))
  }

  @Test("a method that may take any amount of memory to unpack is refused")
  func methods() throws {
    let studio = try TemporaryStudio(jobs: Self.jobs)
    let folder = try #require(Bundle.module.url(forResource: "Golden", withExtension: nil))
    for name in ["lzma", "bzip2"] {
      try studio.write(
        "inbox/\(name).zip", Array(try Data(contentsOf: folder.appendingPathComponent(name + ".zip"))))
    }
    try studio.pass()
    #expect(try reason(studio, "lzma.zip").contains("packed by a method that is not read (ZIP 6.3 (lzma))"))
    #expect(try reason(studio, "bzip2.zip").contains("use deflate"))
    #expect(try studio.reader.objects().isEmpty)
  }

  @Test("an xz file whose decoder would take too much memory is refused")
  func memory() throws {
    let studio = try drop("memory.tar.xz", as: "memory.tar.xz")
    #expect(
      try reason(studio, "memory.tar.xz").contains("needs 1024 MiB of memory to be unpacked; the limit is 128 MiB"))
    #expect(try studio.reader.objects().isEmpty)
  }

  @Test("while a large archive is read life goes on; told to stop, it is left whole and read another time")
  func pulse() throws {
    let studio = try TemporaryStudio(jobs: Self.jobs)
    var tar: [UInt8] = []
    for number in 0..<100 {
      let song = TestMIDI.file(pitch: UInt8(number))
      tar += TarEntry.header(name: "\(number).mid", size: song.count) + song
      tar += [UInt8](repeating: 0, count: 512 - song.count)
    }
    try studio.write("inbox/many.tar", tar + [UInt8](repeating: 0, count: 1024))
    let session = try studio.session()
    var pulses = 0
    session.intake.pulse = {
      pulses += 1
      if pulses == 150 { throw IntakeStopped() }
    }
    let look = try session.takeIn()
    #expect(look.isPartial && look.decided == 0 && look.machineError == nil)
    #expect(try studio.reader.drops().isEmpty && studio.exists("inbox/many.tar"))
    #expect(studio.listing(".ritornello/objects").filter { $0.contains(".mid") }.isEmpty)
    #expect(try session.takeIn().decided == 1)
    #expect(pulses > 300)
    #expect(try studio.reader.files(ofCorpus: "many").count == 100)
  }

  @Test("a fault of the machine while an archive is read leaves it in the inbox")
  func machine() throws {
    let studio = try TemporaryStudio(jobs: Self.jobs)
    try studio.write("inbox/x.tar", TarEntry.header(name: "a.mid", size: 0))
    studio.files = FaultyFileSystem { call, path in call == "read" && path.shown == "x.tar" ? EIO : nil }
    #expect(try studio.pass().status == 74)
    #expect(studio.exists("inbox/x.tar"))
  }
}

/// A ustar header (POSIX.1-2017, pax, "ustar Interchange Format").
enum TarEntry {
  static func header(name: String, size: Int) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, at offset: Int) {
      for (index, byte) in text.utf8.enumerated() { block[offset + index] = byte }
    }
    let octal = String(size, radix: 8)
    put(name, at: 0)
    put("0000644", at: 100)
    put("0000000", at: 108)
    put("0000000", at: 116)
    put(String(repeating: "0", count: 11 - octal.count) + octal, at: 124)
    put("00000000000", at: 136)
    put("        0", at: 148)
    put("ustar", at: 257)
    put("00", at: 263)
    let sum = String(block.reduce(0) { $0 + Int($1) }, radix: 8)
    put(String(repeating: "0", count: 6 - sum.count) + sum + "\0 ", at: 148)
    return block
  }
}
