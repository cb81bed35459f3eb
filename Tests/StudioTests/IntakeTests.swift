import Foundation
import Glibc
import Identity
import Ledger
import Synchronization
import Testing

@testable import Studio

@Suite("Taking in")
struct IntakeTests {
  @Test("a MIDI file becomes an object and a file of its folder's corpus, and leaves the inbox")
  func taken() throws {
    let studio = try TemporaryStudio()
    let bytes = TestMIDI.file(pitch: 60)
    try studio.write("inbox/bach/a/b.mid", bytes)

    let outcome = try studio.pass()

    #expect(outcome.status == 0)
    #expect(!studio.exists("inbox/bach/a/b.mid"))
    let hash = ContentHash(of: bytes)
    #expect(try studio.bytes(".ritornello/objects/\(hash.hex.prefix(2))/\(hash).mid") == bytes)
    #expect(try studio.reader.files(ofCorpus: "bach").map(\.name) == [FileName("a/b.mid")])
  }

  @Test("a file at the inbox's top belongs to the corpus loose")
  func loose() throws {
    let studio = try TemporaryStudio()
    try studio.write("inbox/x.MID", TestMIDI.file(pitch: 60))
    try studio.pass()
    #expect(try studio.reader.files(ofCorpus: "loose").map(\.name) == [FileName("x.MID")])
  }

  @Test("the same bytes under another name are a duplicate, stored once")
  func duplicate() throws {
    let studio = try TemporaryStudio()
    try studio.write("inbox/bach/a.mid", TestMIDI.file(pitch: 60))
    try studio.write("inbox/bach/b.mid", TestMIDI.file(pitch: 60))
    try studio.pass()
    #expect(try studio.reader.drops().map(\.fate) == [.taken, .duplicate])
    #expect(try studio.reader.objects().count == 1)
    #expect(!studio.exists("inbox/bach/b.mid"))
  }

  @Test("an object that was damaged is written again when its bytes are dropped again", arguments: [0, 4])
  func damagedObject(longerBy: Int) throws {
    let studio = try TemporaryStudio()
    let bytes = TestMIDI.file(pitch: 60)
    let hash = ContentHash(of: bytes)
    let object = ".ritornello/objects/\(hash.hex.prefix(2))/\(hash).mid"
    try studio.write("inbox/bach/a.mid", bytes)
    try studio.pass()
    #expect(unlink(studio.url(object).path) == 0)
    try studio.write(object, [UInt8](repeating: 7, count: bytes.count + longerBy))
    try studio.write("inbox/bach/b.mid", bytes)
    try studio.pass()
    #expect(try studio.bytes(object) == bytes)
    #expect(!studio.exists("inbox/bach/b.mid"))
  }

