internal import MIDI

/// Notes of a song in order of onset, as they are compared with those of other songs.
///
/// A song is compared by its highest line, by all notes of each track (of each channel, where a track has several), and
/// by its drums. A line of n notes is 2 n - 1 symbols: what a note is in itself (how long; of drums: which), and between
/// two notes what leads from one to the other (how many semitones, how much later). So equal symbols mean equal music
/// whatever the tempo and the key. Onsets are told by twelfths of a quarter, lengths by fourths and at least one, so
/// that a song on a grid and a performance of it are alike.
struct ComparedLine {
  /// Notes that a run must have to be told: fewer stand nearly everywhere.
  static let leastNotes = 4

  private(set) var symbols: [UInt64] = []
  private(set) var notes: [Score.Note] = []

  /// The lines of a song that have notes enough.
  static func lines(of score: Score) -> [ComparedLine] {
    let all = score.tracks.flatMap(\.notes)
    let pitched = all.filter { !$0.isDrum }
    var groups = [pitched.outerLine()]
    for track in score.tracks {
      let channels = Dictionary(grouping: track.notes.filter { !$0.isDrum }, by: \.channel)
      groups += channels.keys.sorted().compactMap { channels[$0] }
    }
    groups.append(all.filter(\.isDrum))
    let time = TimeUnit(score.division)
    var lines: [ComparedLine] = []
    for group in groups where group.count >= leastNotes {
      let line = ComparedLine(group, time)
      guard line.notes.count >= leastNotes, !lines.contains(where: { $0.notes == line.notes }) else { continue }
      lines.append(line)
    }
    return lines
  }

  private init(_ group: [Score.Note], _ time: TimeUnit) {
    let isDrums = group.first?.isDrum ?? false
    for note in group.sorted(by: { ($0.start, $1.pitch, $1.end) < ($1.start, $0.pitch, $0.end) }) {
      if let last = notes.last {
        // A doubled note is one.
        if last.start == note.start, last.pitch == note.pitch { continue }
        let later = time.twelfths(note.start - last.start)
        let interval = isDrums ? 0 : UInt64(256 + Int(note.pitch) - Int(last.pitch))
        symbols.append(1 << 48 | interval << 32 | later)
      }
      symbols.append(isDrums ? 2 << 48 | UInt64(note.pitch) : time.fourths(note.end - note.start))
      notes.append(note)
    }
  }

  /// Turns ticks into parts of a quarter.
  private struct TimeUnit {
    private let ticks: Int
    private let quarters: Int

    init(_ division: Score.Division) { (ticks, quarters) = division.ticksToQuarters }

    func twelfths(_ span: Int) -> UInt64 { rounded(span, 12) }
    func fourths(_ span: Int) -> UInt64 { max(1, rounded(span, 4)) }

    private func rounded(_ span: Int, _ parts: Int) -> UInt64 {
      // Ticks are at most 2^31, so the product holds.
      UInt64(clamping: min(Int(UInt32.max), (2 * parts * quarters * max(0, span) + ticks) / (2 * ticks)))
    }
  }
}
