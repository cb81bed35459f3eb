package import Network
package import Representation

/// A network that reads blocks of a roll as frames and writes all pitches of the next one at once, independently.
///
/// Read: the last block's bits, *first*, the further inputs.
package struct RollFrameReading: BlockWriting {
  package let representation: Representation
  package let architecture: Architecture
  package let endClass: Int32? = nil
  package let axes: NetworkAxes
  private let inputs: FrameInputs
  let roll: RollBlocks

  init(_ representation: Representation, _ network: NetworkSettings) {
    self.representation = representation
    roll = RollBlocks(representation)
    inputs = FrameInputs(
      network, representation.settings, frame: representation.vocabulary, framesAStep: representation.settings.block)
    axes = NetworkAxes(inputs: representation.vocabulary + inputs.names, outputs: representation.vocabulary)
    architecture = Architecture(
      reading: .vectors(width: axes.inputs.count), embedding: network.embedding, cell: network.recurrentCell,
      hidden: network.hidden, layers: network.layers, dropout: network.dropoutShares,
      residual: network.residual, layerNorm: network.layerNorm,
      writing: .independent(head: network.head, width: roll.width))
  }

  package var styles: [String] { inputs.styles }

  package func stepCount(of song: SongOutline) -> Int { roll.count(in: song) }

  package func appendInput(after past: Past, to batch: inout BatchBuilder) {
    for place in past.last { batch.vectors.append(Int(place)) }
    // The last frame of the block is the one before this step.
    let lastFrame = Int32(roll.width - roll.keys)
    batch.sounding.removeAll(keepingCapacity: true)
    for place in past.last where place >= lastFrame {
      if let pitch = roll.pitch(at: Int(place)) { batch.sounding.append(pitch) }
    }
    inputs.append(to: &batch.vectors, from: roll.width, after: past, pitches: batch.sounding)
    batch.vectors.endRow()
  }

  package func appendTarget(of song: EncodedSong, after past: Past, to batch: inout BatchBuilder) {
    roll.appendOnes(of: song, at: past.place, shift: past.shift, to: &batch.targetValues.indices)
    batch.targetValues.endRow()
    batch.scored.append(1)
  }

  func moveOn(_ past: inout Past) {
    past.place += 1
    past.step += 1
    if inputs.remembers { past.echo.append(past.last) }
  }
}
