internal import MIDI
internal import Representation

/// What the songs of one generation are held to: the constraints as they hold for one representation, one melody and one
/// song to be continued.
///
/// Voices are the lines of `voices`, the sets of `roll` and `steps`, and the programs of `events`. Constraints hold for
/// what is composed, from the end of the song to be continued on.
struct SongRules: Sendable {
  let constraints: SongConstraints
  let representation: Representation
  let melody: MelodyLine?
  let limit: SongLimit
  /// Whether a song ends at its limit and nowhere else.
  let isExact: Bool
  /// The frame from which on notes are composed.
  let composedFrom: Int
  /// The metre that is known beforehand; nil: events draw it.
  let metre: SongConstraints.Metre?
  /// The bars of a song whose metre is known beforehand; of other songs, of 4/4.
  let bars: MetreMap
  /// The pitch classes that may sound, by chord; without chords there is one.
  let classes: [UInt16]
  /// The number of the first chord of each bar of the progression.
  private let firstChords: [Int]
  /// The pitches of each voice that its range leaves.
  private let ranges: [ClosedRange<Int>]
  /// How many pitches each voice has, by chord.
  private let counts: [[Int]]
  /// Whether each voice may play; events: by program, 128 the drums.
  let plays: [Bool]
  let isMetrical: Bool

  var resolution: Int { representation.settings.framesAQuarter }
  private var name: RepresentationSettings.Name { representation.settings.name }

