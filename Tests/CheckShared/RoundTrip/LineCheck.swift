import MIDI
import Representation

/// How many notes of music written in lines come back in their own when all lines are merged into one track and channel.
struct LineCheck {
  private(set) var songs = 0
  private(set) var notes = 0
  private(set) var found = 0
  private(set) var leftOut = 0
  private let voices: Representation

  init() throws { voices = try Representation(RepresentationSettings(.voices)) }

  /// The share of the notes that are in their own line, of songs that could be separated and of those that could not.
  var share: Double { notes == 0 ? 0 : Double(found) / Double(notes) }

  /// Merges a song that is written in lines, separates it and counts.
  mutating func take(_ score: Score) {
    guard let (song, report) = try? voices.encode(score), report.separated == 0 else { return }
    songs += 1
    notes += score.noteCount
    var merged = score
    merged.tracks = [
      Score.Track(
        notes: score.tracks.flatMap(\.notes).map {
          var note = $0
          note.channel = 0
          return note
        })
    ]
    // Through a file, as such music arrives.
    guard let read = try? MIDIFile(bytes: MIDIFile(score: merged).bytes).scores().first,
      let (separated, _) = try? voices.encode(read)
    else {
      leftOut += 1
      return
    }
    for (own, other) in zip(voices.decode(song).tracks, voices.decode(separated).tracks) {
      func beginnings(_ track: Score.Track) -> Set<[Int]> { Set(track.notes.map { [$0.start, Int($0.pitch)] }) }
      found += beginnings(own).intersection(beginnings(other)).count
    }
  }
}
