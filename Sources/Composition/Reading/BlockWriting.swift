internal import Representation

/// A reading whose steps write a whole block of a roll.
protocol BlockWriting: SongReading {
  var roll: RollBlocks { get }
  /// Moves on over the places of a block's ones, transposed.
  func advance(_ past: inout Past, over places: [Int32])
}

extension BlockWriting {
  package func advance(_ past: inout Past, over song: EncodedSong) {
    advance(&past, over: roll.ones(of: song, at: past.place, shift: past.shift))
  }
}
