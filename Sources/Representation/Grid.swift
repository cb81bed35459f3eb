import MIDI

/// The frames of a score: `numerator / denominator` of them a tick, exactly.
struct Grid {
  /// The longest song that is encoded, in frames: 36 hours of 4 frames a quarter at 120 quarters a minute.
  static let frameLimit = 1 << 20

  private let numerator: Int
  private let denominator: Int
  /// Mixed: whether each quarter keeps to sixteenths or triplets; they are in `triplets`.
  private let isMixed: Bool
  private var triplets: Set<Int> = []
  /// Frames a quarter.
  private let resolution: Int

  /// Makes the grid of `resolution` frames a quarter; an SMPTE file's quarters last half a second.
  init(_ division: Score.Division, resolution: Int, isMixed: Bool = false) {
    switch division {
    case .ticksPerQuarter(let ticks):
      numerator = resolution
      denominator = max(1, ticks)
    case .smpte(let frames, let ticks):
      // 29 stands for 30000/1001 frames a second.
      numerator = 2 * resolution * (frames == 29 ? 1001 : 1)
      denominator = max(1, frames == 29 ? 30_000 * ticks : frames * ticks)
    }
    self.resolution = resolution
    self.isMixed = isMixed
  }

  /// Returns the frame nearest to a tick, the later one of two; nil past what can be counted.
  ///
  /// It may be any frame, also where the grid is mixed.
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

  /// Returns the frames of a note: the nearest ones that notes may have, at least one of them long; nil past what can be
  /// counted.
  func frames(from start: Int, to end: Int) -> Range<Int>? {
    guard let first = place(start), let last = place(end) else { return nil }
    return first..<max(last, first + step(at: first))
  }

  /// Says whether a tick is exactly where a frame begins.
  func isExact(_ tick: Int, _ frame: Int) -> Bool { scaled(tick).map { $0 == frame * denominator } ?? false }

  /// How far a tick is from a frame, in quarters.
  func distance(_ tick: Int, _ frame: Int) -> Double {
    guard let product = scaled(tick) else { return 0 }
    return Double(abs(product - frame * denominator)) / (Double(denominator) * Double(resolution))
  }

  /// Says whether so many ticks are less than the shortest note.
  func isShort(_ ticks: Int) -> Bool {
    scaled(ticks).map { $0 < denominator * (isMixed ? 3 : 1) } ?? false
  }

  private func place(_ tick: Int) -> Int? {
    guard isMixed else { return nearest(tick) }
    guard let product = scaled(tick) else { return nil }
    let (beat, rest) = product.quotientAndRemainder(dividingBy: 12 * denominator)
    let step = step(at: 12 * beat)
    return 12 * beat + step * ((2 * rest + step * denominator) / (2 * step * denominator))
  }

  /// The frames of a step of the quarter that a frame lies in.
  private func step(at frame: Int) -> Int { isMixed ? triplets.contains(frame / 12) ? 4 : 3 : 1 }

  private func scaled(_ tick: Int) -> Int? {
    let (product, overflow) = max(0, tick).multipliedReportingOverflow(by: numerator)
    return overflow ? nil : product
  }
}

extension Grid {
  /// Mixed: lets each quarter choose sixteenths or triplets, whichever the starts in it are nearer to; where these are as near
  /// to one as to the other, the ends decide, and then sixteenths.
  ///
  /// What is on the chosen places already chooses them again, so encoding what was decoded changes nothing.
  mutating func choose(for notes: some Sequence<Score.Note>) {
    guard isMixed else { return }
    /// Of each quarter, how much nearer starts and ends are to sixteenths.
    var gains: [Int: (starts: Int, ends: Int)] = [:]
    for note in notes {
      if let (beat, gain) = gain(note.start) { gains[beat, default: (0, 0)].starts += gain }
      if let (beat, gain) = gain(note.end) { gains[beat, default: (0, 0)].ends += gain }
    }
    triplets = Set(gains.lazy.filter { $0.value < (0, 0) }.map(\.key))
  }

  private func gain(_ tick: Int) -> (beat: Int, gain: Int)? {
    guard let product = scaled(tick) else { return nil }
    func distance(_ step: Int) -> Int {
      let rest = product % (step * denominator)
      return min(rest, step * denominator - rest)
    }
    return (product / (12 * denominator), distance(4) - distance(3))
  }
}

/// A note on the grid.
struct GridNote: Equatable {
  /// Frames.
  var start: Int
  /// Frames, after `start`.
  var end: Int
  /// Roll, steps: the key, which tells pitch and set (`PitchSets`).
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
    of score: Score, on grid: inout Grid
  ) throws(EncodingError) -> (notes: [GridNote], frames: Int, report: EncodingReport) {
    var report = EncodingReport()
    let kept = keptNotes(of: score, report: &report)
    grid.choose(for: kept.lazy.map(\.note))
    guard var frames = grid.notBefore(score.length) else { throw .tooLong(limit: Grid.frameLimit) }
    var notes: [GridNote] = []
    notes.reserveCapacity(kept.count)
    for (note, key, track) in kept {
      guard let place = grid.frames(from: note.start, to: note.end), place.lowerBound < Grid.frameLimit else {
        throw .tooLong(limit: Grid.frameLimit)
      }
      report.take(note, at: place, on: grid)
      frames = max(frames, place.upperBound)
      notes.append(
        GridNote(
          start: place.lowerBound, end: place.upperBound, pitch: key, startTick: note.start, endTick: note.end,
          track: track, channel: Int(note.channel)))
    }
    guard frames <= Grid.frameLimit else { throw .tooLong(limit: Grid.frameLimit) }
    return (notes, frames, report)
  }

  /// The notes that have a key, with it and the number of their track.
  private func keptNotes(
    of score: Score, report: inout EncodingReport
  ) -> [(note: Score.Note, key: Int, track: Int)] {
    let programs = sets.isMerged ? [] : ProgramMap.all(of: score)
    var kept: [(note: Score.Note, key: Int, track: Int)] = []
    kept.reserveCapacity(score.noteCount)
    for (track, part) in score.tracks.enumerated() {
      for note in part.notes {
        report.notes += 1
        let program =
          track < programs.count ? programs[track].program(ofChannel: note.channel, atTick: note.start) & 127 : 0
        switch sets.place(ofPitch: Int(note.pitch), program: Int(program), isDrum: note.isDrum) {
        case .key(let key): kept.append((note, key, track))
        case .recast(let key):
          report.recast += 1
          kept.append((note, key, track))
        case .drum: report.drums += 1
        case .otherProgram: report.programs += 1
        case .outside: report.outside += 1
        }
      }
    }
    return kept
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

extension EncodingReport {
  /// Counts what a place on the grid costs a note.
  mutating func take(_ note: Score.Note, at place: Range<Int>, on grid: Grid) {
    guard !grid.isExact(note.start, place.lowerBound) || !grid.isExact(note.end, place.upperBound) else { return }
    moved += 1
    let far = grid.distance(note.start, place.lowerBound)
    distance += far
    farthest = max(farthest, far)
  }
}
