import Foundation
import Glibc
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
      (good + "generate: {prime: ../secret.mid}\n", "x.yaml:4:19: prime is '../secret.mid'"),
      (good + "generate: {melody: '/etc/secret.mid'}\n", "x.yaml:4:20: melody is '/etc/secret.mid'"),
      (good + "generate: {prime: ./x.mid}\n", "x.yaml:4:19: prime is './x.mid'"),
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

  @Test("what is pending is told as it will be taken: at any depth, with any case of its ending, until it has a fate")
  func pending() throws {
    let studio = try TemporaryStudio()
    for name in ["a.yaml", "bach/deep/b.YML", ".hidden.yaml", "c.yaml.part", "rejected/d.yaml", "e.mid"] {
      try studio.write("inbox/" + name, Array("nme: x\n".utf8))
    }
    #expect(symlink("a.yaml", studio.url("inbox/link.yaml").path) == 0)
    #expect(try PendingSpecs(in: studio.paths).paths.map(\.shown) == ["a.yaml", "bach/deep/b.YML"])
    studio.files = FaultyFileSystem { call, path in call == "rename" && path.shown.contains("rejected") ? EACCES : nil }
    try studio.pass()
    #expect(studio.exists("inbox/a.yaml"))
    #expect(try PendingSpecs(in: studio.paths).paths.isEmpty)
    #expect(try PendingSpecs(in: StudioPaths(root: studio.paths.root.shown + "/inbox")).paths.isEmpty)
  }
}
