internal import MIDI
package import Representation

extension Representation {
  /// The pitch class of a song's tonic as far as its end tells it: that of the lowest note that ends last.
  ///
  /// Nil where no note sounds.
  package func tonic(of song: EncodedSong) -> Int? {
    var last: (end: Int, pitch: Int)?
    for track in decode(song).tracks {
      for note in track.notes where note.channel != 9 {
        let found = (end: note.end, pitch: Int(note.pitch))
        guard let known = last else {
          last = found
          continue
        }
        if found.end > known.end || (found.end == known.end && found.pitch < known.pitch) { last = found }
      }
    }
    return last.map { $0.pitch % 12 }
  }
}

extension EncodedCorpus {
  /// The corpus with each song moved to the tonic C, up to six semitones down or five up.
  ///
  /// One that would lose a pitch is moved an octave from there; if that does too, it stays as it is.
  package func onOneTonic(_ representation: Representation) -> EncodedCorpus {
    var result = self
    for index in items.indices { result.items[index].moveToC(representation) }
    return result
  }

  /// How many songs there are on each tonic, from C up.
  package func tonics(_ representation: Representation) -> [Int] {
    var counts = [Int](repeating: 0, count: 12)
    for item in items { if let tonic = representation.tonic(of: item.song) { counts[tonic] += 1 } }
    return counts
  }
}

extension EncodedCorpus.Item {
  fileprivate mutating func moveToC(_ representation: Representation) {
    isOnOneTonic = true
    guard let tonic = representation.tonic(of: song) else { return }
    let possible = representation.transpositions(of: outline)
    let near = tonic > 6 ? 12 - tonic : -tonic
    guard near != 0, let move = [near, near - 12, near + 12].first(where: possible.contains) else { return }
    self.move = (representation, move)
    if let pitches = outline.pitches {
      outline.pitches = pitches.lowerBound + move...pitches.upperBound + move
    }
  }
}
