package import Network
package import Representation

/// How songs of one representation pass through one kind of network: what each recurrent step reads, and what is
/// right after it.
///
/// A song is walked step by step with a `Past`, which holds all that the steps before tell; training, scoring and
/// generating use the same functions, so nothing about the future can reach a step.
package protocol SongReading: Sendable {
  var representation: Representation { get }
  var architecture: Architecture { get }
  /// Names of what each axis of the network's tensors stands for, so that weights can move to a wider vocabulary.
  var axes: NetworkAxes { get }
  /// The class that ends a song; nil where songs do not end by themselves.
  var endClass: Int32? { get }
  /// The corpora that a network is told apart; none where it is told no style.
  var styles: [String] { get }

  /// How many recurrent steps a song takes, the closing *end* included.
  func stepCount(of song: SongOutline) -> Int
  /// Writes what the next step reads into the batch's row.
  func appendInput(after past: Past, to batch: inout BatchBuilder)
  /// Writes what is right for the next step into the batch's row.
  func appendTarget(of song: EncodedSong, after past: Past, to batch: inout BatchBuilder)
  /// Moves on over the next step of a song.
  func advance(_ past: inout Past, over song: EncodedSong)
  /// Moves on over the step whose target was written last into the batch.
  func advance(_ past: inout Past, over song: EncodedSong, in batch: inout BatchBuilder)
}

extension SongReading {
  package func advance(_ past: inout Past, over song: EncodedSong, in batch: inout BatchBuilder) {
    advance(&past, over: song)
  }
}

extension SongReading {
  /// How many recurrent steps a song takes, the closing *end* included.
  package func stepCount(of song: EncodedSong) -> Int {
    stepCount(
      of: SongOutline(frames: song.frames, tokens: song.tokens.count, elements: song.rows.count, pitches: nil))
  }
}

extension SongReading {
  package var styles: [String] { [] }

  /// The shares of a song of a corpus: all of its own style; of one that is not told apart, as much of each.
  func style(ofCorpus corpus: String?) -> [Float] {
    guard let corpus, styles.contains(corpus) else {
      return [Float](repeating: 1 / Float(max(1, styles.count)), count: styles.count)
    }
    return styles.map { $0 == corpus ? 1 : 0 }
  }
}

/// What the steps before tell about the next one.
package struct Past: Sendable, Equatable {
  /// The number of the next step.
  package var step = 0
  /// The semitones by which this copy is transposed.
  package var shift: Int
  /// Where the next step begins in the song's tokens or rows.
  package var place = 0
  /// What the last step wrote, transposed: tokens, or the places of a block's ones.
  ///
  /// Empty before the first step.
  package var last: [Int32] = []
  /// voices: what each line does.
  package var lines: [Line] = []
  /// The frames of the song as each is told where it echoes; empty where no input asks for them.
  var echo = Echo()
  /// How many frames the song has or is to have in all, where that is told.
  package var length: Int?
  /// The song's share of each style that the network is told.
  package var style: [Float] = []

  /// What a line of `voices` does.
  package struct Line: Sendable, Equatable {
    /// The pitch that sounds, transposed; -1: none.
    package var pitch: Int = -1
    /// For how many frames it has sounded.
    package var age: Int = 0
  }

  package init(shift: Int = 0, length: Int? = nil) {
    self.shift = shift
    self.length = length
  }

  /// Begins another song, in the same memory.
  mutating func restart(shift: Int) {
    var (last, lines) = (self.last, self.lines)
    self = Past(shift: shift)
    last.removeAll(keepingCapacity: true)
    lines.removeAll(keepingCapacity: true)
    (self.last, self.lines) = (last, lines)
  }
}

/// What each index along the axes of a network's tensors stands for.
package struct NetworkAxes: Sendable, Equatable {
  /// What a step reads: classes or the places of a vector.
  package var inputs: [String]
  /// What the output writes: classes or values.
  package var outputs: [String]
  /// What the rows of each table of a head stand for.
  package var tables: [String: [String]] = [:]
}

/// Makes the reading for a representation and a network.
///
/// - Throws: `CompositionError` of kind `spec` where the two do not go together.
package func makeReading(
  _ representation: Representation, _ network: NetworkSettings
) throws(CompositionError) -> any SongReading {
  let isRoll = representation.settings.name == .roll
  if isRoll == (network.loss == .crossEntropy) {
    throw CompositionError(
      .spec,
      "loss \(network.loss.rawValue) does not go with the representation \(representation.settings.name.rawValue)")
  }
  switch (network.reads, representation.settings.name) {
  case (.tokens, .roll):
    try refuseInputs(network)
    return BlockReading(representation, network)
  case (.tokens, _):
    try refuseInputs(network)
    guard network.embedding > 0 else {
      throw CompositionError(.spec, "a network that reads tokens needs an embedding of at least 1")
    }
    return TokenReading(representation, network)
  case (.frames, .roll):
    guard network.loss == .bce else {
      throw CompositionError(.spec, "a roll whose frames are read needs the loss bce, not \(network.loss.rawValue)")
    }
    try requireHead(network)
    return RollFrameReading(representation, network)
  case (.frames, .steps):
    try requireHead(network)
    return StepsReading(representation, network)
  case (.frames, .voices):
    try requireHead(network)
    return VoicesReading(representation, network)
  case (.frames, .events):
    throw CompositionError(.spec, "events have no frames to read; say reads: tokens")
  }
}

private func refuseInputs(_ network: NetworkSettings) throws(CompositionError) {
  if let input = network.inputs.first {
    throw CompositionError(.spec, "the input \(input.rawValue) goes with reads: frames")
  }
}

private func requireHead(_ network: NetworkSettings) throws(CompositionError) {
  guard network.head > 0 else {
    throw CompositionError(.spec, "a network that reads frames needs a head of at least 1")
  }
}