  @Test("what is no MIDI file is rejected with its reason beside it, and nothing is overwritten")
  func rejected() throws {
    let studio = try TemporaryStudio()
    for round in 1...2 {
      try studio.write("inbox/bach/x.mid", Array("\u{89}PNG round \(round), which is long enough".utf8))
      try studio.pass()
    }
    #expect(
      studio.listing("inbox/rejected") == [
        "inbox/rejected/bach", "inbox/rejected/bach/x-2.mid", "inbox/rejected/bach/x-2.mid.reason.txt",
        "inbox/rejected/bach/x.mid", "inbox/rejected/bach/x.mid.reason.txt",
      ])
    let reason = String(decoding: try studio.bytes("inbox/rejected/bach/x.mid.reason.txt"), as: UTF8.self)
    #expect(reason.contains("not usable as MIDI"))
    #expect(try studio.reader.drops().map(\.fate) == [.rejected, .rejected])
  }

  @Test("a file of another kind is rejected, a name that is to be left alone is not touched")
  func others() throws {
    let studio = try TemporaryStudio()
    try studio.write("inbox/readme.txt", Array("hello".utf8))
    for name in [".hidden.mid", "a.mid.part", "b.mid~", "Thumbs.db", "@eaDir/c.mid", "bach/d.crdownload"] {
      try studio.write("inbox/" + name, TestMIDI.file(pitch: 60))
    }
    try studio.pass()
    #expect(studio.exists("inbox/rejected/readme.txt"))
    #expect(studio.exists("inbox/@eaDir/c.mid") && studio.exists("inbox/bach/d.crdownload"))
    #expect(try studio.reader.drops().count == 1)
  }

  @Test("links and special files are left alone and told")
  func links() throws {
    let studio = try TemporaryStudio()
    try studio.write("elsewhere.mid", TestMIDI.file(pitch: 60))
    symlink(studio.url("elsewhere.mid").path, studio.url("inbox/link.mid").path)
    symlink(studio.url("").path, studio.url("inbox/folder").path)
    mkfifo(studio.url("inbox/pipe.mid").path, 0o644)
    try studio.pass()
    #expect(try studio.reader.drops().isEmpty)
    #expect(try studio.reader.problems().map(\.code) == ["not-a-file", "not-a-file", "not-a-file"])
  }

  @Test("a file that ends too early waits ten minutes for its rest, then is rejected")
  func truncated() throws {
    let studio = try TemporaryStudio()
    try studio.write("inbox/bach/x.mid", Array(TestMIDI.file(pitch: 60).prefix(10)))
    #expect(try studio.pass().status == 0)
    #expect(studio.exists("inbox/bach/x.mid"))
    #expect(try studio.reader.problems().map(\.code) == ["ends-too-early"])
    studio.clock.advance(660)
    try studio.pass()
    #expect(studio.exists("inbox/rejected/bach/x.mid"))
    #expect(try studio.reader.problems().isEmpty)
  }

  @Test("a file that ends too early and gives itself a time in the future waits ten minutes all the same")
  func truncatedInTheFuture() throws {
    let studio = try TemporaryStudio()
    try studio.write("inbox/bach/x.mid", Array(TestMIDI.file(pitch: 60).prefix(10)))
    let later = Date().addingTimeInterval(1_000_000)
    try FileManager.default.setAttributes(
      [.modificationDate: later], ofItemAtPath: studio.url("inbox/bach/x.mid").path)
    try studio.pass()
    #expect(studio.exists("inbox/bach/x.mid"))
    studio.clock.advance(660)
    try studio.pass()
    #expect(studio.exists("inbox/rejected/bach/x.mid"))
  }

  @Test("where the clock was set back, it waits ten minutes from when it was first seen")
  func truncatedBeforeTheClock() throws {
    let studio = try TemporaryStudio()
    try studio.write("inbox/bach/x.mid", Array(TestMIDI.file(pitch: 60).prefix(10)))
    studio.clock.set(1_000_000)
    let session = try studio.session()
    _ = try session.takeIn()
    #expect(studio.exists("inbox/bach/x.mid"))
    studio.clock.advance(601)
    _ = try session.takeIn()
    #expect(studio.exists("inbox/rejected/bach/x.mid"))
  }

  @Test("a file that came under a judged one's name is not rejected for it", arguments: [false, true])
  func rejectedName(late: Bool) throws {
    let studio = try TemporaryStudio()
    try studio.write("inbox/bach/x.mid", Array("this is no MIDI file at all".utf8))
    let good = TestMIDI.file(pitch: 60)
    let (target, beside) = (studio.url("inbox/bach/x.mid"), studio.url("good"))
    let isDone = Atomic(false)
    // Early: as the reason is written. Late: as the file is moved, after the ledger's row.
    studio.files = FaultyFileSystem { call, path in
      let isMoment =
        late
        ? call == "rename" && path.shown.hasSuffix("rejected/bach/x.mid")
        : call == "read" && path.shown == "bach/x.mid"
      if isMoment, !isDone.exchange(true, ordering: .relaxed) {
        try? Data(good).write(to: beside)
        rename(beside.path, target.path)
      }
      return nil
    }
    let session = try studio.session()
    _ = try session.takeIn()
    #expect(try studio.bytes("inbox/bach/x.mid") == good)
    #expect(studio.listing("inbox/rejected").filter { $0.hasSuffix(".mid") || $0.hasSuffix(".txt") }.isEmpty)
    _ = try session.takeIn()
    #expect(try studio.reader.files(ofCorpus: "bach").map(\.sha256) == [ContentHash(of: good)])
  }

  @Test(
    "a taken file that the machine would not remove is removed later, without a restart",
    arguments: [
      ("rename", ENOSPC), ("rename", EIO), ("unlink", EIO), ("mkdir", ENOSPC), ("rename", EACCES),
    ])
  func removedLater(call: String, code: Int32) throws {
    let studio = try TemporaryStudio()
    let isBroken = Atomic(true)
    studio.files = FaultyFileSystem { made, path in
      let isInbox = path.shown.contains(StudioPaths.takenName)
      return isInbox && made == call && isBroken.load(ordering: .relaxed) ? code : nil
    }
    let session = try studio.session()
    for name in ["a", "b"] {
      try studio.write("inbox/bach/\(name).mid", TestMIDI.file(pitch: name == "a" ? 60 : 61))
    }
    for _ in 1...3 {
      _ = try session.takeIn()
      studio.clock.advance(3)
    }
    #expect(try studio.reader.drops().map(\.fate) == [.taken, .taken])
    #expect(studio.listing("inbox").filter { $0.hasSuffix(".mid") }.count == 2)
    isBroken.store(false, ordering: .relaxed)
    for _ in 1...2 {
      studio.clock.advance(61)
      _ = try session.takeIn()
    }
    #expect(studio.listing("inbox").filter { $0.hasSuffix(".mid") }.isEmpty)
    #expect(try studio.reader.drops().allSatisfy { $0.fate == .taken })
  }

  @Test("a drop with a fate is not removed before its object is whole", arguments: ["bach/x.mid", "jazz.tar"])
  func fatedDropMendsItsObject(name: String) throws {
    let studio = try TemporaryStudio()
    let bytes = TestMIDI.file(pitch: 60)
    let dropped =
      name == "jazz.tar"
      ? TarEntry.header(name: "x.mid", size: bytes.count) + bytes
        + [UInt8](repeating: 0, count: 512 - bytes.count + 1024)
      : bytes
    try studio.write("inbox/" + name, dropped)
    studio.files = FaultyFileSystem { call, path in
      ["rename", "unlink", "mkdir"].contains(call) && path.shown.contains(StudioPaths.takenName) ? EROFS : nil
    }
    try studio.pass()
    #expect(studio.exists("inbox/" + name))
    let hash = ContentHash(of: bytes)
    let object = ".ritornello/objects/\(hash.hex.prefix(2))/\(hash).mid"
    #expect(unlink(studio.url(object).path) == 0)
    try studio.write(object, [UInt8](repeating: 7, count: bytes.count))
    studio.files = FaultyFileSystem { _, _ in nil }
    try studio.pass()
    try studio.pass()
    #expect(try studio.bytes(object) == bytes)
    #expect(!studio.exists("inbox/" + name))
  }

  @Test("a file in the hidden folder is not removed before its object is whole")
  func leftoverMendsItsObject() throws {
    let studio = try TemporaryStudio()
    let bytes = TestMIDI.file(pitch: 60)
    let hash = ContentHash(of: bytes)
    let object = ".ritornello/objects/\(hash.hex.prefix(2))/\(hash).mid"
    try studio.write("inbox/bach/x.mid", bytes)
    try studio.pass()
    #expect(unlink(studio.url(object).path) == 0)
    try studio.write("inbox/\(StudioPaths.takenName)/bach/x.mid", bytes)
    try studio.pass()
    #expect(try studio.bytes(object) == bytes)
    #expect(!studio.exists("inbox/bach/x.mid") && !studio.exists("inbox/\(StudioPaths.takenName)"))
  }

  @Test("many files are recorded together, each once, and one that cannot be stored holds none of the others up")
  func together() throws {
    let studio = try TemporaryStudio()
    for pitch in UInt8(10)..<110 { try studio.write("inbox/bach/\(pitch).mid", TestMIDI.file(pitch: pitch)) }
    try studio.write("inbox/bach/twin.mid", TestMIDI.file(pitch: 50))
    let unlucky = ContentHash(of: TestMIDI.file(pitch: 60))
    let isBroken = Atomic(true)
    let rows = Atomic(0)
    studio.steps = CountingSteps { step in if step == .recordTaken { rows.add(1, ordering: .relaxed) } }
    studio.files = FaultyFileSystem { call, path in
      // Some file systems cannot be synchronised as a whole: files are, one by one.
      if call == "syncfs" { return ENOSYS }
      return call == "fsync" && path.shown.contains(unlucky.hex) && isBroken.load(ordering: .relaxed) ? EIO : nil
    }
    #expect(try studio.pass().status == 74)
    #expect(rows.load(ordering: .relaxed) == 1)
    #expect(studio.listing("inbox/bach") == ["inbox/bach/60.mid"])
    isBroken.store(false, ordering: .relaxed)
    #expect(try studio.pass().status == 0)
    #expect(try studio.reader.files(ofCorpus: "bach").count == 100)
    #expect(try studio.reader.drops().filter { $0.fate == .duplicate }.count == 1)
    #expect(try studio.reader.drops().count == 101)
  }

  @Test("a file over the limit is rejected with both sizes")
  func tooLarge() throws {
    let jobs = "version: 1\nstudio: {settle: 0s}\nlimits: {file_bytes: 1 KiB}\njobs: {}\n"
    let studio = try TemporaryStudio(jobs: jobs)
    try studio.write("inbox/x.mid", [UInt8](repeating: 0, count: 2000))
    try studio.pass()
    let reason = String(decoding: try studio.bytes("inbox/rejected/x.mid.reason.txt"), as: UTF8.self)
    #expect(reason.contains("2000 bytes") && reason.contains("1 KiB (limits.file_bytes)"))
  }

  @Test("a file that is open for writing is not taken")
  func openForWriting() throws {
    let studio = try TemporaryStudio()
    try studio.write("inbox/x.mid", TestMIDI.file(pitch: 60))
    let handle = try FileHandle(forWritingTo: studio.url("inbox/x.mid"))
    try studio.pass()
    #expect(studio.exists("inbox/x.mid"))
    try handle.close()
    try studio.pass()
    #expect(!studio.exists("inbox/x.mid"))
  }

  @Test("when the disk is full the file stays, the problem is told, and the next pass takes it")
  func diskFull() throws {
    let studio = try TemporaryStudio()
    try studio.write("inbox/bach/x.mid", TestMIDI.file(pitch: 60))
    let isFull = Atomic(true)
    let full = FaultyFileSystem { call, path in
      call == "write" && path.shown.hasSuffix(".mid.tmp") && isFull.load(ordering: .relaxed) ? ENOSPC : nil
    }
    studio.files = full
    #expect(try studio.pass().status == 75)
    #expect(studio.exists("inbox/bach/x.mid"))
    #expect(try studio.reader.problems().map(\.code) == ["disk-full"])
    #expect(studio.listing(".ritornello/objects").filter { $0.hasSuffix("tmp") }.isEmpty)
    isFull.store(false, ordering: .relaxed)
    #expect(try studio.pass().status == 0)
    #expect(!studio.exists("inbox/bach/x.mid"))
    #expect(try studio.reader.problems().isEmpty)
  }

  @Test("an input/output error while a file is read leaves it and ends the pass with 74")
  func readError() throws {
    let studio = try TemporaryStudio()
    try studio.write("inbox/bach/x.mid", TestMIDI.file(pitch: 60))
    studio.files = FaultyFileSystem { call, path in call == "read" && path.shown == "bach/x.mid" ? EIO : nil }
    #expect(try studio.pass().status == 74)
    #expect(studio.exists("inbox/bach/x.mid"))
    #expect(try studio.reader.drops().isEmpty)
  }

  @Test("a read-only inbox works: each file is taken once and stays")
  func readOnly() throws {
    let studio = try TemporaryStudio()
    try studio.write("inbox/bach/x.mid", TestMIDI.file(pitch: 60))
    try studio.write("inbox/bach/bad.mid", Array("this is no MIDI file at all".utf8))
    let root = studio.paths.inbox.shown
    studio.files = FaultyFileSystem { call, path in
      let isInbox = path.shown.hasPrefix(root + "/") || !path.shown.hasPrefix("/")
      return isInbox && ["create", "rename", "unlink", "mkdir", "rmdir"].contains(call) ? EROFS : nil
    }
    for _ in 1...2 { #expect(try studio.pass().status == 0) }
    #expect(studio.exists("inbox/bach/x.mid") && studio.exists("inbox/bach/bad.mid"))
    #expect(Set(try studio.reader.drops().map(\.fate)) == [.taken, .rejected])
    #expect(try studio.reader.drops().count == 2)
  }

  @Test("a file whose bytes change while it is taken is put back as a new drop")
  func changedMeanwhile() throws {
    let studio = try TemporaryStudio()
    try studio.write("inbox/bach/x.mid", TestMIDI.file(pitch: 60))
    let later = TestMIDI.file(pitch: 61) + [0]
    let target = studio.url("inbox/bach/x.mid")
    let isDone = Atomic(false)
    studio.files = FaultyFileSystem { call, path in
      if call == "rename", path.shown.contains(StudioPaths.takenName),
        !isDone.exchange(true, ordering: .relaxed)
      {
        try? Data(later).write(to: target)
      }
      return nil
    }
    try studio.pass()
    #expect(try studio.bytes("inbox/bach/x.mid") == later)
    #expect(studio.listing("inbox").filter { $0.contains(StudioPaths.takenName) }.isEmpty)
  }

  @Test("names that are not UTF-8 are taken as bytes")
  func bytesAsNames() throws {
    let studio = try TemporaryStudio()
    try studio.write("inbox/bach/x.mid", TestMIDI.file(pitch: 60))
    let name: [UInt8] = Array(studio.paths.inbox.bytes) + Array("/bach/\u{1}".utf8) + [0xFF, 0xFE] + Array(".mid".utf8)
    let result = name.map { CChar(bitPattern: $0) }.withUnsafeBufferPointer { bytes in
      rename(studio.url("inbox/bach/x.mid").path, Array(bytes) + [0])
    }
    #expect(result == 0)
    try studio.pass()
    let held = try #require(try studio.reader.files(ofCorpus: "bach").first)
    #expect(held.name.bytes == [1, 0xFF, 0xFE] + Array(".mid".utf8))
  }

  @Test("a pass with nothing to do changes no table")
  func nothing() throws {
    let studio = try TemporaryStudio()
    try studio.write("inbox/bach/x.mid", TestMIDI.file(pitch: 60))
    try studio.pass()
    let before = try (studio.reader.drops(), studio.reader.jobStates(), studio.reader.configuration()?.loadedAt)
    #expect(try studio.pass() == PassOutcome(status: 0, runs: [:]))
    #expect(try studio.reader.drops() == before.0)
    #expect(try studio.reader.jobStates() == before.1)
    #expect(try studio.reader.configuration()?.loadedAt == before.2)
  }
}

@Suite("Names of rejected files")
struct RejectedNamesTests {
  @Test("a long name is cut at 200 bytes, keeps its ending and gets its hash")
  func cut() {
    let hash = ContentHash(of: [1])
    let name = FileName("bach/" + String(repeating: "é", count: 120) + ".mid").shortened(with: hash)
    #expect(name.shown == "bach/" + String(repeating: "é", count: 100) + "~" + hash.hex.prefix(8) + ".mid")
    #expect(FileName("bach/x.mid").shortened(with: hash) == FileName("bach/x.mid"))
  }

  @Test("a taken name is numbered before its ending", arguments: [("a.mid", "a-2.mid"), ("a.b/c", "a.b/c-2")])
  func numbered(name: String, expected: String) {
    #expect(FileName(name).numbered(2) == FileName(expected))
  }
}
