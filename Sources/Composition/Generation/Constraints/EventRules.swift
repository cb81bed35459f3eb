internal import MIDI
internal import Representation

/// What a song of `events` may do besides what its grammar allows.
///
/// Nothing is left undone: a place is told only where a note can begin, and the song does not move past a note of the
/// melody, nor past the last frame by which a note is due.
struct EventRules {
  /// A note that sounds, or is being told.
  struct Note {
    var program: Int
    var pitch: Int
    /// Frames.
    var end: Int
    var isMelody = false
  }

  let rules: SongRules
  let vocabulary: EventVocabulary
  /// The most pitches that any program has, by chord.
  private let pitches: [Int]
  /// The number of the tempo that holds throughout; nil: it is drawn.
  private let tempo: Int?
  /// Known once the metre is.
  private(set) var pace: NotePace?
  private var bars: MetreMap?
  /// The metres that were drawn.
  private var metres: [Score.TimeSignature] = []
  /// Notes that sound at the song's place, composed or of the song to be continued.
  private var sounding: [Note] = []
  /// The note that is being told, and the frame at which it ends at the latest.
  private var told: Note?
  private var latest = 0
  private var started = 0
  private var lastEnd = 0
  /// The number of the melody's next note.
  private var nextMelody = 0
  private var frame = 0

  init(_ rules: SongRules, _ vocabulary: EventVocabulary) throws(CompositionError) {
    self.rules = rules
    self.vocabulary = vocabulary
    let programs = (0..<128).filter { rules.plays[$0] }
    pitches = rules.classes.indices.map { chord in
      let most = programs.map { rules.pitchCount(voice: $0, chord: chord) }.max() ?? 0
      return max(most, rules.playsDrums ? 128 : 0)
    }
    let asked = rules.constraints.tempo.map { 60_000_000 / $0 }
    let given = rules.melody.map { Double($0.frame.tempos.first?.microsecondsPerQuarter ?? 500_000) }
    tempo =
      vocabulary.isMetrical
      ? (asked ?? given).map { EventVocabulary.tempo(microseconds: Int($0)) } : nil
    if rules.metre != nil || !vocabulary.isMetrical {
      bars = rules.bars
      pace = try pace(limit: rules.limit.frames)
    } else {
      // Of the metres that may be drawn 4/4 is one.
      _ = try pace(limit: rules.limit(in: 4 * rules.resolution))
    }
  }

  /// The most notes that sound at once where some must always be able to begin.
  private var mostAtOnce: Int {
    max(0, min(rules.constraints.polyphony ?? .max, (pitches.min() ?? 0) - (rules.melody == nil ? 0 : 1)))
  }

  // MARK: What may follow

  /// Forbids tokens that may not come next: their logits become -infinity.
  func restrict(_ logits: inout [Float], _ grammar: EventGrammar) {
    let place = Place(self, grammar)
    for token in logits.indices where logits[token] > -.infinity {
      guard let event = vocabulary.event(Int32(token)), !place.allows(event) else { continue }
      logits[token] = -.infinity
    }
  }

  /// Whether a token tells the pitch of the melody's note that begins here.
  func isMelody(_ token: Int32, _ grammar: EventGrammar) -> Bool {
    guard let next = melodyNote, next.start == grammar.frame, grammar.program == rules.melody?.program else {
      return false
    }
    return vocabulary.event(token) == .pitch(next.pitch)
  }

  /// What is known at a place of the song, worked out once for all tokens.
  private struct Place {
    let rules: EventRules
    let grammar: EventGrammar
    let chord: Int
    /// The melody's note that begins here and is not told yet.
    let melody: MelodyLine.Note?
    /// Whether another note may begin here.
    let hasRoom: Bool
    /// The frame past which the song does not move yet.
    let barrier: Int
    let melodyProgram: Int
    let isInMelody: Bool

    init(_ rules: EventRules, _ grammar: EventGrammar) {
      self.rules = rules
      self.grammar = grammar
      chord = rules.chord(at: grammar.frame)
      let next = rules.melodyNote
      melody = next.flatMap { $0.start == grammar.frame ? $0 : nil }
      melodyProgram = rules.rules.melody?.program ?? 0
      hasRoom = rules.hasRoom(at: grammar.frame) && rules.mayBegin(at: grammar.frame, limit: grammar.limit)
      barrier = min(next?.start ?? .max, rules.obligation(grammar))
      isInMelody = rules.told.map { $0.isMelody && $0.end < rules.latest } ?? false
    }

