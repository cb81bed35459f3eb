import Foundation
import Ledger
import MIDI
import TestSupport
import Testing

@testable import Studio

@Suite("What a run says of its music")
struct MusicRemarksTests {
  private static let jobs = """
    version: 1
    studio: {poll: 100ms, settle: 0s, threads: 1}
    jobs:
      tiny:
        corpus: bach
        retries: 0
        train:
          from: scratch
          representation: steps
          network: {hidden: 8, head: 8}
          batch: 2
          sequence: 16
          iterations: 3
          validate_every: 2
        generate: {songs: 1, length: 2 bars, attempts: 2}

    """

  private static let spec = """
    name: tonight
    corpus: bach
    train: {from: scratch, representation: steps, network: {hidden: 8, head: 8}, batch: 2, sequence: 16, iterations: 3}
    generate: {songs: 1, length: 2 bars, attempts: 2}

    """

  private func drop(_ numbers: Range<Int>, into studio: TemporaryStudio) throws {
    for number in numbers {
      let score = ScoreBuilder.chorale(seed: UInt64(number), quarters: 16)
      try studio.write("inbox/bach/\(number).mid", MIDIFile(score: score).bytes)
    }
  }

  private func report(_ path: String, in studio: TemporaryStudio) throws -> [String: Any] {
    let bytes = try studio.environment.contents(of: studio.paths.outbox / path, limit: 1 << 20)
    return try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
  }

  @Test("too little music is a problem until a run has more; run.json, ledger and picture tell how it went")
  func whole() throws {
    let studio = try TemporaryStudio(jobs: Self.jobs)
    studio.launcher = PerformingLauncher()
    try drop(0..<2, into: studio)
    #expect(try studio.pass("tiny").status == 0)
    let problem = try #require(try studio.reader.problems().first { $0.code == "too-little-music" })
    #expect(problem.subject == "tiny/0001" && problem.message.contains("too little music"))
    // It stands while nothing new is delivered.
    #expect(try studio.pass().status == 0)
    #expect(try studio.reader.problems().contains { $0.code == "too-little-music" })
    try drop(2..<8, into: studio)
    #expect(try studio.pass("tiny").status == 0)
    #expect(try !studio.reader.problems().contains { $0.code == "too-little-music" })

    let svg = try studio.environment.contents(of: studio.paths.outbox / "tiny/0002/learning-curve.svg", limit: 1 << 20)
    #expect(String(decoding: svg, as: UTF8.self).contains("<title>tiny/0002: loss against iterations</title>"))
    let report = try report("tiny/0002/run.json", in: studio)
    let song = try #require((report["songs"] as? [[String: Any]])?.first)
    let gate = try #require(song["gate"] as? [String: Any])
    let attempts = try #require(song["attempts"] as? [[String: Any]])
    #expect(gate["passed"] is Bool && gate["reasons"] is [String])
    #expect(attempts.allSatisfy { $0["seed"] is Int && $0["reasons"] is [String] })
    #expect((song["copying"] as? [String: Any])?.keys.sorted() == ["longest", "windows", "yardstick"])
    let remarks = try #require(report["remarks"] as? [[String: String]])
    // A network of three iterations writes nothing that is like its corpus.
    #expect(remarks.map { $0["code"] } == ["songs-outside-band"])
    #expect(try studio.reader.problems().contains { $0.code == "songs-outside-band" && $0.subject == "tiny/0002" })
    let judgement = try #require(try studio.reader.songs().last?.judgement)
    let stored = try JSONSerialization.jsonObject(with: Data(judgement.utf8)) as? [String: Any]
    #expect((stored?["gate"] as? [String: Any])?["passed"] as? Bool == false)
    #expect((stored?["attempts"] as? [Any])?.count == 2)

    // What a one-off spec's run has to say stands through later passes, until another run of its name is delivered.
    for (pass, seed) in [3, 4].enumerated() {
      try studio.write("inbox/tonight.yaml", Array((Self.spec + "# \(seed)\n").utf8))
      #expect(try studio.pass().status == 0)
      #expect(try studio.pass().status == 0)
      let told = try studio.reader.problems().filter { $0.subject.hasPrefix("tonight/") }
      #expect(Set(told.map(\.subject)) == ["tonight/000\(pass + 1)"])
    }

    // It is forgotten after a week, as none of its name may ever come; a job's stands.
    studio.clock.advance(7 * 86_400 + 1)
    #expect(try studio.pass().status == 0)
    #expect(Set(try studio.reader.problems().map(\.subject)) == ["tiny/0002"])

    for id in ["tiny/0001/01", "tiny/0002/01"] {
      let comparison = try Reproduction(
        paths: studio.paths, environment: studio.environment, signals: StopSignals(asked: nil), progress: NoProgress()
      ).compare(id, deep: false)
      #expect(comparison.isSame)
    }
  }
}
