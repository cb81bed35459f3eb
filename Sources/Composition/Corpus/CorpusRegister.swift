internal import MIDI
internal import Representation

/// Where the songs of a corpus lie: the mean of each one's pitches, as a mean over songs, and how much they differ in it.
package struct CorpusRegister: Codable, Sendable, Equatable {
  package var mean: Double
  /// The standard deviation between songs, in semitones.
  package var deviation: Double

  package init(mean: Double, deviation: Double) {
    self.mean = mean
    self.deviation = deviation
  }
}

extension Representation {
  /// The mean pitch of a song's notes, drums left out; nil where none sounds.
  func meanPitch(of song: EncodedSong) -> Double? {
    var (sum, count) = (0, 0)
    for track in decode(song).tracks {
      for note in track.notes where note.channel != 9 {
        sum += Int(note.pitch)
        count += 1
      }
    }
    return count > 0 ? Double(sum) / Double(count) : nil
  }
}

extension EncodedCorpus {
  /// Where the songs lie; nil where fewer than two have notes.
  func register(_ representation: Representation) -> CorpusRegister? {
    let means = items.compactMap { representation.meanPitch(of: $0.song) }
    guard means.count > 1 else { return nil }
    let mean = means.reduce(0, +) / Double(means.count)
    let squares = means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return CorpusRegister(mean: mean, deviation: (squares / Double(means.count - 1)).squareRoot())
  }
}
