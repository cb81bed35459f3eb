import MIDI
import Representation
import TestSupport
import Testing

@testable import Composition
@testable import Network

@Suite("One tonic")
struct TonicTests {
  private func corpus(_ plan: NetworkPlan) throws -> EncodedCorpus {
    let folder = try TemporaryFolder()
    return try EncodedCorpus(try Fixtures.files(5, in: folder), try plan.reading().representation)
  }

  @Test(
    "each song is moved to C, and no note is lost",
    arguments: [RepresentationSettings.Name.voices, .steps, .roll])
  func movesToC(_ name: RepresentationSettings.Name) throws {
    let plan = Fixtures.plan(name, reads: .frames)
    let representation = try plan.reading().representation
    let corpus = try corpus(plan)
    let moved = corpus.onOneTonic(representation)
    #expect(Set(moved.items.map { representation.tonic(of: $0.song) }) == [0])
    for (before, after) in zip(corpus.items, moved.items) {
      #expect(representation.decode(before.song).noteCount == representation.decode(after.song).noteCount)
      #expect(after.outline == representation.outline(of: after.song))
    }
    #expect(corpus.tonics(representation).reduce(0, +) == 5)
    #expect(moved.tonics(representation)[0] == 5)
  }

  /// Not frames of steps: what goes round at their edge stands on the other side of what is written before it.
  private static let moving = Fixtures.plans.filter {
    $0.representation.name != .steps || $0.network.reads == .tokens
  }

  @Test("the network on another tonic finds a moved song as likely", arguments: moving, [-3, 2, 5])
  func movesNetworks(_ plan: NetworkPlan, _ semitones: Int) throws {
    let weights = try Fixtures.weights(plan)
    let reading = try plan.reading()
    let song = try #require(try corpus(plan).items.first).song
    let moved = try #require(reading.representation.transposed(song, by: semitones))
    func loss(_ song: EncodedSong, _ tensors: [Tensor]) throws -> Double? {
      let network = try Network(reading.architecture, tensors: tensors)
      return try Scoring(network, reading, pool: WorkerPool(1)).score(EncodedCorpus(songs: [song])).validationLoss
    }
    let before = try #require(try loss(song, weights.tensors))
    let after = try #require(try loss(moved, weights.moved(weights.tensors, up: semitones, reading)))
    #expect(abs(before - after) < 1e-4 * max(1, abs(before)))
  }

  @Test("of events every pitch moves, also those that other representations leave out", arguments: [-5, 4])
  func movesAllEvents(_ semitones: Int) throws {
    let plan = Fixtures.plan(.events, reads: .tokens)
    let reading = try plan.reading()
    let weights = try OrderFixture.weights(plan, seed: 4)
    let notes = (20...30).map { Score.Note(start: ($0 - 20) * 240, end: ($0 - 19) * 240, pitch: UInt8($0)) }
    let song = try reading.representation.encode(Score(tracks: [Score.Track(notes: notes)], length: 11 * 240)).0
    let moved = try #require(reading.representation.transposed(song, by: semitones))
    func loss(_ song: EncodedSong, _ tensors: [Tensor]) throws -> Double {
      let network = try Network(reading.architecture, tensors: tensors)
      return try Scoring(network, reading, pool: WorkerPool(1)).score(EncodedCorpus(songs: [song])).sum(\.nll)
    }
    let (before, after) = try (
      loss(song, weights.tensors), loss(moved, weights.moved(weights.tensors, up: semitones, reading))
    )
    #expect(abs(before - after) < 1e-4 * abs(before))
  }

  /// Weights that were trained on one tonic, of songs on the tonics told.
  private func weights(_ tonics: [Int]?) throws -> WeightsFile {
    var task = try Fixtures.task(Fixtures.plan(.voices, reads: .frames))
    task.settings.transpose = .init(low: -3, high: 3, fade: true, tonic: true)
    var weights = try train(task, stop: StopFlag(), progress: { _ in }).weights
    #expect(weights.metadata.tonics?.reduce(0, +) == task.train.items.count)
    weights.metadata.tonics = tonics
    return weights
  }

  private func tonics(_ weights: WeightsFile, _ constraints: SongConstraints = SongConstraints()) throws -> [Int] {
    var settings = GenerationSettings(songs: 1, length: .bars(2))
    settings.constraints = constraints
    let generation = try Generation(weights, settings, threads: 1)
    let order = try SongOrder(prime: nil, melody: nil, generation.reading, settings)
    return try generation.tonics(of: Array(1...40), order)
  }

  @Test("songs stand on the corpus's tonics, or on the key's or the first chord's")
  func choosesTonics() throws {
    let weights = try weights([0, 0, 3, 0, 0, 0, 0, 1, 0, 0, 0, 0])
    let drawn = try tonics(weights)
    #expect(Set(drawn) == [2, 7] && drawn.count { $0 == 2 } > 20)
    var asked = SongConstraints()
    asked.chords = [[.init(symbol: "F", pitchClasses: 0b1000_0010_0001, root: 5)]]
    #expect(Set(try tonics(weights, asked)) == [5])
    var key = SongConstraints.Key(name: "Bb major", pitchClasses: 0b0110_1010_1101)
    key.tonic = 10
    asked.key = key
    #expect(Set(try tonics(weights, asked)) == [10])
  }

  @Test(
    "counts of tonics that make no sense, as hostile weights may have them, harm nothing",
    arguments: [
      [Int](repeating: -5, count: 12), [Int](repeating: .max, count: 12), [1], [],
    ])
  func survivesNonsense(_ counts: [Int]) throws {
    #expect(try tonics(try weights(counts)).allSatisfy { (0..<12).contains($0) })
  }

  @Test("a song's bytes do not depend on the songs beside it")
  func isIndependent() throws {
    let weights = try weights([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1])
    func songs(_ seeds: [UInt64]) throws -> [[UInt8]] {
      let generation = try Generation(weights, GenerationSettings(length: .bars(2)), threads: 1)
      return try generation.compose(seeds, prime: nil, stop: StopFlag()) { _ in }.songs.map(\.bytes)
    }
    let together = try songs([1, 2, 3, 4, 5])
    #expect(together == (try (1...5).flatMap { try songs([$0]) }))
  }

  @Test("naming a tonic costs the logarithm of twelve")
  func countsTheTonic() throws {
    let plan = Fixtures.plan(.voices, reads: .frames)
    let reading = try plan.reading()
    let corpus = try corpus(plan).onOneTonic(reading.representation)
    let scoring = try Scoring(Network(reading.architecture, seed: 1), reading, pool: WorkerPool(1))
    let plain = EncodedCorpus(songs: corpus.items.map(\.song))
    let difference = try scoring.score(corpus).sum(\.nll) - scoring.score(plain).sum(\.nll)
    #expect(abs(difference - 5 * 2.484_906_65) < 1e-3)
  }
}
