import Foundation
import Identity
import Ledger
import Testing

@testable import Studio

/// A crash at every durable step of a pass in turn, until a pass gets through.
@Suite("Crashes at every step")
struct CrashTests {
  private static let spec =
    "name: tonight\ncorpus: bach\ntrain: {representation: steps, iterations: 10}\ngenerate: {songs: 2}\n"

  /// What the archive holds.
  private static let entry = TestMIDI.file(pitch: 70)

  private static let dropped: [String: [UInt8]] = [
    "inbox/bach/a.mid": TestMIDI.file(pitch: 60),
    "inbox/bach/b.mid": TestMIDI.file(pitch: 61),
    "inbox/bach/twin.mid": TestMIDI.file(pitch: 60),
    "inbox/bach/bad.mid": Array("this is no MIDI file at all".utf8),
    "inbox/tonight.yaml": Array(spec.utf8),
    "inbox/jazz.tar": TarEntry.header(name: "x.mid", size: entry.count) + entry
      + [UInt8](repeating: 0, count: 512 - entry.count + 1024),
  ]

  @Test("whatever the step, nothing is lost, nothing is torn, and the next passes come to the same end")
  func everyStep() throws {
    var step = 0
    while true {
      step += 1
      let studio = try TemporaryStudio()
      for (name, bytes) in Self.dropped { try studio.write(name, bytes) }
      let steps = CuttingSteps(at: step)
      studio.steps = steps
      do {
        _ = try studio.pass("chorales")
      } catch is Cut {}
      try expectNothingLost(in: studio, step)
      guard steps.wasCut else { break }

      studio.steps = UnobservedSteps()
      try studio.pass()
      try expectNothingLost(in: studio, step)
      try expectOrder(in: studio, step)
    }
    #expect(step > 60, "the passes have fewer steps than they should")
  }

  @Test("a crash while a crash is being recovered from loses nothing either")
  func twice() throws {
    for (first, second) in stride(from: 5, to: 80, by: 7).flatMap({ first in [1, 3, 6].map { (first, $0) } }) {
      let studio = try TemporaryStudio()
      for (name, bytes) in Self.dropped { try studio.write(name, bytes) }
      for step in [first, second] {
        studio.steps = CuttingSteps(at: step)
        do {
          _ = try studio.pass("chorales")
        } catch is Cut {}
        try expectNothingLost(in: studio, first)
      }
      studio.steps = UnobservedSteps()
      try studio.pass()
      try expectOrder(in: studio, first)
    }
  }

  /// Each dropped file's bytes are in the inbox, in its hidden folder, rejected, an object or a recorded spec; what is
  /// visible in the outbox is whole.
  private func expectNothingLost(in studio: TemporaryStudio, _ step: Int) throws {
    let names = studio.listing("inbox") + studio.listing(".ritornello/objects")
    var held = Set(names.compactMap { name in (try? studio.bytes(name)).map { ContentHash(of: $0) } })
    let hash = ContentHash(of: Array(Self.spec.utf8))
    if try studio.reader.spec(hash) != nil { held.insert(hash) }
    // An archive that was taken lives on in its entries.
    for drop in try studio.reader.drops() where drop.corpus == "jazz" && held.contains(ContentHash(of: Self.entry)) {
      if let hash = drop.sha256 { held.insert(hash) }
    }
    for (name, bytes) in Self.dropped {
      #expect(held.contains(ContentHash(of: bytes)), "step \(step): \(name) is lost")
    }
    for run in studio.listing("outbox").filter({ $0.split(separator: "/").count == 3 && !$0.contains("/.") }) {
      #expect(studio.listing(run).count == 3, "step \(step): \(run) is not whole")
    }
  }

  private func expectOrder(in studio: TemporaryStudio, _ step: Int) throws {
    let inbox = studio.listing("inbox").filter { !$0.hasPrefix("inbox/rejected") && $0 != "inbox/bach" }
    #expect(inbox.isEmpty, "step \(step): \(inbox) is left")
    #expect(
      studio.listing("inbox/rejected") == [
        "inbox/rejected/bach", "inbox/rejected/bach/bad.mid", "inbox/rejected/bach/bad.mid.reason.txt",
      ], "step \(step)")
    #expect(try studio.reader.files(ofCorpus: "jazz").map(\.sha256) == [ContentHash(of: Self.entry)], "step \(step)")
    let files = try studio.reader.files(ofCorpus: "bach")
    #expect(files.count == 2, "step \(step)")
    let objects = studio.listing(".ritornello/objects").filter { $0.hasSuffix(".mid") }
    #expect(objects.count == 3, "step \(step): objects without a row")
    #expect(studio.listing(".ritornello").filter { $0.hasSuffix(".tmp") }.isEmpty, "step \(step)")
    let runs = try studio.reader.runs()
    #expect(runs.allSatisfy { $0.state == .delivered }, "step \(step): \(runs.map { ($0.id, $0.state, $0.error) })")
    #expect(runs.filter { $0.spec != nil }.count == 1, "step \(step): the spec ran \(runs.count) times")
    let songs = try studio.reader.songs()
    #expect(songs.count == 2 * runs.count, "step \(step)")
    for song in songs {
      #expect(ContentHash(of: try studio.bytes(song.path)) == song.sha256, "step \(step): \(song.path)")
    }
    #expect(studio.listing("outbox").filter { $0.contains("/.ritornello-") }.isEmpty, "step \(step)")
    let kept = studio.listing(".ritornello/weights").count
    #expect(kept == (try studio.reader.weights().count), "step \(step): weights without a row")
  }
}
