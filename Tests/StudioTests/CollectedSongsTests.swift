import Foundation
import Ledger
import Testing

@testable import Studio

@Suite("Songs that were collected")
struct CollectedSongsTests {
  @Test("a song that was moved away is noted as collected, and one that is put back is not any more")
  func collected() throws {
    let (studio, _) = try TemporaryStudio.withMusic([.finish])
    try studio.pass("chorales")
    let song = "outbox/chorales/0001/chorales-0001-02.mid"
    let bytes = try studio.bytes(song)
    try FileManager.default.removeItem(at: studio.url(song))
    try studio.pass()
    #expect(try studio.reader.songs().map { $0.collectedAt != nil } == [false, true])
    try studio.write(song, bytes)
    try studio.pass()
    #expect(try studio.reader.songs().map { $0.collectedAt != nil } == [false, false])
  }

  @Test("an outbox that is not mounted has nothing collected, and is told")
  func unmounted() throws {
    let (studio, _) = try TemporaryStudio.withMusic([.finish])
    try studio.pass("chorales")
    let (outbox, away) = (studio.url("outbox").path, studio.url("away").path)
    try FileManager.default.moveItem(atPath: outbox, toPath: away)
    for _ in 1...2 {
      try studio.pass()
      #expect(try studio.reader.songs().allSatisfy { $0.collectedAt == nil })
      #expect(try studio.reader.problems().map(\.code) == ["outbox-changed"])
    }
    try FileManager.default.removeItem(atPath: outbox)
    try FileManager.default.moveItem(atPath: away, toPath: outbox)
    try studio.pass()
    #expect(try studio.reader.problems().isEmpty)
    #expect(try studio.reader.songs().allSatisfy { $0.collectedAt == nil })
  }

  @Test("an outbox that was moved to another disk with its songs is the same outbox")
  func moved() throws {
    let (studio, _) = try TemporaryStudio.withMusic([.finish])
    try studio.pass("chorales")
    let (outbox, away) = (studio.url("outbox").path, studio.url("away").path)
    try FileManager.default.copyItem(atPath: outbox, toPath: away)
    try FileManager.default.removeItem(atPath: outbox)
    try FileManager.default.moveItem(atPath: away, toPath: outbox)
    try studio.pass()
    #expect(try studio.reader.problems().isEmpty)
    try FileManager.default.removeItem(at: studio.url("outbox/chorales"))
    try studio.pass()
    #expect(try studio.reader.songs().allSatisfy { $0.collectedAt != nil })
  }
}
