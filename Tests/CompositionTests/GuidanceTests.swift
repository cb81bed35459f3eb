import MIDI
import Network
import Representation
import TestSupport
import Testing

@testable import Composition

@Suite("Guidance")
struct GuidanceTests {
  private static let network: [Float] = [0.5, 1, -.infinity, 2, -1]
  private static let guide: [Float] = [1, 0, -.infinity, 0.5, 0.25]

  private func steered(
    _ logits: [Float] = network, _ guide: [Float] = guide, guidance: Double, pitches: Double, starts: Range<Int>?
  ) -> [Float] {
    var settings = GenerationSettings()
    (settings.guidance, settings.pitchGuidance) = (guidance, pitches)
    var result = logits
    Guidance(settings).steer(&result, awayFrom: guide, starts: starts)
    return result
  }

  private func isNear(_ logits: [Float], _ expected: [Float]) -> Bool {
    logits.count == expected.count && zip(logits, expected).allSatisfy { $0 == $1 || abs($0 - $1) < 2e-5 }
  }

  // Golden/guidance.py made the numbers of the next two.

  @Test("logits move away from the guide's, and what is forbidden stays so")
  func alike() {
    let logits = steered(guidance: 0.5, pitches: 0, starts: nil)
    #expect(isNear(logits, [0.25, 1.5, -.infinity, 2.75, -1.625]))
  }

  @Test("that a note starts, and at which pitch, are steered apart")
  func apart() {
    let logits = steered(guidance: 0.5, pitches: 2, starts: 3..<5)
    #expect(isNear(logits, [0.25, 1.5, -.infinity, 2.53471, -5.96529]))
  }

  @Test("a strength of 0 leaves logits as likely as they were")
  func none() {
    #expect(isNear(steered(guidance: 0, pitches: 0, starts: 3..<5), Self.network))
    #expect(steered(guidance: 0, pitches: 0, starts: nil) == Self.network)
  }

  @Test("what the guide alone forbids, and what would be no number, stays as it was")
  func withoutNumbers() {
    let logits = steered([0, 1, 2], [-.infinity, .nan, -3e38], guidance: 10, pitches: 10, starts: nil)
    #expect(logits == [0, 1, 2])
    // What the guide can tell of, 1 and 2, moves as a whole by guidance · (log 2e² - log (e + e²)), here 0.37989.
    let starts = steered([0, 2, 2], [-.infinity, 1, 2], guidance: 1, pitches: 0, starts: 0..<3)
    #expect(isNear(starts, [0.37989, 2.37989, 2.37989]))
  }

  @Test("starts that are all forbidden, or beyond the classes, change nothing else")
  func forbiddenStarts() {
    let logits: [Float] = [1, -.infinity, -.infinity]
    #expect(steered(logits, [1, 5, 5], guidance: 1, pitches: 1, starts: 1..<9) == logits)
  }

  // MARK: Weights with a guide

  private func guided(_ plan: NetworkPlan, at iteration: Int, iterations: Int = 6) throws -> TrainingTask {
    var task = try Fixtures.task(plan, iterations: iterations)
    task.settings.guide = iteration
    return task
  }

  @Test("the guide is the averaged network of its iteration, and changes nothing of the others' bytes")
  func kept() throws {
    let plan = Fixtures.plan(.voices, reads: .frames)
    let weights = try train(try guided(plan, at: 2), stop: StopFlag(), progress: { _ in }).weights
    var task = try Fixtures.task(plan)
    #expect(try train(task, stop: StopFlag(), progress: { _ in }).weights.tensors == weights.tensors)
    task.stopAtIteration = 2
    let early = try train(task, stop: StopFlag(), progress: { _ in }).weights
    #expect(early.metadata.iteration == 2 && weights.metadata.guide == 2)
    let upperHalves = early.tensors.flatMap(\.values).map { GuideText.rounded($0) }
    #expect(weights.guide.flatMap(\.values) == upperHalves)
    #expect(try Safetensors(bytes: weights.encoded()).tensors.map(\.name) == early.tensors.map(\.name))
    #expect(weights.parameterCount == early.parameterCount)
  }

