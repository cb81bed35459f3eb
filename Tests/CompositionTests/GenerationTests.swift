import Identity
import MIDI
import Representation
import TestSupport
import Testing

@testable import Composition

@Suite("Generating songs")
struct GenerationTests {
  private func songs(
    _ weights: WeightsFile, count: Int = 2, seed: UInt64 = 1, threads: Int = 1, prime: Score? = nil
  ) throws -> [GeneratedSong] {
    let settings = GenerationSettings(songs: count, length: .bars(2), temperature: 0.9, topP: 0.95, seed: seed)
    return try Generation(weights, settings, threads: threads).run(prime: prime, stop: StopFlag()) { _ in }.songs
  }

  @Test("the same weights and seed give the same bytes, with any number of threads", arguments: Fixtures.plans)
  func again(plan: NetworkPlan) throws {
    let weights = try Fixtures.weights(plan)
    let first = try songs(weights)
    #expect(try songs(weights, threads: 3).map(\.sha256) == first.map(\.sha256))
    #expect(try songs(weights, seed: 2).map(\.sha256) != first.map(\.sha256))
  }

  @Test("a song does not depend on how many are made beside it", arguments: Fixtures.plans)
  func company(plan: NetworkPlan) throws {
    let weights = try Fixtures.weights(plan)
    let alone = try songs(weights, count: 1)
    #expect(try songs(weights, count: 18).first?.sha256 == alone.first?.sha256)
  }

  @Test("a song is never longer than asked for, and what is written can be read", arguments: Fixtures.plans)
  func length(plan: NetworkPlan) throws {
    for song in try songs(try Fixtures.weights(plan), count: 4) {
      #expect(song.bars <= 2)
      let score = try #require(try MIDIFile(bytes: song.bytes).scores().first)
      #expect(score.noteCount == song.notes)
      #expect(ContentHash(of: song.bytes) == song.sha256)
    }
  }

  @Test("a song that is continued stands at the beginning", arguments: Fixtures.plans)
  func prime(plan: NetworkPlan) throws {
    let prime = ScoreBuilder.chorale(seed: 9, quarters: 4)
    let song = try #require(try songs(try Fixtures.weights(plan), count: 1, prime: prime).first)
    let representation = try plan.reading().representation
    let (given, _) = try representation.encode(prime)
    let made = song.song
    if plan.representation.name == .roll {
      #expect(made.rows.starts(with: given.rows))
    } else {
      #expect(made.tokens.starts(with: given.tokens.dropLast()))
    }
    #expect(made.frames >= given.frames)
  }

  @Test("what is drawn of events encodes to itself, and ends where it says", arguments: [false, true])
  func events(byTheClock: Bool) throws {
    var plan = Fixtures.plan(.events, reads: .tokens)
    if byTheClock { plan.representation.time = .clock }
    let representation = try plan.reading().representation
    for song in try songs(try Fixtures.weights(plan), count: 4) {
      #expect(try representation.encode(representation.decode(song.song)).0 == song.song)
      #expect(song.song.tokens.last == representation.endToken)
      #expect(song.score.tracks.flatMap(\.notes).allSatisfy { $0.end <= song.score.length })
    }
  }

  @Test("a length of events in bars is counted in the metres that are drawn")
  func barsOfMetres() throws {
    let plan = Fixtures.plan(.events, reads: .tokens)
    let weights = try Fixtures.weights(plan)
    var metres: Set<Int> = []
    for bars in [1, 2, 5] {
      let settings = GenerationSettings(songs: 12, length: .bars(bars), temperature: 2, seed: 3)
      for song in try Generation(weights, settings, threads: 1).run(prime: nil, stop: StopFlag(), progress: { _ in })
        .songs
      {
        #expect(MetreMap(song.score).barCount <= bars)
        metres.formUnion(song.score.timeSignatures.map(\.numerator))
      }
    }
    #expect(metres.count > 3)
  }

  @Test("a song of events to be continued is measured in its own bars")
  func primeInBars() throws {
    let plan = Fixtures.plan(.events, reads: .tokens)
    var prime = ScoreBuilder.chorale(seed: 9, quarters: 6)
    prime.timeSignatures = [Score.TimeSignature(tick: 0, numerator: 3, denominator: 4)]
    #expect(throws: CompositionError.self) {
      try checkOrder(prime: prime, melody: nil, plan, GenerationSettings(length: .bars(2)))
    }
    try checkOrder(prime: prime, melody: nil, plan, GenerationSettings(length: .bars(3)))
    prime.timeSignatures = [Score.TimeSignature(tick: 0, numerator: 4, denominator: 4)]
    try checkOrder(prime: prime, melody: nil, plan, GenerationSettings(length: .bars(2)))
  }

  @Test("a song to be continued that is longer than allowed is refused")
  func longPrime() throws {
    let weights = try Fixtures.weights(Fixtures.plan(.voices, reads: .frames))
    #expect(throws: CompositionError.self) {
      try songs(weights, prime: ScoreBuilder.chorale(seed: 9, quarters: 80))
    }
  }
}
