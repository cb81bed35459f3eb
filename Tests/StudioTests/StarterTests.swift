import Foundation
import Identity
import Ledger
import Testing

@testable import Studio

@Suite("The starter in a studio")
struct StarterTests {
  private static let bytes = Array("weights that come with the program".utf8)
  private let hash = ContentHash(of: StarterTests.bytes)
  private let studio: TemporaryStudio

  init() throws {
    studio = try TemporaryStudio(
      jobs: """
        version: 1
        studio: {settle: 0s}
        jobs:
          tunes: {corpus: folk, retries: 0, train: {from: starter, representation: steps, iterations: 10}}

        """)
    try studio.write("inbox/folk/a.mid", TestMIDI.file(pitch: 60))
    try studio.write("program/starter.safetensors", Self.bytes)
    studio.launcher = StandInLauncher([.finish])
    studio.starter = (studio.url("program/starter.safetensors").path, hash.hex)
  }

  @Test("a run that starts from it keeps it in the studio, where its ledger tells of it")
  func kept() throws {
    #expect(try studio.pass("tunes").status == 0)
    let run = try #require(try studio.reader.runs().first)
    #expect(run.weightsIn == hash)
    #expect(try studio.bytes(".ritornello/weights/\(hash).safetensors") == Self.bytes)
    let record = try #require(try studio.reader.weights(hash))
    #expect(record.job == nil && record.bytes == Self.bytes.count)
    // The second time it is there already.
    studio.starter.path = studio.url("program/gone").path
    #expect(try studio.pass("tunes").status == 0)
    #expect(try studio.reader.weights().count { $0.sha256 == hash } == 1)
  }

  @Test("one that is not this version's is refused, and nothing of it stays")
  func damaged() throws {
    try studio.write("program/starter.safetensors", Self.bytes + [0])
    #expect(try studio.pass("tunes").status == 1)
    #expect(try studio.reader.runs().first?.error?.contains("is not the starter of this version") == true)
    #expect(studio.listing(".ritornello/weights") == [])
  }

  @Test("where it is not installed the run says so")
  func missing() throws {
    studio.starter.path = nil
    #expect(try studio.pass("tunes").status == 1)
    #expect(try studio.reader.runs().first?.error?.contains("starter weights are not where") == true)
  }
}
