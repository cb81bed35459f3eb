import MIDI
import Representation
import Testing

@testable import Composition

@Suite("Where songs lie")
struct RegisterTests {
  private let plan = Fixtures.plan(.voices, reads: .frames)

  private func song(_ pitches: [UInt8]) throws -> EncodedSong {
    let notes = pitches.enumerated().map { Score.Note(start: $0 * 480, end: ($0 + 1) * 480, pitch: $1) }
    let score = Score(tracks: [Score.Track(notes: notes)], length: pitches.count * 480)
    return try plan.reading().representation.encode(score).0
  }

  /// Weights that were trained on one tonic, as songs of any tonic lay there.
  private func weights(register: Bool = true) throws -> WeightsFile {
    var task = try Fixtures.task(plan)
    task.settings.transpose = .init(low: -3, high: 3, fade: true, tonic: true, register: register)
    return try train(task, stop: StopFlag(), progress: { _ in }).weights
  }

  private func weights(
    _ register: CorpusRegister?, tonics: [Int] = [Int](repeating: 1, count: 12)
  ) throws -> WeightsFile {
    var weights = try weights()
    (weights.metadata.register, weights.metadata.tonics) = (register, tonics)
    return weights
  }

  private func register(_ weights: WeightsFile, _ constraints: SongConstraints = SongConstraints()) throws
    -> CorpusRegister?
  {
    var settings = GenerationSettings(length: .bars(2))
    settings.constraints = constraints
    let generation = try Generation(weights, settings, threads: 1)
    return generation.register(try SongOrder(prime: nil, melody: nil, generation.reading, settings))
  }

  private func moves(_ pitches: [UInt8], _ weights: WeightsFile) throws -> Set<Int> {
    let generation = try Generation(weights, GenerationSettings(), threads: 1)
    let register = try #require(weights.metadata.register)
    let song = try song(pitches)
    return Set((1...60).map { generation.move(of: song, to: register, seed: $0) })
  }

  @Test("a corpus lies at the mean of its songs' mean pitches")
  func measures() throws {
    let corpus = EncodedCorpus(songs: [try song([60, 62, 64]), try song([66]), try song([68, 72])])
    let register = try #require(corpus.register(try plan.reading().representation))
    #expect(register == CorpusRegister(mean: 66, deviation: 4))
  }

  @Test("one song alone tells no register")
  func needsTwo() throws {
    #expect(EncodedCorpus(songs: [try song([60])]).register(try plan.reading().representation) == nil)
  }

  @Test("weights tell where their corpus lay, where the training is asked to", arguments: [true, false])
  func isRecorded(_ isAsked: Bool) throws {
    let weights = try weights(register: isAsked)
    #expect((weights.metadata.register != nil) == isAsked)
  }

  @Test("a song goes to the tonics near which the corpus lies")
  func moves() throws {
    let low = try moves([60, 62, 64], try weights(CorpusRegister(mean: 66, deviation: 0.5)))
    #expect(low.isSubset(of: [3, 4, 5]) && low.contains(4))
    let far = try moves([60, 62, 64], try weights(CorpusRegister(mean: 50, deviation: 0.5)))
    #expect(far == [-5])
  }

  @Test("a song goes to no tonic that the corpus does not have")
  func keepsTonics() throws {
    var tonics = [Int](repeating: 0, count: 12)
    (tonics[2], tonics[7]) = (30, 1)
    #expect(try moves([60], weights(CorpusRegister(mean: 62, deviation: 1), tonics: tonics)) == [2])
  }

  @Test("a song that has no room is not moved")
  func losesNoPitch() throws {
    #expect(try moves([48, 84], weights(CorpusRegister(mean: 70, deviation: 1))) == [0])
  }

  @Test("registers that make no sense, as hostile weights may have them, harm nothing")
  func survivesNonsense() throws {
    for register in [CorpusRegister(mean: -1e300, deviation: 0), CorpusRegister(mean: 1e300, deviation: -1)] {
      #expect(try moves([60], weights(register)).allSatisfy { (-5...6).contains($0) })
    }
    #expect(try register(try weights(CorpusRegister(mean: .nan, deviation: 1))) == nil)
  }

  @Test("songs whose tonic or range is asked for are not moved, nor those of weights that tell no register")
  func isForFreeSongs() throws {
    let weights = try weights(CorpusRegister(mean: 60, deviation: 2))
    #expect(try register(weights) != nil)
    var metre = SongConstraints()
    metre.metre = .init(3, 4)
    #expect(try register(weights, metre) != nil)
    var asked = [SongConstraints](repeating: SongConstraints(), count: 4)
    asked[0].key = .init(name: "C major", pitchClasses: 0b1010_1011_0101)
    asked[1].chords = [[.init(symbol: "C", pitchClasses: 0b1001_0001, root: 0)]]
    asked[2].range = 50...80
    asked[3].ranges = ["soprano": 60...80]
    for constraints in asked { #expect(try register(weights, constraints) == nil) }
    #expect(try register(try self.weights(nil)) == nil)
  }

  @Test("the notes of the file are those of the song, moved")
  func movesNotes() throws {
    let weights = try weights(CorpusRegister(mean: 66, deviation: 1))
    let generation = try Generation(weights, GenerationSettings(songs: 4, length: .bars(2)), threads: 1)
    let songs = try generation.run(prime: nil, stop: StopFlag()) { _ in }.songs
    #expect(songs.count == 4)
    for song in songs { #expect(generation.reading.representation.decode(song.song) == song.score) }
  }
}