  @Test("weights with a guide are written and read again to the same bytes", arguments: Fixtures.plans)
  func roundTrip(plan: NetworkPlan) throws {
    let bytes = try train(try guided(plan, at: 1), stop: StopFlag(), progress: { _ in }).weights.encoded()
    let again = try WeightsFile(bytes, path: "w")
    #expect(!again.guide.isEmpty)
    #expect(try again.encoded() == bytes)
    let file = try Safetensors(bytes: bytes)
    let turned = Safetensors(tensors: file.tensors.reversed(), metadata: file.metadata).encoded()
    #expect(try WeightsFile(turned, path: "w").guide == again.guide)
  }

  @Test("a training stopped before or after its guide gives the same bytes", arguments: [2, 4])
  func resuming(stopAt: Int) throws {
    let folder = try TemporaryFolder()
    var task = try guided(Fixtures.plan(.steps, reads: .frames), at: 3)
    let whole = try train(task, stop: StopFlag(), progress: { _ in }).weights
    task.checkpointPath = folder.path + "/checkpoint"
    let stop = StopFlag()
    #expect(throws: Interrupted.self) {
      try train(task, stop: stop) { if $0.iteration == stopAt { stop.stop() } }
    }
    let resumed = try train(task, stop: StopFlag(), progress: { _ in }).weights
    #expect(!whole.guide.isEmpty)
    #expect(try resumed.encoded() == whole.encoded())
  }

  @Test("no guide is kept that is not earlier than the best weights", arguments: [6, 100])
  func tooLate(iteration: Int) throws {
    let task = try guided(Fixtures.plan(.voices, reads: .frames), at: iteration)
    let weights = try train(task, stop: StopFlag(), progress: { _ in }).weights
    #expect(weights.guide.isEmpty && weights.metadata.guide == nil)
  }

  @Test("halves are rounded to the nearest, of two to the even one")
  func rounding() {
    // Of 8 bits of fraction the last may be odd: 1 + 2⁻⁷ is one, and 1 + 2⁻⁸ and 1 + 3 · 2⁻⁸ lie between two.
    #expect(GuideText.rounded(1 + 0x1p-8) == 1)
    #expect(GuideText.rounded(1 + 0x1.8p-7) == 1 + 0x1p-6)
    #expect(GuideText.rounded(-(1 + 0x1.02p-8)) == -(1 + 0x1p-7))
    #expect(GuideText.rounded(.infinity) == .infinity && GuideText.rounded(-0.0).sign == .minus)
  }

  @Test("weights whose guide is missing, short or no text are refused", arguments: [nil, "", "AAAA", "?"])
  func incomplete(text: String?) throws {
    let task = try guided(Fixtures.plan(.voices, reads: .frames), at: 1)
    let file = try Safetensors(bytes: try train(task, stop: StopFlag(), progress: { _ in }).weights.encoded())
    var entries = file.metadata
    entries["ritornello-guide"] = text
    let bytes = Safetensors(tensors: file.tensors, metadata: entries).encoded()
    let error = #expect(throws: CompositionError.self) { try WeightsFile(bytes, path: "w.safetensors") }
    #expect(error?.kind == .data && error?.message.contains("ritornello-guide") == true)
  }

  @Test("a guide of no numbers steers nothing")
  func guideWithoutNumbers() throws {
    var weights = try train(
      try guided(Fixtures.plan(.voices, reads: .frames), at: 1), stop: StopFlag(), progress: { _ in }
    ).weights
    let plain = try songs(weights, guidance: 0).songs.map(\.sha256)
    let broken = weights.guide.map {
      Tensor(name: $0.name, shape: $0.shape, values: $0.values.map { _ in Float.nan })
    }
    weights.take(guide: broken, of: 1)
    #expect(try songs(weights, guidance: 3).songs.map(\.sha256) == plain)
  }

  @Test("weights that are trained on keep their first guide, and take one where they had none")
  func trainedOn() throws {
    let plan = Fixtures.plan(.voices, reads: .frames)
    var task = try guided(plan, at: 4)
    task.start = try train(try guided(plan, at: 2), stop: StopFlag(), progress: { _ in }).weights
    let second = try train(task, stop: StopFlag(), progress: { _ in }).weights
    #expect(second.metadata.guide == 2 && second.guide == task.start?.guide)
    task.start = try Fixtures.weights(plan)
    #expect(try train(task, stop: StopFlag(), progress: { _ in }).weights.metadata.guide == 4)
    task.settings.guide = nil
    #expect(try train(task, stop: StopFlag(), progress: { _ in }).weights.guide.isEmpty)
    var grown = try guided(Fixtures.plan(.voices, reads: .frames), at: 1)
    grown.plan.network.inputs = [.position]
    let few = try train(grown, stop: StopFlag(), progress: { _ in }).weights
    grown.plan = plan
    grown.start = few
    let more = try train(grown, stop: StopFlag(), progress: { _ in }).weights
    #expect(more.guide.map(\.shape) == more.tensors.map(\.shape))
    #expect(try more.encoded() == (try WeightsFile(more.encoded(), path: "w").encoded()))
  }

  // MARK: Songs

  private func songs(_ weights: WeightsFile, guidance: Double, threads: Int = 1) throws -> GenerationOutcome {
    var settings = GenerationSettings(songs: 3, length: .bars(3), seed: 4)
    (settings.guidance, settings.pitchGuidance) = (guidance, guidance)
    return try Generation(weights, settings, threads: threads)
      .run(prime: nil, stop: StopFlag(), progress: { _ in })
  }

  @Test("guidance changes songs, the same with one thread and three", arguments: Fixtures.plans)
  func changes(plan: NetworkPlan) throws {
    let weights = try train(try guided(plan, at: 1, iterations: 20), stop: StopFlag(), progress: { _ in }).weights
    let guided = try songs(weights, guidance: 3)
    #expect(guided.warnings.isEmpty)
    #expect(guided.songs.map(\.sha256) != (try songs(weights, guidance: 0).songs.map(\.sha256)))
    #expect(guided.songs.map(\.sha256) == (try songs(weights, guidance: 3, threads: 3).songs.map(\.sha256)))
  }

  @Test("weights without a guide make the songs that they make without guidance, and say so")
  func withoutGuide() throws {
    let weights = try Fixtures.weights(Fixtures.plan(.voices, reads: .frames))
    let outcome = try songs(weights, guidance: 1)
    #expect(outcome.songs.map(\.sha256) == (try songs(weights, guidance: 0).songs.map(\.sha256)))
    #expect(
      outcome.warnings == [
        "guidance does nothing, for the weights have no guide: train with guide: N to keep those of iteration N"
      ])
  }

  @Test("a network trained to a mean is not steered, and says so")
  func means() throws {
    var plan = Fixtures.plan(.roll, reads: .tokens)
    plan.network.loss = .mse
    let weights = try train(try guided(plan, at: 1), stop: StopFlag(), progress: { _ in }).weights
    #expect(weights.guide.isEmpty)
    let warnings = try songs(weights, guidance: 1).warnings
    #expect(warnings.count == 1 && warnings[0].contains("trained to a mean"))
  }

  @Test("on another tonic the guide moves with the network: one that is its equal steers nothing")
  func onATonic() throws {
    var weights = try OrderFixture.weights(Fixtures.plan(.voices, reads: .frames), seed: 1)
    weights.take(guide: weights.tensors, of: 1)
    weights.tensors = weights.guide
    weights.metadata.training.transpose = .init(low: -3, high: 3, fade: true, tonic: true)
    weights.metadata.tonics = [Int](repeating: 1, count: 12)
    func notes(guidance: Double) throws -> [[Score.Note]] {
      var settings = GenerationSettings(songs: 2, length: .bars(2), seed: 9)
      settings.guidance = guidance
      settings.constraints.key = .init(name: "D", pitchClasses: 0xFFF)
      settings.constraints.key?.tonic = 2
      return try Generation(weights, settings, threads: 1)
        .run(prime: nil, stop: StopFlag(), progress: { _ in }).songs.map { $0.score.tracks.flatMap(\.notes) }
    }
    let plain = try notes(guidance: 0)
    #expect(try notes(guidance: 5) == plain && plain.allSatisfy { !$0.isEmpty })
  }
}
