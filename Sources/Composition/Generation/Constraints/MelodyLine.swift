internal import MIDI

/// A melody that is to be kept note for note: as its file has it, and as it stands on the grid.
struct MelodyLine: Sendable {
  /// A note on the grid; none begins before the one before it ends.
  struct Note: Sendable, Equatable {
    /// Frames.
    var start: Int
    var end: Int
    var pitch: Int
    var velocity: Int
  }

  /// The notes, name and program, in the file's ticks.
  let track: Score.Track
  let ticksPerQuarter: Int
  /// What the file says of metre, tempo and key.
  let frame: Score
  let notes: [Note]
  /// The program that it is played with, as its first note's is.
  let program: Int
  /// The file's length on the grid.
  let length: Int
  /// The last end of a note, on the grid.
  let end: Int
  /// How many voices the file has besides this one.
  let others: Int
  /// Of each frame the number of its note, or -1.
  private let places: [Int32]
  /// Of each frame how many notes sound at once in it, in the file's own ticks.
  private let counts: [UInt8]
  /// Of each frame how many notes began before it.
  private let starts: [Int32]

  /// Finds the melody of a file: its only voice, or the highest of several tracks or channels.
  ///
  /// - Throws: `CompositionError` of kind `spec` where it has none or cannot be placed on the grid.
  init(_ score: Score, framesAQuarter: Int) throws(CompositionError) {
    guard case .ticksPerQuarter(let division) = score.division, division > 0 else {
      throw .unmeetable(["melody"], "its file tells time in SMPTE frames; one in ticks a quarter note is needed")
    }
    ticksPerQuarter = division
    let voices = Self.voices(of: score)
    guard let voice = voices.max(by: { $0.mean < $1.mean }), !voice.track.notes.isEmpty else {
      throw .unmeetable(["melody"], "its file holds no notes but drums'")
    }
    others = voices.count - 1
    track = voice.track
    program = voice.program
    var bare = score
    bare.tracks = []
    frame = bare
    func nearest(_ tick: Int) -> Int { (2 * tick * framesAQuarter + division) / (2 * division) }
    guard score.length < 1 << 40, nearest(score.length) < 1 << 20 else {
      throw .unmeetable(["melody"], "it has more than \(1 << 20) frames")
    }
    var notes: [Note] = []
    var last: Score.Note?
    for note in voice.track.notes.sorted(by: { ($0.start, $0.end) < ($1.start, $1.end) }) {
      if let last, last.start == note.start, last.end > last.start, note.end > note.start {
        throw .unmeetable(["melody"], "two of its notes begin at once, at tick \(note.start); one voice is needed")
      }
      last = note
      let start = nearest(note.start)
      let next = Note(
        start: start, end: max(start + 1, nearest(note.end)), pitch: Int(note.pitch), velocity: Int(note.velocity))
      if notes.last?.start == start { notes.removeLast() }
      if let before = notes.last, before.end > start { notes[notes.count - 1].end = start }
      notes.append(next)
    }
    self.notes = notes
    end = notes.last?.end ?? 0
    length = max((score.length * framesAQuarter + division - 1) / division, end)
    var places = [Int32](repeating: -1, count: length)
    for (number, note) in notes.enumerated() {
      for place in note.start..<note.end { places[place] = Int32(number) }
    }
    self.places = places
    var starts = [Int32](repeating: 0, count: length + 1)
    for note in voice.track.notes { starts[min(length, note.start * framesAQuarter / division + 1)] += 1 }
    for place in 1..<starts.count { starts[place] += starts[place - 1] }
    self.starts = starts
    counts = try Self.counts(voice.track.notes, length, framesAQuarter, division)
  }

  private static func voices(of score: Score) -> [(track: Score.Track, program: Int, mean: Double)] {
    var voices: [(track: Score.Track, program: Int, mean: Double)] = []
    for track in score.tracks {
      for channel in Set(track.notes.map(\.channel)).sorted() where channel != 9 {
        let notes = track.notes.filter { $0.channel == channel }
        let first = notes.first?.start ?? 0
        let change = track.programs.last { $0.channel == channel && $0.tick <= first }
        let mean = notes.reduce(0) { $0 + Double($1.pitch) } / Double(max(1, notes.count))
        voices.append(
          (Score.Track(name: track.name, notes: notes), Int((change?.program ?? 0) & 127), mean))
      }
    }
    return voices
  }

  /// The most notes that may sound at once.
  private static let mostCounted = 255

  /// How many notes sound at once in each frame.
  ///
  /// - Throws: `CompositionError` where they are too many to be looked through at each note.
  private static func counts(
    _ notes: [Score.Note], _ length: Int, _ frames: Int, _ division: Int
  ) throws(CompositionError) -> [UInt8] {
    let ordered = notes.filter { $0.end > $0.start }.sorted { $0.start < $1.start }
    var counts = [UInt8](repeating: 0, count: length)
    var next = 0
    var ends: [Int] = []
    for frame in 0..<length {
      ends.removeAll { $0 * frames <= frame * division }
      var count = ends.count
      while next < ordered.count, ordered[next].start * frames < (frame + 1) * division {
        ends.removeAll { $0 <= ordered[next].start }
        ends.append(ordered[next].end)
        guard ends.count <= mostCounted else {
          throw .unmeetable(
            ["melody"],
            "more than \(mostCounted) of its notes sound at once, at tick \(ordered[next].start); one voice is needed")
        }
        next += 1
        count = max(count, ends.count)
      }
      counts[frame] = UInt8(min(count, mostCounted))
    }
    return counts
  }

  /// The note that sounds in a frame; nil: none does.
  func note(at frame: Int) -> Note? {
    guard frame >= 0, frame < places.count, places[frame] >= 0 else { return nil }
    return notes[Int(places[frame])]
  }

  /// How many notes sound at once in a frame.
  func count(at frame: Int) -> Int { frame >= 0 && frame < counts.count ? Int(counts[frame]) : 0 }

  /// How many notes have begun when a frame is over.
  func started(by frame: Int) -> Int {
    frame < 0 ? 0 : Int(starts[min(frame + 1, starts.count - 1)])
  }

  /// The most notes that sound at once anywhere.
  var mostAtOnce: Int { Int(counts.max() ?? 0) }
}
