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
  private let folder: TemporaryFolder
  private let run: RunID

  init() throws {
    folder = try TemporaryFolder()
    run = try #require(RunID("tonight/0007"))
  }

  private func order(files count: Int = 6, iterations: Int = 8) throws -> WorkOrder {
    let text = """
      preset: chorale
      network: {hidden: 16, head: 16}
      batch: 2
      sequence: 16
      iterations: \(iterations)
      validate_every: 4
      """
    let (settings, diagnostics) = SettingsFile.parseTrain(bytes: Array(text.utf8), path: "s.yaml")
    #expect(diagnostics.isEmpty)
    var order = WorkOrder(run: run, train: settings, threads: 1)
    order.files = try (0..<count).map { number in
      let bytes = MIDIFile(score: ScoreBuilder.chorale(seed: UInt64(number))).bytes
      try DurableFile.write(bytes, to: folder.path + "/\(number).mid")
      return WorkOrder.File(
        name: "\(number).mid", sha256: ContentHash(of: bytes), path: folder.path + "/\(number).mid")
    }
    var generate = GenerateFields()
    generate.songs = 3
    generate.length = .bars(2)
    order.generate = generate
    return order
  }

  private func perform(_ order: WorkOrder, in folder: String) throws -> WorkResult {
    var worker = Worker(order, in: folder, stop: StopFlag())
    let result = try worker.perform()
    #expect(result.failure == nil)
    return result
  }

  /// Performs an order in a folder of its own.
  private func performAside(_ order: WorkOrder) throws -> WorkResult {
    let other = try TemporaryFolder()
    return try withExtendedLifetime(other) { try perform(order, in: other.path) }
  }

  @Test(
    "songs tell what they copy, their attempts and their verdict, and each is made again from number and seed alone")
  func attempts() throws {
    var order = try order()
    order.generate?.attempts = 3
    let result = try perform(order, in: folder.path)
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
    let first = try performAside(plain).songs
    #expect(first.map(\.attempts?.count) == [1, 1, 1])
    #expect(first.map(\.seed) == result.songs.map { $0.attempts?.first?.seed })
    let weights = folder.path + "/" + RunFolder.weights
    for (index, song) in result.songs.enumerated() {
      var again = WorkOrder(run: run, generate: order.generate, threads: 1)
      again.weights = .init(sha256: try #require(result.weights), path: weights)
      again.again = .init(number: index + 1, seed: song.seed)
      let made = try performAside(again)
      #expect(made.songs.map(\.sha256) == [song.sha256] && made.songs.map(\.file) == [song.file])
    }
  }

  @Test("withheld songs are told and leave no gap in the numbers")
  func withheld() throws {
    var order = try order()
    order.generate?.attempts = 1
    order.generate?.onGate = .withhold
    order.generate?.copying = CopyingFields(longest: 0)
    let result = try perform(order, in: folder.path)
    #expect(result.songs.count + (result.withheld?.count ?? 0) == 3)
    #expect(result.songs.allSatisfy { $0.gate?.passed == true })
    #expect(result.withheld?.allSatisfy { !$0.gate.passed && $0.attempts.count == 1 } ?? true)
    #expect(result.songs.map(\.file) == (1...3).prefix(result.songs.count).map { "tonight-0007-0\($0).mid" })
    #expect(result.withheld == nil || result.remarks?.contains { $0.code == "songs-outside-band" } == true)
  }

  @Test("songs of weights alone are judged by what these were trained on, and by nothing where that is gone")
  func weightsAlone() throws {
    let trained = try perform(try order(), in: folder.path)
    var order = try order()
    order.train = nil
    order.against = order.files
    order.files = []
    order.weights = .init(
      sha256: try #require(trained.weights), path: folder.path + "/" + RunFolder.weights)
    #expect(try performAside(order).songs.allSatisfy { $0.copying != nil })
    order.against?[0].path = "not-there.mid"
    let result = try performAside(order)
    #expect(result.songs.count == 3 && result.songs.allSatisfy { $0.copying == nil && $0.gate != nil })
    #expect(result.warnings.contains { $0.hasPrefix("songs were judged by no corpus") })
  }

  @Test("too little music is told with what would help")
  func tooLittle() throws {
    let result = try perform(try order(files: 2), in: folder.path)
    let remark = try #require(result.remarks?.first { $0.code == "too-little-music" })
    #expect(remark.message.contains("too little music: there are 2 files") && !remark.remedy.isEmpty)
    #expect(result.training?.validationLoss == nil)
    #expect(try performAside(try order()).remarks?.contains(remark) == false)
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

  // MARK: The learning curve

  private func curve(in folder: String) throws -> LearningCurve {
    try JSONDecoder().decode(LearningCurve.self, from: Data(try DurableFile.read(folder + "/" + RunFolder.curve)))
  }

  @Test("a run's curve has each validation")
  func wholeCurve() throws {
    _ = try perform(try order(), in: folder.path)
    let points = try curve(in: folder.path).points
    #expect(points.map(\.iteration) == Array(1...8))
    #expect(points.filter { $0.validationLoss != nil }.map(\.iteration) == [4, 8])
  }

  @Test("a curve goes on where training goes on after an interruption")
  func interruptedCurve() throws {
    let order = try order(iterations: 1_000_000)
    let path = folder.path
    /// Works until the curve has got past an iteration.
    func work(past iteration: Int) throws -> LearningCurve {
      let stop = StopFlag()
      Thread.detachNewThread {
        while !stop.isStopped {
          let bytes = (try? DurableFile.read(path + "/" + RunFolder.curve)) ?? []
          let curve = try? JSONDecoder().decode(LearningCurve.self, from: Data(bytes))
          if (curve?.points.last?.iteration ?? 0) > iteration { stop.stop() }
          sched_yield()
        }
      }
      var worker = Worker(order, in: path, stop: stop)
      #expect(throws: Interrupted.self) { try worker.perform() }
      return try curve(in: path)
    }
    let first = try work(past: 4)
    let reached = try #require(first.points.last?.iteration)
    let second = try work(past: reached)
    #expect(second.points.starts(with: first.points) && second.points.count > first.points.count)
    #expect(zip(second.points, second.points.dropFirst()).allSatisfy { $0.iteration < $1.iteration })
  }

  @Test("a curve of any length has room, and forgets what came after a checkpoint")
  func longCurve() throws {
    var curve = LearningCurve()
    for iteration in 1...20_000 {
      let isValidation = iteration.isMultiple(of: 500)
      curve.take(iteration: iteration, loss: 1 / Double(iteration), validationLoss: isValidation ? 2 : nil)
    }
    #expect(curve.points.count <= 1000 && curve.points.count > 300)
    #expect(curve.points.count { $0.validationLoss != nil } == 40)
    let before = curve
    curve.take(iteration: 20_000, loss: 1, validationLoss: 1)
    curve.take(iteration: 30_001, loss: .nan, validationLoss: nil)
    #expect(curve == before)
    curve.resume(after: 10_100)
    #expect(curve.points.last.map { $0.iteration <= 10_100 } == true)
    let again = try JSONDecoder().decode(LearningCurve.self, from: JSONEncoder().encode(curve))
    #expect(again == curve)
  }
}
