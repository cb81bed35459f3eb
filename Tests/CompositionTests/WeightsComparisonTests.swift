import Identity
import Representation
import TestSupport
import Testing

@testable import Composition

@Suite("Comparing weights")
struct WeightsComparisonTests {
  @Test("the chance is the share of all choices of signs that lead as far")
  func exact() {
    // The signs (+++) and (---) of 8 lead as far as 1 + 2 + 3.
    #expect(WeightsComparison([1, 2, 3], [0, 0, 0]).chance == 0.25)
    #expect(WeightsComparison([1, 0], [0, 1]).chance == 1)
    let six = WeightsComparison([0, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1])
    #expect(six.chance == 2.0 / 64 && six.better == 1 && six.difference == -1 && six.standardError == 0)
    #expect(WeightsComparison([1, 1, 1, 1, 1], [0, 0, 0, 0, 0]).better == nil)
  }

  @Test("of many songs a small difference in the same sense is found, and one in both senses is not")
  func many() {
    var random = SeededGenerator(seed: 1)
    let noise = (0..<60).map { _ in Double(random.next() % 2000) / 1000 - 1 }
    let base = (0..<60).map { _ in 5 + Double(random.next() % 1000) / 100 }
    let same = WeightsComparison(base, zip(base, noise).map { $0 + $1 })
    #expect(same.better == nil && same.chance > 0.05)
    let other = WeightsComparison(base, zip(base, noise).map { $0 + $1 - 0.6 })
    #expect(other.better == 2 && other.chance < 0.001 && other.chance > 0)
    // The same again: the draws have a fixed seed.
    #expect(WeightsComparison(base, zip(base, noise).map { $0 + $1 - 0.6 }) == other)
    #expect(same.songs.first + same.songs.second + same.songs.equal == 60)
  }

  @Test("nothing to compare is no difference")
  func nothing() {
    let none = WeightsComparison([], [])
    #expect(none.chance == 1 && none.better == nil && none.standardError == nil)
    #expect(WeightsComparison([1], [2]).better == nil)
    #expect(WeightsComparison([1, 2], [1, 2]).better == nil)
  }

  @Test("weights that were trained longer are better on the songs that they were trained on")
  func trained() throws {
    let plan = Fixtures.plan(.voices, reads: .frames)
    let short = try train(try Fixtures.task(plan, iterations: 2), stop: StopFlag(), progress: { _ in }).weights
    let task = try Fixtures.task(plan, iterations: 60)
    let long = try train(task, stop: StopFlag(), progress: { _ in }).weights
    let comparison = WeightsComparison(
      try songLosses(of: short, on: task.train, threads: 1), try songLosses(of: long, on: task.train, threads: 1))
    #expect(comparison.difference > 0 && comparison.songs.second == comparison.second.count)
  }
}
