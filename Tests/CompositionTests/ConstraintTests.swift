import MIDI
import Network
import Representation
import TestSupport
import Testing

@testable import Composition

@Suite("Composing to order")
struct ConstraintTests {
  /// Every kind of network over every representation, with the ways to write each.
  static let plans: [NetworkPlan] = {
    var withoutHolds = Fixtures.plan(.steps, reads: .frames)
    withoutHolds.representation.holds = false
    var byClock = Fixtures.plan(.events, reads: .tokens)
    byClock.representation.time = .clock
    var repeating = Fixtures.plan(.voices, reads: .frames)
    repeating.representation.repeats = true
    var toTheMean = Fixtures.plan(.roll, reads: .tokens)
    toTheMean.network.loss = .mse
    return Array(Fixtures.plans.prefix(9)) + [withoutHolds, byClock, repeating, toTheMean]
  }()

  @Test("no song of a random network breaks what was asked for, in any combination", arguments: plans)
  func neverBreaks(plan: NetworkPlan) throws {
    var made = 0
    for seed in UInt64(0)..<10 {
      let order = OrderFixture(plan, seed: seed)
      do {
        let generation = try Generation(try OrderFixture.weights(plan, seed: seed), order.settings, threads: 1)
        let songs = try generation.run(prime: order.prime, melody: order.melody, stop: StopFlag()) { _ in }.songs
        for song in songs {
          let faults = try order.faults(song)
          #expect(faults.isEmpty, "seed \(seed): \(order.constraints), \(order.settings.length)")
          made += 1
        }
      } catch let error as CompositionError {
        #expect(error.kind == .spec && error.message.contains(":"), "seed \(seed): \(error)")
      }
    }
    #expect(made >= 10)
  }

  @Test("a network whose numbers are none keeps to what was asked for all the same", arguments: plans)
  func keepsWithoutNumbers(plan: NetworkPlan) throws {
    for number in [Float.nan, .infinity, -3e38] {
      var weights = try OrderFixture.weights(plan, seed: 1)
      for tensor in weights.tensors.indices {
        weights.tensors[tensor].values = weights.tensors[tensor].values.map { _ in number }
      }
      for seed in UInt64(100)..<103 {
        let order = OrderFixture(plan, seed: seed)
        guard let generation = try? Generation(weights, order.settings, threads: 1),
          let songs = try? generation.run(
            prime: order.prime, melody: order.melody, stop: StopFlag(), progress: { _ in }
          )
          .songs
        else { continue }
        for song in songs { #expect(try order.faults(song) == [], "seed \(seed)") }
      }
    }
  }

  @Test("what no one asked for draws the same as without rules", arguments: plans)
  func changesNothing(plan: NetworkPlan) throws {
    let weights = try OrderFixture.weights(plan, seed: 3)
    let plain = GenerationSettings(songs: 2, length: .bars(3), seed: 8)
    var most = plain
    most.constraints.lengthRule = .atMost
    func songs(_ settings: GenerationSettings) throws -> [GeneratedSong] {
      try Generation(weights, settings, threads: 1).run(prime: nil, stop: StopFlag()) { _ in }.songs
    }
    #expect(try songs(most).map(\.sha256) == songs(plain).map(\.sha256))
    // Every pitch is in the chromatic scale, so rules that forbid nothing draw the same too.
    var free = plain
    free.constraints.key = .init(name: "C chromatic", pitchClasses: 0xFFF)
    #expect(try songs(free).map(\.sha256) == songs(plain).map(\.sha256))
  }
}
