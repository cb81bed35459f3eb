import Foundation
import Identity
import Ledger
import Testing

@testable import Studio

@Suite("One-off specs")
struct SpecTests {
  private static let good = "name: tonight\ncorpus: bach\ntrain: {representation: steps, iterations: 10}\n"

  @Test("a good spec runs once and leaves the inbox; the same bytes do nothing")
  func runsOnce() throws {
    let studio = try TemporaryStudio()
    try studio.write("inbox/bach/a.mid", TestMIDI.file(pitch: 60))
    try studio.write("inbox/tonight.yaml", Array(Self.good.utf8))
    #expect(try studio.pass().status == 0)
    #expect(!studio.exists("inbox/tonight.yaml"))
    try studio.write("inbox/again.yml", Array(Self.good.utf8))
    try studio.pass()
    #expect(!studio.exists("inbox/again.yml"))
    #expect(try studio.reader.runs().map(\.id.description) == ["tonight/0001"])
    #expect(try studio.reader.spec(ContentHash(of: Array(Self.good.utf8))) == Self.good)
  }

  @Test(
    "a bad spec is rejected with its diagnostics under the dropped name",
    arguments: [
      ("name: tonight\ncorpsu: bach\n", "x.yaml:2:1: "),
      (good + "on_finish: [sh]\n", "x.yaml:4:1: "),
      (good + "generate: {prime: ../secret.mid}\n", "prime"),
      (good + "generate: {melody: /etc/secret.mid}\n", "melody"),
    ])
  func rejected(text: String, expected: String) throws {
    let studio = try TemporaryStudio()
    try studio.write("inbox/x.yaml", Array(text.utf8))
    try studio.pass()
    #expect(studio.exists("inbox/rejected/x.yaml"))
    let reason = String(decoding: try studio.bytes("inbox/rejected/x.yaml.reason.txt"), as: UTF8.self)
    #expect(reason.contains(expected))
    #expect(try studio.reader.runs().isEmpty)
  }
}