    func allows(_ event: EventToken) -> Bool {
      if isInMelody { return continuesMelody(event) }
      switch event {
      case .end: return rules.mayEnd(grammar)
      case .bar: return mayMove(to: grammar.metre.map { grammar.barStart + $0.frames } ?? 0, isOpen: true)
      case .position(let frames): return mayMove(to: grammar.barStart + frames, isOpen: false)
      case .wait(let frames): return mayMove(to: grammar.frame + frames, isOpen: frames == rules.vocabulary.longest)
      case .metre(let next): return rules.mayTake(next, grammar)
      case .tempo(let number): return rules.tempo.map { $0 == number } ?? true
      case .program(let next): return mayTake(program: next)
      case .pitch(let pitch): return mayBegin(grammar.program, pitch)
      case .drum(let pitch): return mayBegin(EventVocabulary.drums, pitch)
      case .velocity: return true
      case .duration(let frames): return rules.told.map { $0.end + frames <= rules.latest } ?? false
      }
    }

    private func continuesMelody(_ event: EventToken) -> Bool {
      guard let told = rules.told else { return false }
      switch event {
      case .velocity(let velocity):
        return rules.vocabulary.token(.velocity(velocity))
          == rules.vocabulary.token(.velocity(rules.melodyVelocity))
      case .duration(let frames): return frames == min(rules.latest - told.end, rules.vocabulary.longest)
      default: return false
      }
    }

    /// Whether the song may move to a frame; `isOpen`: it may move on from there with nothing told.
    private func mayMove(to target: Int, isOpen: Bool) -> Bool {
      if grammar.bars == 0, grammar.frame == 0, target == 0 { return true }
      guard barrier > grammar.frame, target <= barrier else { return false }
      return isOpen || target == rules.melodyNote?.start || target >= grammar.limit
        || rules.canBegin(at: target, limit: grammar.limit)
    }

    private func mayTake(program: Int) -> Bool {
      if melody != nil, program >= melodyProgram { return program == melodyProgram }
      return hasRoom && rules.plays(program) && rules.freePitches(program, chord, at: grammar.frame) > 0
    }

    private func mayBegin(_ program: Int, _ pitch: Int) -> Bool {
      if let melody {
        if program > melodyProgram || (program == melodyProgram && pitch < melody.pitch) { return false }
        if program == melodyProgram, pitch == melody.pitch { return true }
      }
      guard hasRoom, rules.plays(program) else { return false }
      return program == EventVocabulary.drums || rules.rules.allows(pitch, voice: program, chord: chord)
    }
  }

  private var melodyNote: MelodyLine.Note? {
    guard let melody = rules.melody, nextMelody < melody.notes.count else { return nil }
    return melody.notes[nextMelody]
  }

  /// The velocity of the melody's note that is being told.
  private var melodyVelocity: Int {
    guard let melody = rules.melody, nextMelody > 0 else { return 80 }
    return melody.notes[nextMelody - 1].velocity
  }

  private func plays(_ program: Int) -> Bool {
    program == EventVocabulary.drums ? rules.playsDrums : program >= 0 && program < 128 && rules.plays[program]
  }

  private func chord(at frame: Int) -> Int { bars.map { rules.chord(at: frame, $0) } ?? 0 }

  /// How many notes that are told sound in a frame from here on; of them the melody's are left out.
  private func load(at frame: Int) -> Int { sounding.reduce(0) { $0 + ($1.end > frame && !$1.isMelody ? 1 : 0) } }

  private func hasRoom(at frame: Int) -> Bool { load(at: frame) < rules.room(at: frame) }

  private func freePitches(_ program: Int, _ chord: Int, at frame: Int) -> Int {
    let isDrums = program == EventVocabulary.drums
    let all = isDrums ? 128 : rules.pitchCount(voice: program, chord: chord)
    return all
      - sounding.count {
        $0.end > frame && $0.program == program && (isDrums || rules.allows($0.pitch, voice: program, chord: chord))
      }
  }

  /// Whether a note can begin in a frame, whatever program holds there.
  private func canBegin(at frame: Int, limit: Int) -> Bool {
    hasRoom(at: frame) && mayBegin(at: frame, limit: limit)
      && pitches[chord(at: frame)] > sounding.count { $0.end > frame }
  }

  // MARK: Density and the end

  private func melodyNotes(_ frame: Int) -> Int { rules.melody?.started(by: frame) ?? 0 }

  private func soundsAtEnd(_ limit: Int) -> Bool {
    !rules.isExact || rules.melodyEnds(limit) || lastEnd > rules.lastWindow(of: limit)
  }

  /// Whether the density lets another note begin; one is kept for the end.
  private func mayBegin(at frame: Int, limit: Int) -> Bool {
    guard let pace, pace.most != nil else { return true }
    let isKept = !soundsAtEnd(limit) && frame < rules.lastCall(of: limit)
    let left = pace.budget - melodyNotes(limit) - started - (isKept ? 1 : 0)
    guard left > 0 else { return false }
    return started + melodyNotes(frame) < pace.allowed(by: frame) || frame >= obligation(limit)
  }

