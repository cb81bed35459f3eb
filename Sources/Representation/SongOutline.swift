/// All that is asked of an encoded song before it is read: how large it is, and which pitches it uses.
package struct SongOutline: Sendable, Hashable {
  /// The song's length on the grid.
  package var frames: Int
  /// Steps, voices, events: the tokens with the closing *end*; roll: none.
  package var tokens: Int
  /// Roll: the elements of all rows; the others: none.
  package var elements: Int
  /// The lowest and the highest pitch, without drums; nil where the song is silent.
  package var pitches: ClosedRange<Int>?

  package init(frames: Int, tokens: Int, elements: Int, pitches: ClosedRange<Int>?) {
    self.frames = frames
    self.tokens = tokens
    self.elements = elements
    self.pitches = pitches
  }
}

extension Representation {
  /// Tells the outline of a song.
  package func outline(of song: EncodedSong) -> SongOutline {
    SongOutline(
      frames: song.frames, tokens: song.tokens.count, elements: song.rows.count, pitches: pitchRange(of: song))
  }

  /// The pitches that a song may use.
  package var possiblePitches: ClosedRange<Int> { events == nil ? settings.pitches : 0...127 }

  /// Tells by how many semitones a song can be moved without losing a pitch; a silent song by as many as there are pitches.
  package func transpositions(of outline: SongOutline) -> ClosedRange<Int> {
    let bounds = possiblePitches
    guard let used = outline.pitches else { return (1 - bounds.count)...(bounds.count - 1) }
    return (bounds.lowerBound - used.lowerBound)...(bounds.upperBound - used.upperBound)
  }
}
