internal import Representation

/// What a song of `voices` may do: the melody is the top line.
struct VoicesRules: FrameRules {
  private static let end = 0
  private static let hold = 1
  private static let rest = 2
  private static let firstStart = 3
  private let rules: SongRules
  private let lines: Int
  private let low: Int
  private let repeats: Bool
  private var count: SongCount

  /// - Throws: `CompositionError` of kind `spec` where the density cannot be had.
  init(_ rules: SongRules) throws(CompositionError) {
    self.rules = rules
    let settings = rules.representation.settings
    lines = settings.lines
    low = settings.low
    repeats = settings.repeats
    // A line can begin a note where it has a pitch, and another one where none may be repeated.
    let free = rules.composedVoices.count { line in
      rules.classes.indices.allSatisfy { rules.pitchCount(voice: line, chord: $0) > (settings.repeats ? 0 : 1) }
    }
    count = SongCount(
      rules, try rules.pace(limit: rules.limit.frames, perFrame: min(free, rules.leastRoom)))
  }

  var composed: [Int32]? { nil }

  /// The pitch that sounds in a line; nil: none does.
  private func pitch(of line: Int, in past: Past) -> Int? {
    guard line < past.lines.count, past.lines[line].pitch >= 0 else { return nil }
    return past.lines[line].pitch
  }

  func forced(after past: Past, written: [Int32]) -> Int32? {
    guard let melody = rules.melody, written.isEmpty else { return nil }
    guard let note = melody.note(at: count.frame) else { return Int32(Self.rest) }
    let isHeld = note.start < count.frame || (!repeats && pitch(of: 0, in: past) == note.pitch)
    return Int32(isHeld ? Self.hold : Self.firstStart + note.pitch - low)
  }

  /// The melody's line is forced.
  func isMelody(_ token: Int32) -> Bool { false }

  func restrict(_ logits: inout [Float], after past: Past, written: [Int32]) {
    let line = written.count
    let chord = rules.chord(at: count.frame)
    let mine = rules.composedVoices.lowerBound
    var (sounding, started) = (0, 0)
    for token in written.dropFirst(mine) {
      if Int(token) != Self.rest { sounding += 1 }
      if Int(token) >= Self.firstStart { started += 1 }
    }
    let room = rules.room(at: count.frame) - sounding
    let mayStart = room > 0 && started < count.allowed
    let due = count.due - started
    // What the lines below could still do.
    let below = (line + 1..<max(line + 1, lines))
    let canStart = below.count { canBegin($0, chord, past) }
    let mustSound =
      count.mustSound && sounding == 0 && !below.contains { rules.pitchCount(voice: $0, chord: chord) > 0 }
    let held = pitch(of: line, in: past).map { rules.allows($0, voice: line, chord: chord) } ?? false
    for token in logits.indices where logits[token] > -.infinity {
      let isAllowed =
        switch token {
        case Self.end: count.mayEnd
        case Self.hold: held && room > 0 && due <= min(canStart, room - 1)
        case Self.rest: !mustSound && due <= min(canStart, room)
        default:
          mayStart && rules.allows(low + token - Self.firstStart, voice: line, chord: chord)
            && due - 1 <= min(canStart, room - 1)
        }
      if !isAllowed { logits[token] = -.infinity }
    }
  }

  private func canBegin(_ line: Int, _ chord: Int, _ past: Past) -> Bool {
    let pitches = rules.pitchCount(voice: line, chord: chord)
    guard !repeats, let held = pitch(of: line, in: past), rules.allows(held, voice: line, chord: chord) else {
      return pitches > 0
    }
    return pitches > 1
  }

  mutating func take(frame: [Int32]) {
    let mine = frame.dropFirst(rules.composedVoices.lowerBound)
    count.take(
      started: mine.count { Int($0) >= Self.firstStart }, sounding: mine.count { Int($0) != Self.rest })
  }
}
