import Network
import Representation
import TestSupport
import Testing

@testable import Composition

@Suite("How songs pass through networks")
struct ReadingTests {
  @Test("what is right at each step, put together, is the song", arguments: Fixtures.plans)
  func targets(plan: NetworkPlan) throws {
    let reading = try plan.reading()
    let (song, _) = try reading.representation.encode(ScoreBuilder.chorale(seed: 1))
    var batch = BatchBuilder(lanes: 1, architecture: reading.architecture)
    var past = Past()
    for _ in 0..<reading.stepCount(of: song) {
      batch.append(song, after: past, by: reading)
      reading.advance(&past, over: song)
    }
    switch batch.batch.targets {
    case .classes(let classes): #expect(classes == song.tokens)
    case .written(let tokens): #expect(tokens.target == song.tokens)
    case .values(let values, let scored):
      var rows = [UInt8](repeating: 0, count: song.rows.count)
      for row in 0..<values.count {
        for place in values.indices[Int(values.offsets[row])..<Int(values.offsets[row + 1])] {
          rows[row * values.width + Int(place)] = 1
        }
      }
      #expect(rows == song.rows)
      #expect(scored.allSatisfy { $0 == 1 })
    }
  }

  @Test("what a step reads does not depend on what comes later", arguments: Fixtures.plans)
  func causality(plan: NetworkPlan) throws {
    let reading = try plan.reading()
    let (song, _) = try reading.representation.encode(ScoreBuilder.chorale(seed: 1))
    let (other, _) = try reading.representation.encode(ScoreBuilder.chorale(seed: 2))
    let half = reading.stepCount(of: song) / 2
    let before = inputs(song, reading, steps: half)
    var past = Past()
    for _ in 0..<half - 1 { reading.advance(&past, over: song) }
    // The same past, and another song from there on.
    var mixed = song
    if song.rows.isEmpty {
      mixed.tokens = Array(song.tokens[..<past.place]) + other.tokens.dropFirst(past.place)
    } else {
      let width = song.rows.count / reading.stepCount(of: song)
      mixed.rows = Array(song.rows[..<(past.place * width)]) + other.rows.dropFirst(past.place * width)
    }
    #expect(mixed != song)
    #expect(inputs(mixed, reading, steps: half) == before)
  }

  @Test("a transposed copy reads what the transposed song reads, but for the shift", arguments: Fixtures.plans)
  func transposition(plan: NetworkPlan) throws {
    var plan = plan
    plan.network.inputs = plan.network.inputs.filter { $0 != .shift }
    let reading = try plan.reading()
    let (song, _) = try reading.representation.encode(ScoreBuilder.chorale(seed: 3))
    let moved = try #require(reading.representation.transposed(song, by: 2))
    let steps = reading.stepCount(of: song)
    #expect(inputs(song, reading, steps: steps, shift: 2) == inputs(moved, reading, steps: steps))
  }

  @Test("every token of a song is one that its mask allows", arguments: Fixtures.plans.filter { $0.network.head > 0 })
  func masks(plan: NetworkPlan) throws {
    let reading = try plan.reading()
    guard case .written(let head) = reading.architecture.writing else { return }
    for seed in 0..<5 {
      let (song, _) = try reading.representation.encode(ScoreBuilder.chorale(seed: UInt64(seed)))
      var batch = BatchBuilder(lanes: 1, architecture: reading.architecture)
      var past = Past()
      for _ in 0..<reading.stepCount(of: song) {
        batch.append(song, after: past, by: reading)
        reading.advance(&past, over: song)
      }
      let rows = head.tables.reduce(0) { $0 + $1.rows }
      for index in 0..<batch.written.count {
        let place = Int(batch.written.mask[index]) * head.classes + Int(batch.written.target[index])
        #expect(head.masks[place] == 1)
      }
      #expect(batch.written.tableRows.allSatisfy { $0 >= 0 && $0 < rows })
    }
  }

  @Test("a loss that does not fit the representation is refused")
  func losses() {
    var plan = Fixtures.plan(.voices, reads: .frames)
    plan.network.loss = .mse
    #expect(throws: CompositionError.self) { try plan.reading() }
  }

  private func inputs(
    _ song: EncodedSong, _ reading: any SongReading, steps: Int, shift: Int = 0
  ) -> BatchReads {
    var batch = BatchBuilder(lanes: 1, architecture: reading.architecture)
    var past = Past(shift: shift)
    for _ in 0..<steps {
      batch.append(inputAfter: past, by: reading)
      reading.advance(&past, over: song)
    }
    return BatchReads(classes: batch.classes, vectors: batch.vectors, keep: batch.keep)
  }

  private struct BatchReads: Equatable {
    var classes: [Int32]
    var vectors: SparseRows
    var keep: [UInt8]
  }
}
