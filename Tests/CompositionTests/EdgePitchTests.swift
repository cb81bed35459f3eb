import MIDI
import Representation
import TestSupport
import Testing

@testable import Composition
@testable import Network

@Suite("Pitches that the network was not taught on a tonic")
struct EdgePitchTests {
  /// Every kind of network over every representation; a roll's first block to the mean is drawn otherwise than the rest.
  static let plans: [NetworkPlan] = {
    var toTheMean = Fixtures.plan(.roll, reads: .tokens)
    toTheMean.network.loss = .mse
    return Array(Fixtures.plans.prefix(9)) + [toTheMean]
  }()

  /// Weights of one tonic, which would write little but the pitches at both edges if told to.
  private func weights(_ plan: NetworkPlan, tonic: Int, keepsToEdges: Bool = true) throws -> WeightsFile {
    var weights = try OrderFixture.weights(plan, seed: 2)
    weights.metadata.training.transpose = .init(low: 0, high: 0, fade: false, tonic: true)
    weights.metadata.tonics = (0..<12).map { $0 == tonic ? 1 : 0 }
    guard keepsToEdges else { return weights }
    let reading = try plan.reading()
    let pitches = reading.representation.possiblePitches
    let names = reading.axes.outputs
    let atEdges = names.indices.filter { place in
      let words = names[place].split(separator: " ")
      guard words.first != "drum", words.first != "program" || words.count > 2, words.first != "hold",
        ["velocity", "duration", "position", "tempo", "metre", "wait"].allSatisfy({ words.first ?? "" != $0 }),
        let pitch = words.last.flatMap({ Int($0) })
      else { return false }
      return pitch < pitches.lowerBound + 6 || pitch > pitches.upperBound - 6
    }
    #expect(!atEdges.isEmpty)
    for tensor in weights.tensors.indices {
      let name = weights.tensors[tensor].name
      guard name.hasPrefix("output"), name.hasSuffix("bias") else { continue }
      for place in atEdges { weights.tensors[tensor].values[place] += plan.network.loss == .mse ? 1 : 6 }
    }
    return weights
  }

  private func pitches(
    _ weights: WeightsFile, melody: Score? = nil, _ constraints: SongConstraints = SongConstraints()
  ) throws -> [Int] {
    var settings = GenerationSettings(songs: 4, length: .bars(4), seed: 3)
    settings.constraints = constraints
    let songs = try Generation(weights, settings, threads: 1).run(prime: nil, melody: melody, stop: StopFlag()) { _ in }
    return songs.songs.flatMap { $0.score.tracks.dropFirst(melody == nil ? 0 : 1).flatMap(\.notes) }
      .filter { !$0.isDrum }.map { Int($0.pitch) }
  }

  @Test("do not sound, at neither edge", arguments: plans, [5, 7])
  func doNotSound(_ plan: NetworkPlan, _ tonic: Int) throws {
    let possible = try plan.reading().representation.possiblePitches
    let found = try pitches(try weights(plan, tonic: tonic))
    let taught =
      tonic == 5 ? possible.lowerBound + 5...possible.upperBound : possible.lowerBound...possible.upperBound - 5
    #expect(!found.isEmpty)
    #expect(found.allSatisfy(taught.contains))
  }

  @Test("sound in songs of weights of an older arithmetic, as they did when those songs were recorded")
  func soundOfOld() throws {
    var weights = try weights(Fixtures.plan(.steps, reads: .frames), tonic: 5)
    weights.metadata.numerics = 3
    #expect(try pitches(weights).contains { $0 < 53 })
  }

  @Test("sound where what was asked for leaves no other", arguments: plans)
  func soundWhereNeeded(_ plan: NetworkPlan) throws {
    let low = try plan.reading().representation.possiblePitches.lowerBound
    var constraints = SongConstraints()
    constraints.range = low...low + 3
    constraints.lengthRule = .exact
    // No drums in their place.
    let sorts = plan.representation.name == .events || plan.representation.programs != .merged
    constraints.programs = sorts ? [0] : nil
    let found = try pitches(try weights(plan, tonic: 5), constraints)
    #expect(!found.isEmpty && found.allSatisfy { $0 <= low + 3 })
  }

  @Test("are a melody's all the same, and chords are not filled down to it", arguments: plans)
  func areMelodies(_ plan: NetworkPlan) throws {
    let low = try plan.reading().representation.possiblePitches.lowerBound
    var melody = Score(length: 4 * 1920)
    melody.tracks = [
      Score.Track(
        notes: (0..<16).map { Score.Note(start: $0 * 480, end: $0 * 480 + 480, pitch: UInt8(low + $0 % 4)) })
    ]
    // Its last note is no F, so the tonic is told by the key.
    var settings = GenerationSettings(songs: 2, length: .bars(4), seed: 3)
    settings.constraints.key = SongConstraints.Key(name: "F chromatic", pitchClasses: 0xFFF)
    settings.constraints.key?.tonic = 5
    let generation = try Generation(try weights(plan, tonic: 5, keepsToEdges: false), settings, threads: 1)
    for song in try generation.run(prime: nil, melody: melody, stop: StopFlag(), progress: { _ in }).songs {
      let kept = song.score.tracks[0].notes
      #expect(kept.map(\.pitch) == melody.tracks[0].notes.map(\.pitch))
      let composed = song.score.tracks.dropFirst().flatMap(\.notes)
      #expect(composed.allSatisfy { $0.isDrum || $0.pitch >= low + 5 })
      // A chord that is filled down to the melody has the lowest of the other pitches, always.
      guard plan.representation.name == .steps, plan.representation.programs == .merged else { continue }
      let lowest = composed.filter { $0.pitch == low + 5 }
      #expect(4 * lowest.reduce(0) { $0 + $1.end - $1.start } < 3 * song.score.length)
    }
  }
}
