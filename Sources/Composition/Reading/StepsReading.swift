package import Network
package import Representation

/// A network that reads frames of `steps` and writes each from its highest pitch down.
///
/// Read: the last frame's bits (with holds: starts, then holds), *first*, the further inputs. Written: a pitch below the
/// last one, *frame*, or (first in a frame) *end*.
package struct StepsReading: FrameWriting {
  package let representation: Representation
  package let architecture: Architecture
  package let endClass: Int32?
  package let axes: NetworkAxes
  private let inputs: FrameInputs
  private let frameToken: Int32
  /// The first token that stands for a pitch; those after it do too.
  private let firstPitchToken: Int
  private let pitchTokens: Int
  private let holds: Bool
  private let low: Int
  /// How many keys there are: the pitches of all sets.
  private let keys: Int

  init(_ representation: Representation, _ network: NetworkSettings) {
    self.representation = representation
    let settings = representation.settings
    let vocabulary = representation.vocabulary
    holds = settings.holds
    low = settings.low
    keys = representation.sets.count
    endClass = vocabulary.firstIndex(of: "end").map(Int32.init)
    frameToken = vocabulary.firstIndex(of: "frame").map(Int32.init) ?? 1
    firstPitchToken = 2
    pitchTokens = vocabulary.count - 2
    let names = vocabulary.dropFirst(2)
    var bits: [String] = []
    if settings.holds {
      bits = names.filter { $0.hasPrefix("start") } + names.filter { $0.hasPrefix("hold") }
    } else {
      bits = Array(names)
    }
    inputs = FrameInputs(network, settings, frame: bits)
    axes = NetworkAxes(
      inputs: bits + inputs.names, outputs: vocabulary,
      tables: ["written.weight": Array(names), "last.weight": ["none"] + names])
    let head = WrittenHead(
      head: network.head,
      tables: [
        .init(name: "written.weight", rows: pitchTokens, isLinear: true),
        .init(name: "last.weight", rows: pitchTokens + 1, isLinear: false),
      ],
      outputs: ["output"], classes: vocabulary.count, masks: Self.masks(pitchTokens: pitchTokens, holds: settings.holds)
    )
    architecture = Architecture(
      reading: .vectors(width: axes.inputs.count), embedding: network.embedding, cell: network.recurrentCell,
      hidden: network.hidden, layers: network.layers, dropout: network.dropoutShares,
      residual: network.residual, layerNorm: network.layerNorm, writing: .written(head))
  }

  /// Mask 0: nothing written yet.
  ///
  /// Mask 1 + j: pitch token j was the last.
  private static func masks(pitchTokens: Int, holds: Bool) -> [UInt8] {
    var masks: [UInt8] = [UInt8](repeating: 1, count: 2 + pitchTokens)
    for last in 0..<pitchTokens {
      // With holds, tokens 2k and 2k + 1 are one key: none of the two may follow either.
      let below = holds ? last / 2 * 2 : last
      masks += [0, 1] + (0..<pitchTokens).map { $0 < below ? 1 : 0 }
    }
    return masks
  }

  package var styles: [String] { inputs.styles }

  package func stepCount(of song: SongOutline) -> Int { song.frames + 1 }

  package func appendInput(after past: Past, to batch: inout BatchBuilder) {
    batch.sounding.removeAll(keepingCapacity: true)
    // Holds come after all starts.
    for isHeld in holds ? [false, true] : [false] {
      for token in past.last.reversed() where Int(token) >= firstPitchToken {
        let index = Int(token) - firstPitchToken
        guard !holds || isHeld == (index % 2 == 1) else { continue }
        let key = low + place(ofToken: Int(token))
        if !representation.sets.isDrum(key: key) { batch.sounding.append(representation.sets.pitch(ofKey: key).pitch) }
        batch.vectors.append((isHeld ? keys : 0) + key - low)
      }
    }
    inputs.append(to: &batch.vectors, from: holds ? 2 * keys : keys, after: past, pitches: batch.sounding)
    batch.vectors.endRow()
  }

  /// Which key a pitch's token is about, from 0.
  private func place(ofToken token: Int) -> Int { (token - firstPitchToken) / (holds ? 2 : 1) }

  /// Where the bits of a frame's tokens are, ascending.
  private func places(of tokens: [Int32]) -> [Int32] {
    var places: [Int32] = []
    for token in tokens.reversed() where Int(token) >= firstPitchToken {
      let isHold = holds && (Int(token) - firstPitchToken) % 2 == 1
      places.append(Int32((isHold ? keys : 0) + place(ofToken: Int(token))))
    }
    if holds { places.sort() }
    return places
  }

  func headCall(
    after past: Past, written: ArraySlice<Int32>, tableRows: inout [Int32]
  ) -> (output: Int32, mask: Int32)? {
    guard let last = written.last else {
      tableRows.append(Int32(pitchTokens))
      return (output: 0, mask: 0)
    }
    let index = Int(last) - firstPitchToken
    guard index >= 0 else { return nil }
    for token in written { tableRows.append(token - Int32(firstPitchToken)) }
    tableRows.append(Int32(pitchTokens + 1 + index))
    return (output: 0, mask: Int32(1 + index))
  }

  func appendFrame(of song: EncodedSong, after past: Past, to tokens: inout [Int32]) {
    var place = past.place
    while place < song.tokens.count {
      let token = representation.transposed(song.tokens[place], by: past.shift)
      tokens.append(token)
      place += 1
      if Int(token) < firstPitchToken { break }
    }
  }

  func advance(_ past: inout Past, over tokens: [Int32]) {
    past.last.removeAll(keepingCapacity: true)
    past.last.append(contentsOf: tokens)
    past.place += tokens.count
    past.step += 1
    if inputs.remembers { past.echo.append(places(of: tokens)) }
  }

  func isSenseless(_ token: Int32, after past: Past) -> Bool {
    if token == endClass { return past.step == 0 }
    let index = Int(token) - firstPitchToken
    guard holds, index >= 0, index % 2 == 1 else { return false }
    // A hold of what does not sound.
    return !past.last.contains(token) && !past.last.contains(token - 1)
  }
}
