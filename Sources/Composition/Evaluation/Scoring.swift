internal import Network
internal import Representation

/// Scores songs: the exact likelihood of each, from the zero state.
struct Scoring {
  private let reading: any SongReading
  private let scorer: Scorer
  static let lanes = 32
  static let window = 64
  private static let ln12 = 2.484_906_649_788_000_3

  init(_ network: Network, _ reading: any SongReading, pool: WorkerPool) throws {
    self.reading = reading
    scorer = try Scorer(network: network, lanes: Self.lanes, steps: Self.window, pool: pool)
  }

  /// Scores with the averaged weights of a trainer from now on.
  func take(from trainer: Trainer) throws { try scorer.take(from: trainer) }

  /// Scores all songs of a corpus.
  func score(_ corpus: EncodedCorpus) throws -> CorpusScore {
    var scores = [SongScore](repeating: SongScore(), count: corpus.items.count)
    let lengths = corpus.items.map { reading.stepCount(of: $0.outline) }
    // Long ones first, so that the songs of a group end together.
    let order = corpus.items.indices.sorted { (-lengths[$0], $0) < (-lengths[$1], $1) }
    var batch = BatchBuilder(lanes: Self.lanes, architecture: reading.architecture)
    for first in stride(from: 0, to: order.count, by: Self.lanes) {
      let group = Array(order[first..<min(first + Self.lanes, order.count)])
      scorer.clear()
      try score(group, of: corpus, lengths, &batch, into: &scores)
    }
    for (index, item) in corpus.items.enumerated() {
      scores[index].frames = item.outline.frames
      // Of a song that was moved to the one tonic it is told which of twelve it came from.
      if item.isOnOneTonic { scores[index].nll += Self.ln12 }
    }
    return CorpusScore(
      songs: scores, isMean: reading.architecture.writing.isMeanLoss, isByToken: reading.representation.events != nil)
  }

  private func score(
    _ group: [Int], of corpus: EncodedCorpus, _ lengths: [Int], _ batch: inout BatchBuilder,
    into scores: inout [SongScore]
  ) throws {
    var pasts = group.map { Past(length: corpus.items[$0].outline.frames) }
    for (lane, index) in group.enumerated() { pasts[lane].style = reading.style(ofCorpus: corpus.items[index].corpus) }
    let steps = group.map { lengths[$0] }.max() ?? 0
    let songs = group.map { corpus.items[$0].song }
    for start in stride(from: 0, to: steps, by: Self.window) {
      batch.removeAll()
      for step in start..<start + Self.window {
        for lane in 0..<Self.lanes {
          guard lane < group.count, step < lengths[group[lane]] else {
            batch.appendPadding()
            continue
          }
          batch.append(songs[lane], movingOn: &pasts[lane], by: reading)
        }
      }
      let result = try scorer.score(batch.batch, watching: reading.endClass)
      add(result, batch, group, into: &scores)
    }
  }

  private func add(_ result: BatchScore, _ batch: BatchBuilder, _ group: [Int], into scores: inout [SongScore]) {
    func add(_ index: Int, row: Int, startsFrame: Bool, isEnd: Bool) {
      let lane = row % Self.lanes
      guard lane < group.count, index < result.logProbability.count else { return }
      scores[group[lane]].tokens += 1
      scores[group[lane]].nll -= Double(result.logProbability[index])
      scores[group[lane]].loss += Double(result.loss[index])
      if result.hits[index] != 0 { scores[group[lane]].hits += 1 }
      guard startsFrame, index < result.watched.count else { return }
      let ending = result.watched[index]
      // What ending cost, or what not ending cost. P(end) is never told as 1: a song would be impossible.
      let cost = isEnd ? -ending : -Numerics.log(max(1 - Numerics.exp(ending), 1e-7))
      scores[group[lane]].endNll += Double(cost)
    }
    switch reading.architecture.writing {
    case .classes:
      for (row, target) in batch.targetClasses.enumerated() where target >= 0 {
        add(row, row: row, startsFrame: batch.startsFrame[row] == 1, isEnd: target == reading.endClass)
      }
    case .values, .independent:
      for (row, scored) in batch.scored.enumerated() where scored == 1 {
        add(row, row: row, startsFrame: false, isEnd: false)
      }
    case .written:
      var last: Int32 = -1
      for index in 0..<batch.written.count {
        let row = batch.written.row[index]
        add(index, row: Int(row), startsFrame: row != last, isEnd: batch.written.target[index] == reading.endClass)
        last = row
      }
    }
  }
}

/// What a song scores.
struct SongScore: Sendable {
  var frames = 0
  var tokens = 0
  /// Nats of all tokens, *end* included.
  var nll = 0.0
  /// The part of `nll` that ending and not ending cost.
  var endNll = 0.0
  /// The loss that training minimises: nats, or a row's mean error.
  var loss = 0.0
  var hits = 0
}

/// What the songs of a corpus score.
struct CorpusScore: Sendable {
  var songs: [SongScore]
  /// Whether the loss is a mean error of a row rather than nats.
  var isMean: Bool
  /// Whether the loss is told a token rather than a frame, because frames are no steps of the song.
  var isByToken = false

  func sum(_ value: (SongScore) -> Double) -> Double { songs.reduce(0) { $0 + value($1) } }
  var frames: Int { songs.reduce(0) { $0 + $1.frames } }
  var tokens: Int { songs.reduce(0) { $0 + $1.tokens } }

  /// Nats a frame, without what ending cost; events: nats a token; mse and mae: the mean error.
  var validationLoss: Double {
    if isMean { return sum(\.loss) / Double(max(1, tokens)) }
    if isByToken { return sum(\.nll) / Double(max(1, tokens)) }
    return (sum(\.nll) - sum(\.endNll)) / Double(max(1, frames))
  }
}

extension Architecture.Writing {
  /// Whether the loss is a mean error rather than a likelihood.
  var isMeanLoss: Bool {
    if case .values(_, let loss) = self { return loss != .bce }
    return false
  }
}
