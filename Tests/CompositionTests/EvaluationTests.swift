import Foundation
import Identity
import Network
import Representation
import Testing

@testable import Composition

@Suite("Evaluating")
struct EvaluationTests {
  @Test("the probabilities of all that a frame can be sum to one")
  func normalisation() throws {
    var plan = Fixtures.plan(.steps, reads: .frames)
    plan.representation.pitches = 60...63
    plan.representation.holds = false
    let reading = try plan.reading()
    let network = Network(reading.architecture, seed: 3)
    // Each set of the four pitches as a song of one frame, and its probability given that the song does not end there.
    var songs: [EncodedSong] = []
    for set: Int32 in 0..<16 {
      let pitches: [Int32] = [3, 2, 1, 0].filter { set >> $0 & 1 == 1 }.map { 2 + $0 }
      songs.append(EncodedSong(frames: 1, tokens: pitches + [1, 0]))
    }
    var total = 0.0
    for song in songs {
      let pool = WorkerPool(threads: 1)
      let score = try Scoring(network, reading, pool: pool).score(corpus(of: [song]))
      // What the song's end costs is not the frame's.
      let frame = score.sum(\.nll) - score.sum(\.endNll)
      total += exponential(-frame)
    }
    #expect(abs(total - 1) < 1e-4)
  }

  @Test("the loss of events is nats a token, and ending counts wherever a place has been told")
  func events() throws {
    let task = try Fixtures.task(Fixtures.plan(.events, reads: .tokens))
    let reading = try task.plan.reading()
    let network = Network(reading.architecture, seed: 3)
    let score = try Scoring(network, reading, pool: WorkerPool(threads: 1)).score(task.train)
    #expect(score.tokens == task.train.items.reduce(0) { $0 + $1.song.tokens.count })
    #expect(score.frames == task.train.items.reduce(0) { $0 + $1.song.frames })
    #expect(score.validationLoss == score.sum(\.nll) / Double(score.tokens))
    // A fresh network holds all tokens about equally likely, at each of the places where a song may end too.
    #expect(abs(score.validationLoss - log(Double(reading.representation.vocabulary.count))) < 0.3)
    #expect(score.sum(\.endNll) > 0 && score.sum(\.endNll) < score.sum(\.nll))
  }

  @Test("songs score the same alone and together", arguments: Fixtures.plans)
  func together(plan: NetworkPlan) throws {
    let task = try Fixtures.task(plan)
    let reading = try plan.reading()
    let network = Network(reading.architecture, seed: 3)
    let songs = task.train.items.map(\.song)
    let pool = WorkerPool(threads: 1)
    let scoring = try Scoring(network, reading, pool: pool)
    let together = try scoring.score(corpus(of: songs)).songs.map(\.nll)
    let alone = try songs.map { try scoring.score(corpus(of: [$0])).sum(\.nll) }
    #expect(together == alone)
  }

  @Test("the report's figures belong together")
  func report() throws {
    let plan = Fixtures.plan(.voices, reads: .frames)
    let weights = try Fixtures.weights(plan)
    let task = try Fixtures.task(plan)
    let report = try evaluate(weights, hash: ContentHash(of: []), on: task.train, threads: 1)
    let frames = task.train.items.map(\.song.frames).reduce(0, +)
    #expect(report.frames == frames)
    #expect(report.songs == task.train.items.count)
    #expect(report.tokens == 4 * frames + report.songs)
    #expect(abs(report.nllPerFrame * Double(frames) - (report.nllTotal - report.endNllTotal)) < 1e-6)
    #expect(report.endNllTotal > 0)
    #expect(report.accuracy >= 0 && report.accuracy <= 1)
  }

  private func corpus(of songs: [EncodedSong]) -> EncodedCorpus {
    EncodedCorpus(songs: songs)
  }

  /// Euler's number to the power of x, by its series after halving.
  private func exponential(_ x: Double) -> Double {
    var (sum, term) = (1.0, 1.0)
    let small = x / 1024
    for n in 1..<20 {
      term *= small / Double(n)
      sum += term
    }
    for _ in 0..<10 { sum *= sum }
    return sum
  }
}
