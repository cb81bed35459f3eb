package import MIDI

/// Scores as numbers and back: one of `roll`, `steps`, `voices` and `events`.
///
/// A score is placed on a grid of `resolution` frames a quarter note. What the grid and the representation cannot tell is
/// lost and counted; what they tell comes back exactly:
///
///     decode(encode(x)) == quantised(x)        encode(decode(encode(x))) == encode(x)
package struct Representation: Sendable, Equatable {
  /// What the numbers of a song are.
  @usableFromInline
  enum Layout: Sendable, Equatable {
    case roll, steps, stepsWithoutHolds, voices, events
  }

  package let settings: RepresentationSettings
  /// Roll, steps: the sets of pitches that are written.
  package let sets: PitchSets
  /// Steps, voices, events: one text a token, in token order; roll: one text an element of a vector.
  package let vocabulary: [String]
  /// Events: the tokens and what they mean; nil for the others.
  package let events: EventVocabulary?
  @usableFromInline let layout: Layout
  /// The lowest pitch that is kept.
  @usableFromInline let lowest: Int

  /// Makes a representation.
  ///
  /// - Throws: `RepresentationError` where a setting is out of range.
  package init(_ settings: RepresentationSettings) throws(RepresentationError) {
    try settings.check()
    self.settings = settings
    lowest = settings.pitches.lowerBound
    let sets = PitchSets(settings)
    self.sets = sets
    let events =
      settings.name == .events
      ? EventVocabulary(isMetrical: settings.time == .metrical, resolution: settings.framesAQuarter) : nil
    self.events = events
    switch settings.name {
    case .roll:
      layout = .roll
      vocabulary = (0..<settings.block).flatMap { frame in
        sets.texts.map { text in
          // The texts of old: a frame's number, the word pitch, a pitch.
          sets.isMerged && Int(text) != nil ? "frame \(frame) pitch \(text)" : "frame \(frame) \(text)"
        }
      }
    case .steps where settings.holds:
      layout = .steps
      vocabulary = ["end", "frame"] + sets.texts.flatMap { ["start \($0)", "hold \($0)"] }
    case .steps:
      layout = .stepsWithoutHolds
      vocabulary = ["end", "frame"] + sets.texts
    case .events:
      layout = .events
      vocabulary = events?.texts ?? []
    case .voices:
      layout = .voices
      vocabulary = ["end", "hold", "rest"] + settings.pitches.map { "start \($0)" }
    }
  }

  /// Turns a score into numbers, and tells what was lost.
  ///
  /// - Throws: `EncodingError` where the song has too many frames, or (voices) more notes sound at once than there are
  ///   lines.
  package func encode(_ score: Score) throws(EncodingError) -> (EncodedSong, EncodingReport) {
    if let events {
      let (song, report) = try eventSong(of: score, events)
      return (try encodeEvents(song, events), report)
    }
    let (song, report) = try gridSong(of: score)
    let encoded =
      switch layout {
      case .roll: encodeRoll(song)
      case .steps, .stepsWithoutHolds: encodeSteps(song)
      case .voices, .events: encodeVoices(song)
      }
    return (encoded, report)
  }

  /// Turns numbers into a score.
  ///
  /// Any numbers will do: a token that means nothing where it stands is passed over, and what follows the first *end* or
  /// stands in a frame that is not finished is not played. The division is 480 ticks a quarter, or the largest multiple of
  /// `resolution` below. Roll and steps give one track, or one a program and one of drums; voices a track a line, events a
  /// track a program.
  package func decode(_ song: EncodedSong) -> Score {
    if let events { return score(of: decodeEvents(song, events)) }
    return switch layout {
    case .roll: score(of: decodeRoll(song))
    case .steps, .stepsWithoutHolds: score(of: decodeSteps(song))
    case .voices, .events: score(of: decodeVoices(song))
    }
  }

  /// Returns a score as the representation tells it: what decoding its encoding gives.
  ///
  /// - Throws: `EncodingError`, as `encode` does.
  package func quantised(_ score: Score) throws(EncodingError) -> Score {
    if let events { return self.score(of: try eventSong(of: score, events).song) }
    return self.score(of: try gridSong(of: score).song)
  }

  /// Places a score on the grid and leaves only what the representation tells.
  private func gridSong(of score: Score) throws(EncodingError) -> (song: GridSong, report: EncodingReport) {
    let score = settings.pedal ? score.sustained() : score
    var grid = Grid(score.division, resolution: settings.framesAQuarter, isMixed: settings.isMixed)
    var (notes, frames, report) = try gridNotes(of: score, on: &grid)
    if layout == .voices {
      let lines = try lines(of: notes, on: grid, report: &report)
      return (GridSong(frames: frames, lines: lines), report)
    }
    let line = undoubled(notes, starts: layout == .steps, report: &report)
    if layout == .roll {
      guard frames <= Self.elementLimit / sets.count else { throw .tooLarge(limit: Self.elementLimit) }
    } else if stepsTokenCount(frames, line) > Self.tokenLimit {
      throw .tooFull(limit: Self.tokenLimit)
    }
    return (GridSong(frames: frames, lines: [line]), report)
  }
}
