import Composition
import Foundation
import Glibc
import Identity
import Jobs
import MIDI
import TestSupport
import Testing

@testable import Work

@Suite("The gate of a run")
struct GateTests {
  private let fixture: RunFixture

  init() throws { fixture = try RunFixture() }

  @Test(
    "songs tell what they copy, their attempts and their verdict, and each is made again from number and seed alone")
  func attempts() throws {
    var order = try fixture.order()
    order.generate?.attempts = 3
    let result = try fixture.perform(order, in: fixture.folder.path)
    #expect(result.songs.count == 3)
    for song in result.songs {
      let attempts = try #require(song.attempts)
      let gate = try #require(song.gate)
      #expect(song.copying?.yardstick.longestP95 != nil)
      #expect(gate.passed ? attempts.count <= 3 : attempts.count == 3)
      #expect(attempts.dropLast().allSatisfy { !$0.reasons.isEmpty })
      #expect(attempts.first { $0.seed == song.seed }?.reasons == gate.reasons)
    }
    #expect(result.songs.contains { ($0.attempts?.count ?? 0) > 1 })
    var plain = order
    plain.generate?.attempts = 1
    let first = try fixture.performAside(plain).songs
    #expect(first.map(\.attempts?.count) == [1, 1, 1])
    #expect(first.map(\.seed) == result.songs.map { $0.attempts?.first?.seed })
    let weights = fixture.folder.path + "/" + RunFolder.weights
    for (index, song) in result.songs.enumerated() {
      var again = WorkOrder(run: fixture.run, generate: order.generate, threads: 1)
      again.weights = .init(sha256: try #require(result.weights), path: weights)
      again.again = .init(number: index + 1, seed: song.seed)
      let made = try fixture.performAside(again)
      #expect(made.songs.map(\.sha256) == [song.sha256] && made.songs.map(\.file) == [song.file])
    }
  }

  @Test("withheld songs are told and leave no gap in the numbers")
  func withheld() throws {
    var order = try fixture.order()
    order.generate?.attempts = 1
    order.generate?.onGate = .withhold
    order.generate?.copying = CopyingFields(longest: 0)
    let result = try fixture.perform(order, in: fixture.folder.path)
    #expect(result.songs.count + (result.withheld?.count ?? 0) == 3)
    #expect(result.songs.allSatisfy { $0.gate?.passed == true })
    #expect(result.withheld?.allSatisfy { !$0.gate.passed && $0.attempts.count == 1 } ?? true)
    #expect(result.songs.map(\.file) == (1...3).prefix(result.songs.count).map { "tonight-0007-0\($0).mid" })
    #expect(result.withheld == nil || result.remarks?.contains { $0.code == "songs-outside-band" } == true)
  }

  @Test("songs of weights alone are judged by what these were trained on, and by nothing where that is gone")
  func weightsAlone() throws {
    let trained = try fixture.perform(try fixture.order(), in: fixture.folder.path)
    var order = try fixture.order()
    order.train = nil
    order.against = order.files
    order.files = []
    order.weights = .init(
      sha256: try #require(trained.weights), path: fixture.folder.path + "/" + RunFolder.weights)
    #expect(try fixture.performAside(order).songs.allSatisfy { $0.copying != nil })
    order.against?[0].path = "not-there.mid"
    let result = try fixture.performAside(order)
    #expect(result.songs.count == 3 && result.songs.allSatisfy { $0.copying == nil && $0.gate != nil })
    #expect(result.warnings.contains { $0.hasPrefix("songs were judged by no corpus") })
  }

  @Test("too little music is told with what would help")
  func tooLittle() throws {
    let result = try fixture.perform(try fixture.order(files: 2), in: fixture.folder.path)
    let remark = try #require(result.remarks?.first { $0.code == "too-little-music" })
    #expect(remark.message.contains("too little music: there are 2 files") && !remark.remedy.isEmpty)
    #expect(result.training?.validationLoss == nil)
    #expect(try fixture.performAside(try fixture.order()).remarks?.contains(remark) == false)
  }

  private func training(start: Double?, best: Double?, last: Double?, at iteration: Int) -> WorkResult.Training {
    WorkResult.Training(
      sha256: ContentHash(of: []), parameters: 1, iterations: 100, epochs: 1, trainLoss: 1, validationLoss: best,
      bestIteration: iteration, seconds: 1, tokensPerSecond: 1, stoppedBy: "iterations", startLoss: start,
      lastValidationLoss: last)
  }

  @Test("training that made things worse is told, whether from the start or after its best")
  func worse() {
    func codes(_ training: WorkResult.Training) -> [String] { training.remarks(files: 9, heldOut: 1).map(\.code) }
    #expect(codes(training(start: 2, best: 1.5, last: 1.5, at: 100)) == [])
    #expect(codes(training(start: 1.5, best: 1.6, last: 1.6, at: 100)) == ["training-made-worse"])
    #expect(codes(training(start: nil, best: 1.5, last: 2, at: 30)) == ["trained-too-long"])
    #expect(codes(training(start: nil, best: 1.5, last: 1.52, at: 30)) == [])
    #expect(codes(training(start: nil, best: 1.5, last: 2, at: 90)) == [])
    let message = training(start: nil, best: 1.5, last: 2, at: 30).remarks(files: 9, heldOut: 1).first?.message ?? ""
    #expect(
      message.contains("iteration 30 of 100") && message.contains("1.5 nats") && message.contains("2.0 at the end"))
  }
}
