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
}
