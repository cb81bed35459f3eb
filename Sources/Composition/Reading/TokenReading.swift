package import Network
package import Representation

/// A network that reads one token a step and writes the next one: `events`, or `steps` or `voices` as plain text.
package struct TokenReading: SongReading {
  package let representation: Representation
  package let architecture: Architecture
  package let endClass: Int32?
  package let axes: NetworkAxes
  private let frameToken: Int32?
  /// The same representation read by frames, which knows what may follow what; nil for events, which have a grammar.
  let grammar: (any FrameWriting)?

  init(_ representation: Representation, _ network: NetworkSettings) {
    self.representation = representation
    let vocabulary = representation.vocabulary
    endClass = vocabulary.firstIndex(of: "end").map(Int32.init)
    frameToken = vocabulary.firstIndex(of: "frame").map(Int32.init)
    // Only its masks are used, so the head is as small as can be.
    let frames = NetworkSettings(reads: .frames, hidden: 1, embedding: 0, head: 1, loss: .crossEntropy)
    grammar =
      switch representation.settings.name {
      case .events: nil
      case .voices: VoicesReading(representation, frames)
      case .roll, .steps: StepsReading(representation, frames)
      }
    axes = NetworkAxes(inputs: vocabulary, outputs: vocabulary)
    architecture = Architecture(
      reading: .classes(count: vocabulary.count), embedding: network.embedding, cell: network.recurrentCell,
      hidden: network.hidden, layers: network.layers, dropout: network.dropoutShares,
      residual: network.residual, layerNorm: network.layerNorm,
      writing: .classes(count: vocabulary.count))
  }

  package func stepCount(of song: SongOutline) -> Int { song.tokens }

  package func appendInput(after past: Past, to batch: inout BatchBuilder) {
    batch.classes.append(past.last.first ?? endClass ?? 0)
  }

  package func appendTarget(of song: EncodedSong, after past: Past, to batch: inout BatchBuilder) {
    batch.targetClasses.append(token(of: song, after: past))
    batch.startsFrame.append(startsFrame(past) ? 1 : 0)
  }

  package func advance(_ past: inout Past, over song: EncodedSong) {
    advance(&past, over: token(of: song, after: past))
  }

  /// Moves on over a token, already transposed.
  func advance(_ past: inout Past, over token: Int32) {
    past.last.removeAll(keepingCapacity: true)
    past.last.append(token)
    past.place += 1
    past.step += 1
  }

  /// Whether the next token is a frame's first (events: whether a place has just been told, where a song may end).
  func startsFrame(_ past: Past) -> Bool {
    if let events = representation.events {
      switch past.last.first.flatMap(events.event) {
      case .bar, .position, .wait, nil: return true
      default: return false
      }
    }
    if representation.settings.name == .voices { return past.place % representation.settings.lines == 0 }
    return past.last.isEmpty || past.last.first == frameToken
  }

  private func token(of song: EncodedSong, after past: Past) -> Int32 {
    guard past.place < song.tokens.count else { return endClass ?? 0 }
    return representation.transposed(song.tokens[past.place], by: past.shift)
  }
}
