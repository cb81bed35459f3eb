import Composition
import Foundation
import Glibc
import Identity
import Jobs
import MIDI
import TestSupport
import Testing

@testable import Work

@Suite("The learning curve of a run")
struct LearningCurveTests {
  private let fixture: RunFixture

  init() throws { fixture = try RunFixture() }

  private func curve(in folder: String) throws -> LearningCurve {
    try JSONDecoder().decode(LearningCurve.self, from: Data(try DurableFile.read(folder + "/" + RunFolder.curve)))
  }

  @Test("a run's curve has each validation")
  func wholeCurve() throws {
    _ = try fixture.perform(try fixture.order(), in: fixture.folder.path)
    let points = try curve(in: fixture.folder.path).points
    #expect(points.map(\.iteration) == Array(1...8))
    #expect(points.filter { $0.validationLoss != nil }.map(\.iteration) == [4, 8])
  }

  @Test("a curve goes on where training goes on after an interruption")
  func interruptedCurve() throws {
    let order = try fixture.order(iterations: 1_000_000)
    let path = fixture.folder.path
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

  // MARK: What songs copy

  @Test("a curve tells what songs of the weights on the way and of those that were kept copy, and what people's do")
  func copying() throws {
    let order = try fixture.order(iterations: 60)
    let result = try fixture.perform(order, in: fixture.folder.path)
    let curve = try curve(in: fixture.folder.path)
    let kept = try #require(result.training?.bestIteration)
    #expect(curve.copying?.map(\.iteration) == Set(stride(from: 8, through: 56, by: 8)).union([kept]).sorted())
    #expect(curve.yardstick != nil && curve.yardstick == result.songs.first?.copying?.yardstick.longestP95)
    #expect(!DurableFile.exists(fixture.folder.path + "/snapshots") && result.warnings.isEmpty)
  }

  @Test("it is the mean of the longest runs of four songs that are drawn freely, whatever the run's own are to be")
  func freely() throws {
    var order = try fixture.order()
    order.generate?.order.polyphony = 1
    order.generate?.length = .bars(6)
    let training = try #require(try fixture.perform(order, in: fixture.folder.path).training)
    let weights = try WeightsFile.read(fixture.folder.path + "/" + RunFolder.weights).weights
    var fields = GenerateFields(weights.metadata.generate)
    (fields.songs, fields.length) = (4, .bars(6))
    let songs = try Generation(weights, fields.resolved().generationSettings, threads: 2)
      .run(prime: nil, stop: StopFlag(), progress: { _ in }).songs
    // Beside themselves as the corpus they are copies as long as they are.
    let files = try songs.enumerated().map { number, song in
      let path = fixture.folder.path + "/song\(number).mid"
      try DurableFile.write(song.bytes, to: path)
      return MusicFile(name: "\(number)", path: FileName(path), sha256: song.sha256, corpus: "")
    }
    let reference = try MusicReference(files, warn: { _ in })
    CopyingMeasurement(
      training: training, settings: try #require(order.train), length: .bars(6), kept: weights, reference: reference,
      folder: fixture.folder.path, threads: 1, stop: StopFlag()
    ).perform()
    let bars = songs.map { reference.copying(of: $0.score).longest?.bars ?? 0 }
    let told = try #require(
      try curve(in: fixture.folder.path).copying?.first { $0.iteration == training.bestIteration })
    #expect(told.longestBars == bars.reduce(0, +) / 4 && told.longestBars > 4)
  }

  @Test("what a job leaves open is chosen for the weights on the way and their songs as well")
  func openSettings() throws {
    var order = try fixture.order(iterations: 40)
    order.train?.open = ["validate_every"]
    let training = try #require(try fixture.perform(order, in: fixture.folder.path).training)
    let interval = try #require(training.choice?.settings.trainingSettings.validateEvery)
    #expect(interval != order.train?.trainingSettings.validateEvery)
    let points = try curve(in: fixture.folder.path)
    let told = Set(stride(from: interval, through: 40, by: interval)).union([training.bestIteration])
    #expect(points.copying?.map(\.iteration) == told.sorted())
  }

  @Test("who asks for an end while it is measured has a whole result")
  func stopped() throws {
    let order = try fixture.order()
    let training = try #require(try fixture.perform(order, in: fixture.folder.path).training)
    let before = try curve(in: fixture.folder.path)
    let weights = try WeightsFile.read(fixture.folder.path + "/" + RunFolder.weights).weights
    let stop = StopFlag()
    stop.stop()
    CopyingMeasurement(
      training: training, settings: try #require(order.train), length: .bars(2), kept: weights,
      reference: try MusicReference([], heldOut: []), folder: fixture.folder.path, threads: 1, stop: stop
    ).perform()
    #expect(try curve(in: fixture.folder.path) == before)
  }

  @Test("weights that an attempt before has left, whole or torn, make no difference")
  func leftWeights() throws {
    let order = try fixture.order(iterations: 60)
    let whole = try TemporaryFolder()
    _ = try fixture.perform(order, in: whole.path)
    let left = fixture.folder.path + "/snapshots"
    try DurableFile.makeFolder(left)
    let weights = try DurableFile.read(whole.path + "/" + RunFolder.weights)
    for name in ["8", "64", "1000"] { try DurableFile.write(weights, to: "\(left)/\(name).safetensors") }
    for name in ["12", "62", "08"] { try DurableFile.write([1, 2, 3], to: "\(left)/\(name).safetensors") }
    let result = try fixture.perform(order, in: fixture.folder.path)
    #expect(result.warnings.isEmpty && !DurableFile.exists(left))
    #expect(try curve(in: fixture.folder.path).copying == curve(in: whole.path).copying)
  }

  @Test("a run without songs measures nothing, and leaves no weights on the way")
  func withoutSongs() throws {
    var order = try fixture.order()
    order.generate = nil
    _ = try fixture.perform(order, in: fixture.folder.path)
    #expect(try curve(in: fixture.folder.path).copying == nil)
    #expect(!DurableFile.exists(fixture.folder.path + "/snapshots"))
  }

  @Test("of many weights on the way every other one is kept, until they are at most twelve")
  func snapshots() throws {
    _ = try fixture.perform(try fixture.order(), in: fixture.folder.path)
    let weights = try WeightsFile.read(fixture.folder.path + "/" + RunFolder.weights).weights
    let snapshots = WeightsSnapshots(in: fixture.folder.path + "/few", every: 10)
    #expect(snapshots.iterations.isEmpty)
    for iteration in stride(from: 10, through: 120, by: 10) { try snapshots.take(iteration) { weights } }
    #expect(snapshots.iterations == Array(stride(from: 10, through: 120, by: 10)))
    try snapshots.take(130) { weights }
    #expect(snapshots.iterations == Array(stride(from: 20, through: 120, by: 20)))
    for iteration in stride(from: 140, through: 500, by: 10) { try snapshots.take(iteration) { weights } }
    #expect(snapshots.iterations == Array(stride(from: 40, through: 480, by: 40)))
    // Training that goes on from before them makes the later ones anew.
    for iteration in stride(from: 250, through: 290, by: 10) { try snapshots.take(iteration) { weights } }
    #expect(snapshots.iterations == Array(stride(from: 40, through: 280, by: 40)))
    snapshots.remove()
    #expect(snapshots.iterations.isEmpty && !DurableFile.exists(fixture.folder.path + "/few/snapshots"))
  }
}
