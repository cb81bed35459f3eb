internal import Representation

/// What a song of `steps` may do: the melody is one key a frame, and what is composed stands above and below it.
struct StepsRules: FrameRules {
  private static let end: Int32 = 0
  private static let frame: Int32 = 1
  private static let firstKey = 2
  private let rules: SongRules
  private let sets: PitchSets
  private let holds: Bool
  private let low: Int
  private let keys: Int
  /// Tokens a key.
  private let perKey: Int
  private var count: SongCount
  /// The most notes at once; fewer than could sound where some must always be free to begin.
  private let most: Int
  /// Which keys sounded in the last frame that are no melody's.
  private var sounding: [Bool]
  private var written: [Int32] = []

  /// - Throws: `CompositionError` of kind `spec` where the density cannot be had.
  init(_ rules: SongRules) throws(CompositionError) {
    self.rules = rules
    let settings = rules.representation.settings
    sets = rules.representation.sets
    holds = settings.holds
    low = settings.low
    keys = sets.count
    perKey = settings.holds ? 2 : 1
    sounding = [Bool](repeating: false, count: sets.count)
    let free = rules.fewestKeys - (rules.melody == nil ? 0 : 1)
    // Without holds a key that sounds cannot begin again, so half of them are left free.
    let perFrame = min(rules.leastRoom, settings.holds ? free : free / 2)
    most = rules.constraints.leastDensity == nil || settings.holds ? .max : max(1, free - perFrame)
    count = SongCount(rules, try rules.pace(limit: rules.limit.frames, perFrame: perFrame))
  }

  var composed: [Int32]? { rules.melody == nil ? nil : written + [Self.end] }

  func forced(after past: Past, written: [Int32]) -> Int32? { nil }

  /// The place of the melody's key in a frame; nil: it is silent.
  private func melodyKey(at frame: Int) -> Int? {
    guard let melody = rules.melody, let note = melody.note(at: frame) else { return nil }
    return rules.melodyKey(of: note)
  }

  func isMelody(_ token: Int32) -> Bool {
    token >= Self.firstKey && melodyKey(at: count.frame) == key(of: token)
  }

  func restrict(_ logits: inout [Float], after past: Past, written: [Int32]) {
    let frame = count.frame
    let chord = rules.chord(at: frame)
    let melody = melodyKey(at: frame)
    let begins = melody != nil && rules.melody?.note(at: frame)?.start == frame
    var (taken, started) = (0, 0)
    var last = keys
    for token in written {
      let key = key(of: token)
      last = key
      guard key != melody else { continue }
      taken += 1
      if isStart(token, key) { started += 1 }
    }
    let room = min(rules.room(at: frame), most) - taken
    let allowed = count.allowed - started
    let due = count.due - started
    let isMelodyDue = melody.map { $0 < last } ?? false
    // Of each key, how many below it could begin.
    var below = [Int](repeating: 0, count: keys + 1)
    for key in 0..<keys {
      below[key + 1] = below[key] + (key != melody && mayBegin(key, chord) ? 1 : 0)
    }
    for token in logits.indices where logits[token] > -.infinity {
      let number = Int32(token)
      let isAllowed: Bool
      switch number {
      case Self.end: isAllowed = count.mayEnd
      case Self.frame: isAllowed = !isMelodyDue && due <= 0 && !(count.mustSound && taken == 0)
      default:
        let key = key(of: number)
        if key == melody {
          isAllowed = holds ? (isStartToken(number) == begins) : true
          // What must begin and is written below.
          if isAllowed, due > min(room, below[key]) { logits[token] = -.infinity }
          if isAllowed { continue }
        } else {
          let starts = isStart(number, key)
          isAllowed =
            room > 0 && (!isMelodyDue || key > melody ?? -1) && rules.allows(key: key, chord: chord)
            && (starts ? allowed > 0 : sounding[key])
            && due - (starts ? 1 : 0) <= min(room - 1, below[key])
        }
      }
      if !isAllowed { logits[token] = -.infinity }
    }
  }

  /// The place of a token's key.
  private func key(of token: Int32) -> Int { (Int(token) - Self.firstKey) / perKey }

  /// Whether a token of steps with holds begins a note.
  private func isStartToken(_ token: Int32) -> Bool { (Int(token) - Self.firstKey) % perKey == 0 }

  /// Whether a token begins a note that is composed.
  private func isStart(_ token: Int32, _ key: Int) -> Bool { holds ? isStartToken(token) : !sounding[key] }

  private func mayBegin(_ key: Int, _ chord: Int) -> Bool {
    rules.allows(key: key, chord: chord) && (holds || !sounding[key])
  }

  mutating func take(frame: [Int32]) {
    let melody = melodyKey(at: count.frame)
    var next = [Bool](repeating: false, count: keys)
    var started = 0
    for token in frame {
      if token >= Self.firstKey {
        let key = key(of: token)
        guard key != melody, key < keys else { continue }
        next[key] = true
        if isStart(token, key) { started += 1 }
      }
      if rules.melody != nil, token != Self.end { written.append(token) }
    }
    sounding = next
    count.take(started: started, sounding: next.count { $0 })
  }
}

extension SongRules {
  /// Whether a key may sound under a chord; drums may where they play.
  func allows(key place: Int, chord: Int) -> Bool {
    let sets = representation.sets
    let key = representation.settings.low + place
    if sets.isDrum(key: key) { return playsDrums }
    let (set, pitch) = sets.pitch(ofKey: key)
    return allows(pitch, voice: set, chord: chord)
  }

  /// The fewest keys that may sound under any chord.
  var fewestKeys: Int {
    classes.indices.map { chord in
      composedVoices.reduce(playsDrums ? PitchSets.drums.count : 0) { $0 + pitchCount(voice: $1, chord: chord) }
    }.min() ?? 0
  }

  /// The place of a melody's note among the keys of a frame: in its program's set, or in the first.
  func melodyKey(of note: MelodyLine.Note) -> Int {
    let settings = representation.settings
    let sets = representation.sets
    let set =
      switch settings.programs {
      case .merged: 0
      case .families: (melody?.program ?? 0) / 8
      case .listed(let programs): programs.firstIndex(of: melody?.program ?? 0) ?? 0
      }
    return set * sets.width + note.pitch - settings.low
  }
}
