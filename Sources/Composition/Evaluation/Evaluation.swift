package import Identity
internal import Network
internal import Representation

/// How likely a network holds music to be: the keys of `evaluate --json`.
package struct EvaluationReport: Codable, Sendable, Equatable {
  package var weights: ContentHash
  package var representation: String
  package var songs: Int
  package var frames: Int
  /// Tokens scored, *end* included; roll: blocks.
  package var tokens: Int
  /// Nats of everything.
  package var nllTotal: Double
  /// Nats a frame without what ending cost.
  package var nllPerFrame: Double
  package var nllPerToken: Double
  package var bitsPerToken: Double
  /// The mean over songs of each one's nats a frame.
  package var meanSongNllPerFrame: Double
  /// What ending and not ending cost.
  package var endNllTotal: Double
  /// The share of tokens (roll: blocks) that were held to be the likeliest.
  package var accuracy: Double

  package enum CodingKeys: String, CodingKey {
    case weights, representation, songs, frames, tokens
    case nllTotal = "nll_total"
    case nllPerFrame = "nll_per_frame"
    case nllPerToken = "nll_per_token"
    case bitsPerToken = "bits_per_token"
    case meanSongNllPerFrame = "mean_song_nll_per_frame"
    case endNllTotal = "end_nll_total"
    case accuracy
  }
}

/// Scores songs with weights, every frame, each song from the zero state.
///
/// - Throws: `CompositionError`, of kind `data` where there is nothing to score.
package func evaluate(
  _ weights: WeightsFile, hash: ContentHash, on corpus: EncodedCorpus, threads: Int
) throws -> EvaluationReport {
  guard !corpus.items.isEmpty else { throw CompositionError(.data, "there is no music to evaluate on") }
  let pool = WorkerPool(threads)
  let reading = try weights.metadata.plan.reading()
  let network = try Network(reading.architecture, tensors: weights.tensors)
  let score = try Scoring(network, reading, pool: pool).score(weights.asRead(corpus, reading))
  let total = score.sum(\.nll)
  let ending = score.sum(\.endNll)
  let perToken = total / Double(max(1, score.tokens))
  let songMeans = score.sum { ($0.nll - $0.endNll) / Double(max(1, $0.frames)) }
  return EvaluationReport(
    weights: hash, representation: weights.metadata.representation.name.rawValue, songs: score.songs.count,
    frames: score.frames, tokens: score.tokens, nllTotal: total,
    nllPerFrame: (total - ending) / Double(max(1, score.frames)), nllPerToken: perToken,
    bitsPerToken: perToken / 0.693_147_180_559_945_3, meanSongNllPerFrame: songMeans / Double(score.songs.count),
    endNllTotal: ending, accuracy: score.sum { Double($0.hits) } / Double(max(1, score.tokens)))
}

/// The validation loss of weights on songs, as a training that begins from them would tell it before its first step.
///
/// - Parameters:
///   - weights: the weights.
///   - plan: what is trained, whose vocabulary may be larger than the weights'.
///   - corpus: the songs.
///   - threads: threads to compute with; 0: all cores.
/// - Returns: nats a frame (events: a token; mse and mae: the loss); nil where there are no songs.
/// - Throws: `CompositionError` of kind `spec` where the plan is another kind of network.
package func validationLoss(
  of weights: WeightsFile, as plan: NetworkPlan, on corpus: EncodedCorpus, threads: Int
) throws -> Double? {
  guard !corpus.items.isEmpty else { return nil }
  let network = try weights.network(for: plan, seed: 0)
  let reading = try plan.reading()
  return try Scoring(network, reading, pool: WorkerPool(threads)).score(weights.asRead(corpus, reading)).validationLoss
}

extension WeightsFile {
  /// A corpus as the network read its own: on one tonic, where that is so.
  func asRead(_ corpus: EncodedCorpus, _ reading: any SongReading) -> EncodedCorpus {
    metadata.training.isOnOneTonic ? corpus.onOneTonic(reading.representation) : corpus
  }
}
