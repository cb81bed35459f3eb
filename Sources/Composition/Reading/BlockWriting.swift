internal import Representation

/// A reading whose steps write a whole block of a roll.
protocol BlockWriting: SongReading {
  var roll: RollBlocks { get }
  /// Ends a step whose ones, transposed, stand in `past.last`.
  func moveOn(_ past: inout Past)
}

extension BlockWriting {
  package func advance(_ past: inout Past, over song: EncodedSong) {
    past.last.removeAll(keepingCapacity: true)
    roll.appendOnes(of: song, at: past.place, shift: past.shift, to: &past.last)
    moveOn(&past)
  }

  /// Moves on over the places of a block's ones, transposed.
  func advance(_ past: inout Past, over places: [Int32]) {
    past.last.removeAll(keepingCapacity: true)
    past.last.append(contentsOf: places)
    moveOn(&past)
  }
}
