/// A song as numbers.
package struct EncodedSong: Sendable, Equatable {
  /// The song's length on the grid.
  package var frames: Int
  /// Steps, voices, events: the tokens with the closing *end*; roll: none.
  package var tokens: [Int32]
  /// Roll: 0 or 1, row after row, [⌈frames / block⌉, block × pitches]; the others: none.
  ///
  /// A row holds its frames one after another, each with its pitches ascending.
  package var rows: [UInt8]

  package init(frames: Int, tokens: [Int32] = [], rows: [UInt8] = []) {
    self.frames = frames
    self.tokens = tokens
    self.rows = rows
  }
}
