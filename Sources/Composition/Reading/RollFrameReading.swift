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

  package func stepCount(of song: EncodedSong) -> Int { roll.count(in: song) }

  package func appendInput(after past: Past, to batch: inout BatchBuilder) {
    var row = SparseRow(onesAt: past.last)
    // The last frame of the block is the one before this step.
    let lastFrame = Int32(roll.width - roll.keys)
    let sounding = past.last.lazy.filter { $0 >= lastFrame }.compactMap { roll.pitch(at: Int($0)) }
    inputs.append(to: &row, from: roll.width, after: past, pitches: sounding)
    batch.vectors.append(row)
  }

  package func appendTarget(of song: EncodedSong, after past: Past, to batch: inout BatchBuilder) {
    batch.targetValues.append(onesAt: roll.ones(of: song, at: past.place, shift: past.shift))
    batch.scored.append(1)
  }

  func advance(_ past: inout Past, over places: [Int32]) {
    past.last = places
    past.place += 1
    past.step += 1
    if inputs.remembers { past.echo.append(places) }
  }
}