  /// Works out what holds; the song to be continued has `composedFrom` frames.
  ///
  /// - Throws: `CompositionError` of kind `spec` where the constraints cannot be met, with the fields that take part.
  init(
    _ settings: GenerationSettings, _ representation: Representation, melody: Score?, composedFrom: Int
  ) throws(CompositionError) {
    let constraints = settings.constraints
    self.constraints = constraints
    self.representation = representation
    self.composedFrom = composedFrom
    let resolution = representation.settings.framesAQuarter
    if let melody {
      self.melody = try MelodyLine(melody, framesAQuarter: resolution)
    } else {
      self.melody = nil
    }
    isMetrical = representation.events?.isMetrical ?? true
    metre = constraints.metre ?? self.melody.map { Self.metre(of: $0.frame, representation) }
    try Self.checkMetre(constraints, representation)
    var template = self.melody?.frame ?? Score()
    if let metre = constraints.metre { template.timeSignatures = [Self.signature(metre)] }
    bars = MetreMap(Self.rescaled(template, to: representation.ticksPerQuarter))
    isExact = constraints.lengthRule == .exact || self.melody != nil
    limit = try Self.limit(settings, representation, bars, metre, self.melody)
    let key = constraints.key?.pitchClasses ?? 0xFFF
    let chords = constraints.chords
    classes = chords.isEmpty ? [key] : chords.joined().map { $0.pitchClasses & key }
    firstChords = chords.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) }
    ranges = try Self.ranges(constraints, representation)
    plays = try Self.plays(constraints, representation)
    counts = zip(ranges, plays).map { [classes] range, plays in
      classes.map { classes in plays ? range.count { classes >> UInt16($0 % 12) & 1 == 1 } : 0 }
    }
    try check()
  }

  // MARK: Pitches

  /// How many voices there are besides the drums.
  var voices: Int { ranges.count }

  /// The number of the chord that rules a frame.
  func chord(at frame: Int, _ bars: MetreMap) -> Int {
    guard classes.count > 1, firstChords.count > 1 else { return 0 }
    let tick = frame * representation.ticksPerFrame
    let bar = bars.bar(atTick: tick)
    let (start, end) = (bars.start(ofBar: bar), bars.start(ofBar: bar + 1))
    let place = bar % (firstChords.count - 1)
    let count = firstChords[place + 1] - firstChords[place]
    let within = end > start ? (tick - start) * count / (end - start) : 0
    return firstChords[place] + min(count - 1, max(0, within))
  }

  /// The same where the bars are known beforehand.
  func chord(at frame: Int) -> Int { chord(at: frame, bars) }

  /// Whether a voice may sound a pitch under a chord.
  func allows(_ pitch: Int, voice: Int, chord: Int) -> Bool {
    plays[voice] && ranges[voice].contains(pitch) && classes[chord] >> UInt16(pitch % 12) & 1 == 1
  }

  /// How many pitches a voice may sound under a chord.
  func pitchCount(voice: Int, chord: Int) -> Int { counts[voice][chord] }

  /// How many notes that are composed may sound in a frame.
  func room(at frame: Int) -> Int {
    guard let polyphony = constraints.polyphony else { return .max }
    return max(0, polyphony - (melody?.count(at: frame) ?? 0))
  }

  /// The least that `room` is anywhere.
  var leastRoom: Int { constraints.polyphony.map { max(0, $0 - (melody?.mostAtOnce ?? 0)) } ?? .max }

  /// Whether bars are counted, so that a song keeps its metre.
  var countsBars: Bool {
    isExact || classes.count > 1 || constraints.leastDensity != nil || constraints.mostDensity != nil
  }

  /// The frame at which a song of events ends whose bars have so many frames.
  func limit(in bar: Int) -> Int { limit.bars.map { min(limit.frames, $0 * bar) } ?? limit.frames }

  // MARK: The end

  /// The frame from which on something must sound, of a song that ends at a frame.
  func lastWindow(of end: Int) -> Int { max(0, end - 2 * resolution) }

  /// The frame in which something begins at the latest, if nothing has sounded since `lastWindow`.
  func lastCall(of end: Int) -> Int { max(end - resolution, composedFrom, 0) }

  /// Whether the melody alone sounds in a song's last two quarters.
  func melodyEnds(_ end: Int) -> Bool { melody.map { $0.end > lastWindow(of: end) } ?? false }

  /// The pace of the notes that are composed; `perFrame` as many can always begin in a frame.
  ///
  /// - Throws: `CompositionError` of kind `spec` where the density cannot be had.
  func pace(limit: Int, perFrame: Int) throws(CompositionError) -> NotePace {
    let pace = NotePace(
      from: composedFrom, limit: limit, resolution: resolution, least: constraints.leastDensity,
      most: constraints.mostDensity, perFrame: max(0, perFrame))
    let melodyNotes = melody?.started(by: limit) ?? 0
    if pace.need > pace.budget {
      throw .unmeetable(["density", "length"], "no whole number of notes in \(limit - composedFrom) frames is that")
    }
    if constraints.mostDensity != nil, pace.budget < max(1, melodyNotes) {
      throw .unmeetable(
        melody == nil ? ["density", "length"] : ["density", "melody"],
        melody == nil
          ? "a song of \(limit - composedFrom) frames may have no note"
          : "the melody alone has \(melodyNotes) notes and "
            + "density allows \(pace.budget)")
    }
    guard pace.need - melodyNotes > perFrame * (limit - composedFrom) else { return pace }
    var fields = ["density"]
    if constraints.polyphony != nil { fields.append("polyphony") }
    throw .unmeetable(
      fields + pitchFields,
      "\(pace.need) notes are needed, and \(representation.settings.name.rawValue) can be sure of "
        + "\(max(0, perFrame) * (limit - composedFrom))")
  }

  /// The fields that say which pitches there are.
  var pitchFields: [String] {
    var fields: [String] = []
    if let key = constraints.key { fields += key.namesScale ? ["key", "scale"] : ["key"] }
    if constraints.range != nil || !constraints.ranges.isEmpty { fields.append("range") }
    if !constraints.chords.isEmpty { fields.append("chords") }
    if constraints.programs != nil { fields.append("programs") }
    return fields
  }

  // MARK: Checks

  private func check() throws(CompositionError) {
    try checkMelody()
    // Drums have no pitches to forbid.
    guard plays.contains(true) || !playsDrums else { return }
    for voice in composedVoices where plays[voice] && counts[voice].allSatisfy({ $0 == 0 }) {
      let isAsked = name == .voices || !constraints.ranges.isEmpty
      let isOnly = composedVoices.allSatisfy { counts[$0].allSatisfy { $0 == 0 } }
      if isAsked || isOnly { throw noPitch(of: ranges[voice], name == .voices ? " for line \(voice + 1)" : "") }
    }
    for (chord, classes) in classes.enumerated() where composedVoices.allSatisfy({ counts[$0][chord] == 0 }) {
      let symbols = constraints.chords.joined().map(\.symbol)
      let symbol = chord < symbols.count ? " under the chord \(symbols[chord])" : ""
      throw .unmeetable(
        pitchFields.isEmpty ? ["range"] : pitchFields,
        "no pitch is left\(symbol)" + (classes == 0 ? ", which has none in common with the key" : ""))
    }
  }

  /// The voices that are not the melody's.
  var composedVoices: Range<Int> { (name == .voices && melody != nil ? 1 : 0)..<ranges.count }

  private func noPitch(of range: ClosedRange<Int>, _ whose: String) -> CompositionError {
    let key = constraints.key.map { "\($0.name) has " } ?? "there is "
    return .unmeetable(
      pitchFields.isEmpty ? ["range"] : pitchFields,
      "no pitch is left\(whose): \(key)none from \(range.lowerBound) to \(range.upperBound) that may sound")
  }

  /// Whether drums may be composed.
  var playsDrums: Bool {
    let isThere = representation.events != nil || representation.sets.hasDrums
    return isThere && (constraints.programs?.contains(EventVocabulary.drums) ?? true)
  }
}
