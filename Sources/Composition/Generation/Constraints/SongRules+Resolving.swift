internal import MIDI
internal import Representation

extension SongRules {
  /// The metre that a melody's file tells for its beginning, where the representation can hold it; else 4/4.
  static func metre(of score: Score, _ representation: Representation) -> SongConstraints.Metre {
    guard let first = score.timeSignatures.first, first.tick == 0,
      isHeld(SongConstraints.Metre(first.numerator, first.denominator), representation)
    else { return SongConstraints.Metre(4, 4) }
    return SongConstraints.Metre(first.numerator, first.denominator)
  }

  private static func isHeld(_ metre: SongConstraints.Metre, _ representation: Representation) -> Bool {
    if let events = representation.events, events.isMetrical {
      return events.metres.contains { $0.numerator == metre.numerator && $0.denominator == metre.denominator }
    }
    return 4 * representation.settings.framesAQuarter * metre.numerator % max(1, metre.denominator) == 0
  }

  static func checkMetre(_ constraints: SongConstraints, _ representation: Representation) throws(CompositionError) {
    guard let metre = constraints.metre, !isHeld(metre, representation) else { return }
    throw .unmeetable(
      ["metre"],
      "a bar of \(metre.numerator)/\(metre.denominator) is no whole number of frames, or has no token, in weights whose "
        + "representation is \(representation.settings.name.rawValue) with \(representation.settings.framesAQuarter) "
        + "frames a quarter (representation.resolution)")
  }

  /// A score without notes in another division.
  static func rescaled(_ score: Score, to ticksPerQuarter: Int) -> Score {
    guard case .ticksPerQuarter(let division) = score.division, division > 0 else { return Score() }
    var result = Score(division: .ticksPerQuarter(ticksPerQuarter))
    result.timeSignatures = score.timeSignatures.map {
      var metre = $0
      metre.tick = min(max(0, $0.tick), 1 << 31) * ticksPerQuarter / division
      return metre
    }
    return result
  }

  /// How long songs become.
  static func limit(
    _ settings: GenerationSettings, _ representation: Representation, _ bars: MetreMap,
    _ metre: SongConstraints.Metre?, _ melody: MelodyLine?
  ) throws(CompositionError) -> SongLimit {
    let constraints = settings.constraints
    var limit = settings.limit(representation.settings)
    if case .bars(let count) = settings.length, metre != nil || limit.bars == nil, count < 1 << 24 {
      let (frames, rest) = bars.start(ofBar: count).quotientAndRemainder(dividingBy: representation.ticksPerFrame)
      guard rest == 0 || constraints.lengthRule != .exact else {
        throw .unmeetable(
          [melody == nil || constraints.metre != nil ? "metre" : "melody", "length"],
          "\(count) bars are no whole number of frames")
      }
      limit = SongLimit(frames: min(max(1, frames), GenerationSettings.frameLimit))
    }
    if case .seconds(let seconds) = settings.length, let tempo = constraints.tempo {
      let frames = seconds * tempo / 60 * Double(representation.settings.framesAQuarter)
      limit = SongLimit(frames: max(1, Int(min(frames.rounded(), Double(GenerationSettings.frameLimit)))))
    }
    guard let melody else { return limit }
    // A melody has its own length, unless another is asked for.
    guard constraints.lengthRule != .byDefault else { return SongLimit(frames: melody.length) }
    let frames = representation.settings.framesAQuarter
    let last = melody.track.notes.map(\.end).max() ?? 0
    guard melody.end <= limit.frames, last * frames <= limit.frames * melody.ticksPerQuarter else {
      throw .unmeetable(
        ["melody", "length"],
        "the melody's last note ends after \(last) ticks, in frame \(melody.end), and length allows \(limit.frames) frames"
      )
    }
    return constraints.lengthRule == .exact ? limit : SongLimit(frames: min(limit.frames, melody.length))
  }

  /// The names of a voice.
  private static func names(ofVoice voice: Int, _ settings: RepresentationSettings) -> [String] {
    var names = ["\(voice + 1)"]
    if settings.lines == 4, voice < 4 { names.append(["soprano", "alto", "tenor", "bass"][voice]) }
    if settings.lines == 1 { names.append("melody") }
    return names
  }