  /// The frame by which a note must have begun; `Int.max`: none must.
  private func obligation(_ grammar: EventGrammar) -> Int {
    grammar.metre == nil && vocabulary.isMetrical ? .max : obligation(grammar.limit)
  }

  private func obligation(_ limit: Int) -> Int {
    let call = soundsAtEnd(limit) ? Int.max : max(frame, rules.lastCall(of: limit))
    guard let pace, pace.least != nil else { return call }
    if pace.most != nil, pace.budget - melodyNotes(limit) - started - (call == .max ? 0 : 1) <= 0 { return call }
    return min(call, pace.deadline(after: started, plus: melodyNotes, from: frame) ?? .max)
  }

  private func mayEnd(_ grammar: EventGrammar) -> Bool {
    if rules.isExact { return grammar.frame >= grammar.limit }
    guard grammar.frame < grammar.limit else { return true }
    return grammar.frame > rules.composedFrom
      && pace?.allowsEnd(at: grammar.frame, count: started + melodyNotes(grammar.frame)) ?? true
  }

  /// Whether a metre may be told: the one that was asked for; only one where bars are counted.
  private func mayTake(_ next: EventVocabulary.Metre, _ grammar: EventGrammar) -> Bool {
    if let metre = rules.metre {
      return grammar.metre == nil && next.numerator == metre.numerator && next.denominator == metre.denominator
    }
    guard grammar.metre == nil else { return !rules.countsBars }
    return (try? pace(limit: rules.limit(in: next.frames))) != nil
  }

  private func pace(limit: Int) throws(CompositionError) -> NotePace {
    try rules.pace(limit: limit, perFrame: min(1, rules.leastRoom, mostAtOnce))
  }

  // MARK: Moving on

  /// Moves on over a token that the grammar has just taken.
  mutating func take(_ token: Int32, _ grammar: EventGrammar) {
    guard let event = vocabulary.event(token) else { return }
    switch event {
    case .velocity: break
    case .duration(let frames): told?.end += frames
    default: told = nil
    }
    frame = grammar.frame
    switch event {
    case .bar, .position, .wait: sounding.removeAll { $0.end <= frame }
    case .metre(let metre): take(metre, grammar)
    case .pitch(let pitch): begin(grammar.program, pitch, grammar)
    case .drum(let pitch): begin(EventVocabulary.drums, pitch, grammar)
    default: break
    }
    // Told in time for what follows the last duration.
    if case .duration = event, let told, let last = sounding.indices.last {
      sounding[last].end = told.end
      lastEnd = max(lastEnd, told.end)
    }
  }

  private mutating func take(_ metre: EventVocabulary.Metre, _ grammar: EventGrammar) {
    guard rules.metre == nil else { return }
    metres.append(
      Score.TimeSignature(
        tick: frame * rules.representation.ticksPerFrame, numerator: metre.numerator, denominator: metre.denominator))
    bars = MetreMap(
      Score(division: .ticksPerQuarter(rules.representation.ticksPerQuarter), timeSignatures: metres))
    pace = try? pace(limit: grammar.limit)
  }

  private mutating func begin(_ program: Int, _ pitch: Int, _ grammar: EventGrammar) {
    let isMelody =
      melodyNote.map {
        $0.start == frame && $0.pitch == pitch && program == rules.melody?.program
      } ?? false
    var note = Note(program: program, pitch: pitch, end: frame)
    note.isMelody = isMelody
    if isMelody, let next = melodyNote {
      latest = next.end
      nextMelody += 1
    } else {
      if frame >= rules.composedFrom { started += 1 }
      latest = latestEnd(of: note, limit: grammar.limit)
    }
    told = note
    sounding.append(note)
  }

  /// The frame at which a note ends at the latest: where it would be one too many, leave the chord, or meet the melody.
  private func latestEnd(of note: Note, limit: Int) -> Int {
    guard rules.constraints.polyphony != nil || rules.classes.count > 1 || rules.melody != nil || pace?.least != nil
    else { return limit }
    let due = pace.flatMap { $0.deadline(after: started, plus: melodyNotes, from: frame) } ?? .max
    var end = frame + 1
    while end < limit {
      var room = rules.room(at: end)
      // One is left for what must begin there.
      if end >= due { room = min(room, mostAtOnce) - 1 }
      if load(at: end) >= room { break }
      if note.program != EventVocabulary.drums,
        !rules.allows(note.pitch, voice: note.program, chord: chord(at: end))
      {
        break
      }
      if note.program == rules.melody?.program, let next = rules.melody?.note(at: end), next.start == end,
        next.pitch == note.pitch
      {
        break
      }
      end += 1
    }
    return end
  }
}
