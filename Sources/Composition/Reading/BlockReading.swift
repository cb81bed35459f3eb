package import Network
package import Representation

/// A network that reads one block of a roll a step and writes the next one, between two dense layers: the preset
/// `original`.
package struct BlockReading: BlockWriting {
  package let representation: Representation
  package let architecture: Architecture
  package let endClass: Int32? = nil
  package let axes: NetworkAxes
  let roll: RollBlocks

  init(_ representation: Representation, _ network: NetworkSettings) {
    self.representation = representation
    roll = RollBlocks(representation)
    let loss = Architecture.ValueLoss(rawValue: network.loss.rawValue) ?? .bce
    axes = NetworkAxes(inputs: representation.vocabulary, outputs: representation.vocabulary)
    architecture = Architecture(
      reading: .vectors(width: roll.width), embedding: network.embedding, cell: network.recurrentCell,
      hidden: network.hidden, layers: network.layers, dropout: network.dropoutShares,
      residual: network.residual, layerNorm: network.layerNorm,
      writing: .values(width: roll.width, loss: loss))
  }

  package func stepCount(of song: SongOutline) -> Int { roll.count(in: song) }

  package func appendInput(after past: Past, to batch: inout BatchBuilder) {
    batch.vectors.append(onesAt: past.last)
  }

  package func appendTarget(of song: EncodedSong, after past: Past, to batch: inout BatchBuilder) {
    roll.appendOnes(of: song, at: past.place, shift: past.shift, to: &batch.targetValues.indices)
    batch.targetValues.endRow()
    batch.scored.append(1)
  }

  func moveOn(_ past: inout Past) {
    past.place += 1
    past.step += 1
  }
}

/// The blocks of a roll as the places of their ones.
struct RollBlocks: Sendable {
  /// Keys of a frame: the pitches of its sets.
  let keys: Int
  /// Elements of a block: keys × frames.
  let width: Int
  private let sets: PitchSets
  private let low: Int

  init(_ representation: Representation) {
    sets = representation.sets
    low = representation.settings.low
    keys = sets.count
    width = keys * representation.settings.block
  }

  /// The pitch at a place of a frame; nil for drums.
  func pitch(at place: Int) -> Int? {
    let key = low + place % keys
    return sets.isDrum(key: key) ? nil : sets.pitch(ofKey: key).pitch
  }

  func count(in song: SongOutline) -> Int { song.elements / max(1, width) }

  /// The places of a block's ones, transposed, ascending; what is moved past its set is left out.
  func ones(of song: EncodedSong, at block: Int, shift: Int) -> [Int32] {
    var places: [Int32] = []
    appendOnes(of: song, at: block, shift: shift, to: &places)
    return places
  }

  /// Adds the places of a block's ones to `places`.
  func appendOnes(of song: EncodedSong, at block: Int, shift: Int, to places: inout [Int32]) {
    let start = block * width
    guard start >= 0, start + width <= song.rows.count else { return }
    for place in 0..<width where song.rows[start + place] != 0 {
      let key = low + place % keys
      if let moved = sets.transposed(key: key, by: shift) { places.append(Int32(place + moved - key)) }
    }
  }
}
