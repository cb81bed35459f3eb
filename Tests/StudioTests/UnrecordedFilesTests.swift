import Foundation
import Glibc
import Identity
import Ledger
import Testing

@testable import Studio

@Suite("Music and weights without a row")
struct UnrecordedFilesTests {
  private let bytes = TestMIDI.file(pitch: 60)
  private var hash: ContentHash { ContentHash(of: bytes) }
  private var aside: String { ".ritornello/unrecorded/\(hash).mid" }
  private var object: String { ".ritornello/objects/\(hash.hex.prefix(2))/\(hash).mid" }

  /// A studio that has taken a file and delivered songs.
  private func delivered() throws -> TemporaryStudio {
    let studio = try TemporaryStudio()
    try studio.write("inbox/bach/a.mid", bytes)
    #expect(try studio.pass("chorales").status == 0)
    return studio
  }

  /// Moves the ledger away.
  private func loseLedger(of studio: TemporaryStudio) throws {
    for ending in ["", "-wal", "-shm"] where studio.exists(".ritornello/ledger.sqlite" + ending) {
      try FileManager.default.moveItem(
        at: studio.url(".ritornello/ledger.sqlite" + ending), to: studio.url("kept.sqlite" + ending))
    }
  }

  private func bringLedgerBack(to studio: TemporaryStudio) throws {
    for ending in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(at: studio.url(".ritornello/ledger.sqlite" + ending))
      guard studio.exists("kept.sqlite" + ending) else { continue }
      try FileManager.default.moveItem(
        at: studio.url("kept.sqlite" + ending), to: studio.url(".ritornello/ledger.sqlite" + ending))
    }
  }

  private func codes(_ studio: TemporaryStudio) throws -> [String] { try studio.reader.problems().map(\.code) }

  @Test("where the ledger was lost, music and weights are set aside and told, not deleted")
  func lost() throws {
    let studio = try delivered()
    let weights = try #require(try studio.reader.weights().first).sha256
    try loseLedger(of: studio)
    try studio.pass()
    #expect(try studio.bytes(aside) == bytes)
    #expect(studio.exists(".ritornello/unrecorded/\(weights).safetensors"))
    #expect(!studio.exists(object) && !studio.exists(".ritornello/weights/\(weights).safetensors"))
    let problem = try #require(try studio.reader.problems().first { $0.code == "unrecorded-files" })
    #expect(problem.message.contains("1 MIDI file and 1 weights file"))
    #expect(problem.remedy.contains("mv .ritornello/unrecorded/*.mid inbox/CORPUS/"))
  }

  @Test("what was set aside returns when the ledger that knows it is put back")
  func returns() throws {
    let studio = try delivered()
    let weights = try #require(try studio.reader.weights().first).sha256
    try loseLedger(of: studio)
    try studio.pass()
    try bringLedgerBack(to: studio)
    try studio.pass()
    #expect(try studio.bytes(object) == bytes)
    #expect(studio.exists(".ritornello/weights/\(weights).safetensors"))
    #expect(!studio.exists(".ritornello/unrecorded"))
    #expect(try codes(studio).isEmpty)
  }

  @Test("what was set aside and is dropped again goes, and the problem with it", arguments: [true, false])
  func droppedAgain(moved: Bool) throws {
    let studio = try delivered()
    try loseLedger(of: studio)
    for name in studio.listing(".ritornello/weights") { #expect(unlink(studio.url(name).path) == 0) }
    try studio.pass()
    if moved {
      try FileManager.default.createDirectory(at: studio.url("inbox/bach"), withIntermediateDirectories: true)
      try FileManager.default.moveItem(at: studio.url(aside), to: studio.url("inbox/bach/\(hash).mid"))
    } else {
      try studio.write("inbox/bach/a.mid", bytes)
    }
    try studio.pass()
    #expect(try studio.bytes(object) == bytes)
    #expect(!studio.exists(".ritornello/unrecorded"))
    #expect(try codes(studio).isEmpty)
  }

  @Test("an object that a crash left while its file lies in the inbox still is removed")
  func ordinaryCrash() throws {
    let studio = try TemporaryStudio()
    try studio.write("inbox/bach/a.mid", bytes)
    let steps = FailingSteps(.recordTaken, Cut())
    studio.steps = steps
    #expect(throws: Cut.self) { try studio.pass() }
    #expect(studio.exists(object))
    studio.steps = UnobservedSteps()
    _ = try studio.session()
    #expect(!studio.exists(object) && !studio.exists(".ritornello/unrecorded"))
  }

  @Test("weights that a crash left while the run's folder holds them still are removed")
  func ordinaryCrashOfWeights() throws {
    let studio = try TemporaryStudio()
    try studio.write("inbox/bach/a.mid", bytes)
    studio.steps = FailingSteps(
      .makeStaging, FileError(code: ENOSPC, call: "mkdir", path: FileName("staging")), times: 2)
    #expect(try studio.pass("chorales").status == 75)
    #expect(studio.listing(".ritornello/weights").count == 1)
    _ = try studio.session()
    #expect(studio.listing(".ritornello/weights").isEmpty && !studio.exists(".ritornello/unrecorded"))
  }

  @Test("whatever the step at which the studio dies, the bytes are there, and the next starts end the same")
  func everyStep() throws {
    var step = 0
    while true {
      step += 1
      let studio = try delivered()
      try loseLedger(of: studio)
      var wasCut = false
      for isBack in [false, true] {
        if isBack { try bringLedgerBack(to: studio) }
        let steps = CuttingSteps(at: step)
        studio.steps = steps
        do {
          _ = try studio.session()
        } catch is Cut {}
        wasCut = wasCut || steps.wasCut
        let there = [object, aside].compactMap { try? studio.bytes($0) }
        #expect(there == [bytes], "step \(step)")
        studio.steps = UnobservedSteps()
        _ = try studio.session()
        #expect(studio.exists(isBack ? object : aside), "step \(step)")
        #expect(studio.exists(isBack ? aside : object) == false, "step \(step)")
      }
      guard wasCut else { break }
    }
    #expect(step > 2)
  }
}