  /// The pitches of each voice that its range leaves.
  ///
  /// - Throws: `CompositionError` of kind `spec` where a range names no voice or leaves no pitch.
  static func ranges(
    _ constraints: SongConstraints, _ representation: Representation
  ) throws(CompositionError) -> [ClosedRange<Int>] {
    let settings = representation.settings
    let names: [[String]] =
      switch settings.name {
      case .voices: (0..<settings.lines).map { Self.names(ofVoice: $0, settings) }
      case .events: (0..<128).map { ["\($0)"] }
      case .roll, .steps: representation.sets.programs.map { ["\($0)"] }
      }
    for name in constraints.ranges.keys.sorted() where !names.contains(where: { $0.contains(name) }) {
      let known = settings.name == .events ? "0 to 127" : names.joined().joined(separator: ", ")
      throw .unmeetable(["range"], "\(settings.name.rawValue) has no voice or program '\(name)'; it has \(known)")
    }
    let all = settings.name == .events ? 0...127 : settings.pitches
    var ranges: [ClosedRange<Int>] = []
    for names in names {
      var (low, high) = (all.lowerBound, all.upperBound)
      for range in [constraints.range] + names.map({ constraints.ranges[$0] }) {
        guard let range else { continue }
        (low, high) = (max(low, range.lowerBound), min(high, range.upperBound))
      }
      guard low <= high else {
        throw .unmeetable(
          ["range"],
          "no pitch is left of \(all.lowerBound) to \(all.upperBound), which the weights have (representation.pitches)")
      }
      ranges.append(low...high)
    }
    return ranges
  }

  /// Whether each voice may play; events: by program.
  ///
  /// - Throws: `CompositionError` of kind `spec` where a program that is asked for is none of the representation's.
  static func plays(
    _ constraints: SongConstraints, _ representation: Representation
  ) throws(CompositionError) -> [Bool] {
    let settings = representation.settings
    let sets = representation.sets
    guard let asked = constraints.programs else {
      switch settings.name {
      case .voices: return [Bool](repeating: true, count: settings.lines)
      case .events: return [Bool](repeating: true, count: 128)
      case .roll, .steps: return [Bool](repeating: true, count: sets.programs.count)
      }
    }
    let drums = EventVocabulary.drums
    if asked.contains(drums), settings.name != .events, !sets.hasDrums {
      throw .unmeetable(["programs"], "the weights write no drums (representation.drums)")
    }
    switch settings.name {
    case .voices: return [Bool](repeating: true, count: settings.lines)
    case .events: return (0..<128).map(asked.contains)
    case .roll, .steps: break
    }
    switch settings.programs {
    case .merged: return [asked.contains { $0 != drums }]
    case .families: return (0..<16).map { family in asked.contains { $0 != drums && $0 / 8 == family } }
    case .listed(let programs):
      for program in asked where program != drums && !programs.contains(program) {
        throw .unmeetable(
          ["programs"],
          "the weights know no program \(program); they know \(programs.map(String.init).joined(separator: ", ")) "
            + "(representation.programs)")
      }
      return programs.map(asked.contains)
    }
  }

  /// Finds out whether the melody goes with the rest.
  func checkMelody() throws(CompositionError) {
    guard let melody else { return }
    let settings = representation.settings
    if composedFrom > 0 {
      throw .unmeetable(["prime", "melody"], "a song that is continued cannot be harmonised from its beginning")
    }
    if settings.name == .voices, settings.lines < 2 {
      throw .unmeetable(
        ["melody"], "the weights write one line, so there is none to harmonise with (representation.lines)")
    }
    if let polyphony = constraints.polyphony, melody.mostAtOnce > polyphony {
      throw .unmeetable(["polyphony", "melody"], "\(melody.mostAtOnce) notes of the melody sound at once")
    }
    for note in melody.track.notes {
      let pitch = Int(note.pitch)
      if settings.name != .events, !settings.pitches.contains(pitch) {
        throw .unmeetable(
          ["melody"],
          "its pitch \(pitch) is none of the weights', which are \(settings.pitches.lowerBound) to "
            + "\(settings.pitches.upperBound) (representation.pitches)")
      }
      if let key = constraints.key, key.pitchClasses >> UInt16(pitch % 12) & 1 == 0 {
        throw .unmeetable(
          key.namesScale ? ["key", "scale", "melody"] : ["key", "melody"],
          "the melody's pitch \(pitch) at tick \(note.start) is not in \(key.name)")
      }
      guard isInRange(pitch, melody) else {
        throw .unmeetable(["range", "melody"], "the melody's pitch \(pitch) at tick \(note.start) is outside of range")
      }
    }
  }

  private func isInRange(_ pitch: Int, _ melody: MelodyLine) -> Bool {
    if let range = constraints.range, !range.contains(pitch) { return false }
    let settings = representation.settings
    let names = settings.name == .voices ? Self.names(ofVoice: 0, settings) : ["\(melody.program)"]
    return names.allSatisfy { constraints.ranges[$0]?.contains(pitch) ?? true }
  }
}
