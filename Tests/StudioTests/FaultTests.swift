import Foundation
import Glibc
import Identity
import Ledger
import Synchronization
import Testing

@testable import Studio

/// Every file operation of a pass fails in turn, as on a disk that is full or breaks.
@Suite("Faults at every file operation")
struct FaultTests {
  @Test("while the studio's own folder fails, no run begins without the files that it kept out")
  func held() throws {
    let studio = try TemporaryStudio()
    for pitch in UInt8(60)..<63 { try studio.write("inbox/bach/\(pitch).mid", TestMIDI.file(pitch: pitch)) }
    let isBroken = Atomic(true)
    let unlucky = ContentHash(of: TestMIDI.file(pitch: 61)).hex
    studio.files = FaultyFileSystem { call, path in
      call == "create" && path.shown.contains(unlucky) && isBroken.load(ordering: .relaxed) ? ENOSPC : nil
    }
    #expect(try studio.pass("chorales").status == 75)
    #expect(try studio.reader.runs().map(\.state) == [.queued])
    isBroken.store(false, ordering: .relaxed)
    #expect(try studio.pass().status == 0)
    let hashes = (UInt8(60)..<63).map { ContentHash(of: TestMIDI.file(pitch: $0)) }
    #expect(try studio.reader.runs().map(\.snapshot) == [ContentHash(ofSnapshot: hashes)])
  }

  @Test("the n-th operation fails: nothing is lost, no file is blamed, and the next pass gets through")
  func everyOperation() throws {
    let bytes = TestMIDI.file(pitch: 60)
    var number = 0
    while true {
      number += 1
      let code = number.isMultiple(of: 2) ? EIO : ENOSPC
      let studio = try TemporaryStudio()
      try studio.write("inbox/bach/a.mid", bytes)
      let count = Atomic(0)
      let failing = number
      studio.files = FaultyFileSystem { call, _ in
        guard ["create", "read", "write", "fsync", "rename", "mkdir"].contains(call) else { return nil }
        return count.add(1, ordering: .relaxed).newValue == failing ? code : nil
      }
      // Where the studio cannot even be opened, the pass throws.
      _ = try? studio.pass("chorales")
      let isThrough = count.load(ordering: .relaxed) < failing
      #expect(try studio.reader.drops().allSatisfy { $0.fate == .taken }, "operation \(number)")
      #expect(!studio.exists("inbox/rejected"), "operation \(number)")

      studio.files = FaultyFileSystem { _, _ in nil }
      try studio.pass()
      #expect(
        try studio.reader.files(ofCorpus: "bach").map(\.sha256) == [ContentHash(of: bytes)], "operation \(number)")
      let runs = try studio.reader.runs()
      #expect(runs.allSatisfy { $0.state == .delivered }, "operation \(number): \(runs.map { ($0.state, $0.error) })")
      #expect(studio.listing("outbox").filter { $0.contains("/.") }.isEmpty, "operation \(number)")
      if isThrough { break }
    }
    #expect(number > 30, "a pass has fewer operations than it should")
  }
}
