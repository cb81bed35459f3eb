import MIDI

/// The frames of a score: `numerator / denominator` of them a tick, exactly.
struct Grid {
  /// The longest song that is encoded, in frames: 36 hours of 4 frames a quarter at 120 quarters a minute.
  static let frameLimit = 1 << 20

  private let numerator: Int
  private let denominator: Int

  /// Makes the grid of `resolution` frames a quarter; an SMPTE file's quarters last half a second.
  init(_ division: Score.Division, resolution: Int) {
    switch division {
    case .ticksPerQuarter(let ticks):
      numerator = resolution
      denominator = max(1, ticks)
    case .smpte(let frames, let ticks):
      // 29 stands for 30000/1001 frames a second.
      numerator = 2 * resolution * (frames == 29 ? 1001 : 1)
      denominator = max(1, frames == 29 ? 30_000 * ticks : frames * ticks)
    }
  }

  /// Returns the frame nearest to a tick, the later one of two; nil past what can be counted.
  func nearest(_ tick: Int) -> Int? {
    guard let product = scaled(tick) else { return nil }
    let (whole, rest) = product.quotientAndRemainder(dividingBy: denominator)
    return whole + (rest >= denominator - rest ? 1 : 0)
  }

  /// Returns the first frame that is not before a tick; nil past what can be counted.
  func notBefore(_ tick: Int) -> Int? {
    guard let product = scaled(tick) else { return nil }
    let (whole, rest) = product.quotientAndRemainder(dividingBy: denominator)
    return whole + (rest > 0 ? 1 : 0)
  }

  /// Says whether a tick lies on the grid.
  func holds(_ tick: Int) -> Bool {
    scaled(tick).map { $0 % denominator == 0 } ?? false
  }

  /// Says whether so many ticks are less than a frame.
  func isShort(_ ticks: Int) -> Bool {
    scaled(ticks).map { $0 < denominator } ?? false
  }

  private func scaled(_ tick: Int) -> Int? {
    let (product, overflow) = max(0, tick).multipliedReportingOverflow(by: numerator)
    return overflow ? nil : product
  }
}

/// A note on the grid.
struct GridNote: Equatable {
  /// Frames.
  var start: Int
  /// Frames, after `start`.
  var end: Int
  var pitch: Int
  /// Where the note stood in the score: ticks, track and channel; tells rounding from overlapping.
  var startTick = 0
  var endTick = 0
  var track = 0
  var channel = 0
}

/// A score on the grid, as a representation tells it and no finer.
///
/// It is what stands between scores and numbers: encoding goes through it and decoding comes back to it.
struct GridSong: Equatable {
  var frames: Int
  /// Roll, steps: all notes together, in one line; voices: as many as there are lines.
  var lines: [[GridNote]]
}

extension Representation {
  /// Places the notes that are kept on the grid, and counts the others.
  func gridNotes(
    of score: Score, on grid: Grid
  ) throws(EncodingError) -> (notes: [GridNote], frames: Int, report: EncodingReport) {
    var notes: [GridNote] = []
    var report = EncodingReport()
    guard var frames = grid.notBefore(score.length) else { throw .tooLong(limit: Grid.frameLimit) }
    for (track, part) in score.tracks.enumerated() {
      for note in part.notes {
        report.notes += 1
        guard !note.isDrum else {
          report.drums += 1
          continue
        }
        guard settings.pitches.contains(Int(note.pitch)) else {
          report.outside += 1
          continue
        }
        guard let start = grid.nearest(note.start), let end = grid.nearest(note.end), start < Grid.frameLimit else {
          throw .tooLong(limit: Grid.frameLimit)
        }
        if end <= start || !grid.holds(note.start) || !grid.holds(note.end) { report.moved += 1 }
        frames = max(frames, end, start + 1)
        notes.append(
          GridNote(
            start: start, end: max(end, start + 1), pitch: Int(note.pitch), startTick: note.start, endTick: note.end,
            track: track, channel: Int(note.channel)))
      }
    }
    guard frames <= Grid.frameLimit else { throw .tooLong(limit: Grid.frameLimit) }
    return (notes, frames, report)
  }

  /// Makes each pitch one thing at a time: what doubles another note becomes part of it.
  ///
  /// A pitch sounds wherever one of its notes does. Where a note begins while its pitch sounds, the sounding note ends and
  /// the new one takes over; without `starts`, notes that touch or overlap are one.
  func undoubled(_ notes: [GridNote], starts: Bool, report: inout EncodingReport) -> [GridNote] {
    var kept: [GridNote] = []
    var current: GridNote?
    for note in notes.sorted(by: { ($0.pitch, $0.start, $0.end) < ($1.pitch, $1.start, $1.end) }) {
      guard var last = current, last.pitch == note.pitch, note.start <= last.end else {
        if let current { kept.append(current) }
        current = note
        continue
      }
      let touches = note.start == last.end
      let end = max(last.end, note.end)
      let endTick = max(last.endTick, note.endTick)
      if touches, !starts { report.merged += 1 }
      if !touches { report.doubled += 1 }
      if starts, note.start > last.start {
        last.end = note.start
        kept.append(last)
        current = note
      }
      current?.end = end
      current?.endTick = endTick
    }
    if let current { kept.append(current) }
    return kept.sorted { ($0.start, $0.pitch) < ($1.start, $1.pitch) }
  }
}
