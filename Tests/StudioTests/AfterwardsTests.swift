import Foundation
import Identity
import Ledger
import Testing
import Work

@testable import Studio

@Suite("After a run")
struct AfterwardsTests {
  private func studio(_ fields: String, acts: StandInLauncher.Act...) throws -> TemporaryStudio {
    let jobs = """
      version: 1
      studio: {settle: 0s}
      jobs:
        chorales: {corpus: bach, retries: 0, train: {representation: steps, iterations: 10}, \(fields)}
      """
    let studio = try TemporaryStudio(jobs: jobs)
    studio.launcher = StandInLauncher(acts)
    return studio
  }

  /// Makes runs whose weights differ, as the corpus does.
  private func runs(_ count: Int, in studio: TemporaryStudio) throws {
    let before = try studio.reader.weights().count
    for number in 0..<count {
      try studio.write("inbox/bach/\(before + number).mid", TestMIDI.file(pitch: UInt8(60 + before + number)))
      #expect(try studio.pass("chorales").status == 0)
    }
  }

  private func kept(_ studio: TemporaryStudio) throws -> [Bool] {
    try studio.reader.weights().map { record in
      let isThere = studio.exists(".ritornello/weights/\(record.sha256).safetensors")
      #expect(isThere == (record.prunedAt == nil))
      return isThere
    }
  }

  @Test("weights beyond keep are deleted, oldest first, and their rows stay")
  func pruned() throws {
    let studio = try studio("keep: {weights: 2}, generate: {songs: 2}", acts: .finish)
    try runs(4, in: studio)
    #expect(try kept(studio) == [false, false, true, true])
    #expect(try studio.reader.songs().count == 8)
  }

  @Test("what is pinned or named by a job is not deleted")
  func named() throws {
    let studio = try studio("keep: {weights: 1}, generate: {songs: 2}", acts: .finish)
    try runs(1, in: studio)
    let first = try #require(try studio.reader.weights().first).sha256
    let more = "\n  other: {generate: {from: \(first.hex.prefix(10))}}\n"
    try studio.write("jobs.yaml", try studio.bytes("jobs.yaml") + Array(more.utf8))
    try runs(1, in: studio)
    try Ledger(studio: studio.paths.root.shown).pin(try #require(try studio.reader.weights().last).sha256)
    try runs(2, in: studio)
    #expect(try kept(studio) == [true, true, false, true])
  }

  @Test("a crash between the mark and the deletion leaves no file behind")
  func crash() throws {
    let studio = try studio("keep: {weights: 1}, generate: {songs: 2}", acts: .finish)
    try runs(2, in: studio)
    let pruned = try #require(try studio.reader.weights().first)
    try studio.write(".ritornello/weights/\(pruned.sha256).safetensors", [1])
    try studio.pass()
    #expect(try kept(studio) == [false, true])
  }

  @Test("on_finish is given the report on standard input, in the studio's folder, with no shell")
  func finish() throws {
    let studio = try studio("on_finish: [tee, 'told $(id).json'], generate: {songs: 2}", acts: .finish)
    try runs(1, in: studio)
    let told = try JSONSerialization.jsonObject(with: Data(studio.bytes("told $(id).json"))) as? [String: Any]
    #expect(told?["run"] as? String == "chorales/0001" && told?["state"] as? String == "delivered")
    #expect(try studio.reader.problems().isEmpty)
  }

  @Test("on_failure is told of a failed run and why")
  func failure() throws {
    let studio = try studio("on_failure: [tee, told.json], generate: {songs: 2}", acts: .fail(.data))
    try studio.write("inbox/bach/a.mid", TestMIDI.file(pitch: 60))
    #expect(try studio.pass("chorales").status == 1)
    let told = try JSONSerialization.jsonObject(with: Data(studio.bytes("told.json"))) as? [String: Any]
    #expect(told?["error"] as? String == "it did not work" && told?["state"] as? String == "failed")
  }

  @Test(
    "a program that fails or is not there is a problem, and the run is delivered", arguments: ["'false'", "no-such"])
  func problem(program: String) throws {
    let studio = try studio("on_finish: [\(program)], generate: {songs: 2}", acts: .finish)
    try runs(1, in: studio)
    #expect(try studio.reader.runs().map(\.state) == [.delivered])
    #expect(try studio.reader.problems().map(\.code) == ["program-failed"])
  }

  @Test("a program that takes too long is ended")
  func late() throws {
    let studio = try studio("on_finish: [sleep, '1000'], generate: {songs: 2}", acts: .finish)
    try runs(1, in: studio)
    #expect(try studio.reader.problems().first?.message.contains("took more than 60 s") == true)
  }
}
