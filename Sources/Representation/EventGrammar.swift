/// What may follow the tokens of events that were written so far.
///
/// It allows just what encoding writes, so whatever is drawn by it decodes with nothing passed over, and encodes to the same
/// tokens. Something is always allowed, but where all 128 pitches of a program sound.
package struct EventGrammar: Sendable, Equatable {
  private enum Last: Sendable, Equatable {
    case start, bar, position, metre, tempo, wait(isLongest: Bool), program, pitch, velocity, end
    /// A duration; whether it may go on.
    case duration(isLongest: Bool)
  }

  package let vocabulary: EventVocabulary
  /// The frame at which a song ends at the latest, whatever its bars.
  private let frameLimit: Int
  /// How many bars a song has at most.
  private let barLimit: Int?
  /// How many bars have begun.
  package private(set) var bars = 0
  private var last = Last.start
  /// Where the song stands, in frames.
  package private(set) var frame = 0
  /// The last end of a note so far, in frames.
  package private(set) var lastEnd = 0
  /// Where the bar began.
  package private(set) var barStart = 0
  /// The metre that holds; nil before the first one and by the clock.
  package private(set) var metre: EventVocabulary.Metre?
  private var tempo = -1
  /// The program that holds, 128 for the drums; -1 before the first one.
  package private(set) var program = -1
  /// The program and pitch of the last note that begins at this frame.
  private var lastProgram = -1
  private var lastPitch = 128
  private var noteEnd = 0
  /// The last end of each pitch of a program.
  private var ends: [Int: Int] = [:]

  /// Stands before the first token of a song of at most `limit` frames and, where they are told, `bars` of whatever metres
  /// are drawn.
  package init(_ vocabulary: EventVocabulary, limit: Int, bars: Int? = nil) {
    self.vocabulary = vocabulary
    frameLimit = max(1, limit)
    barLimit = vocabulary.isMetrical ? bars.map { max(1, $0) } : nil
  }

  /// The frame at which the song ends at the latest, if the metre stays as it is.
  package var limit: Int { limit(metre, from: barStart, begun: bars) }

  private func limit(_ metre: EventVocabulary.Metre?, from start: Int, begun: Int) -> Int {
    guard let metre, let barLimit else { return frameLimit }
    return min(frameLimit, start + (barLimit - begun + 1) * metre.frames)
  }

  /// Says whether a place has just been told: *end* may stand here if all notes are over.
  package var isAtPlace: Bool {
    switch last {
    case .start: !vocabulary.isMetrical
    case .bar: metre != nil
    case .position, .wait: true
    default: false
    }
  }

  /// Says whether a token may follow.
  package func allows(_ token: Int32) -> Bool {
    guard let event = vocabulary.event(token) else { return false }
    switch last {
    case .end: return false
    case .start where vocabulary.isMetrical: return event == .bar
    case .bar where metre == nil:
      if case .metre(let next) = event { return fits(next) }
      return false
    case .metre where tempo < 0:
      if case .tempo = event { return true }
      return false
    case .program, .pitch, .velocity: return continuesNote(event)
    default: break
    }
    if frame >= limit { return event == .end }
    switch event {
    case .end: return isAtPlace && frame > 0 && frame >= lastEnd
    case .bar:
      guard let metre, last != .position else { return false }
      return barStart + metre.frames <= limit
    case .position(let frames):
      guard let metre, last != .position else { return false }
      return barStart + frames > frame && frames < metre.frames && barStart + frames <= limit
    case .metre(let next):
      // Within a bar any metre begins one; where one begins anyway, only another.
      return fits(next) && leavesRoom(next) && (last == .position || (last == .bar && next != metre))
    case .tempo(let number): return number != tempo && (isAtPlace || last == .metre) && vocabulary.isMetrical
    case .wait(let frames):
      if case .wait(isLongest: false) = last { return false }
      return frame + frames <= limit
    case .program(let next): return next != program && next > lastProgram
    case .pitch(let pitch): return program >= 0 && program < EventVocabulary.drums && isBelow(pitch)
    case .drum(let pitch): return program == EventVocabulary.drums && isBelow(pitch)
    case .velocity: return false
    case .duration(let frames):
      return last == .duration(isLongest: true) && noteEnd + frames <= limit
    }
  }

  private func continuesNote(_ event: EventToken) -> Bool {
    switch (last, event) {
    case (.program, .pitch(let pitch)): program < EventVocabulary.drums && !sounds(pitch)
    case (.program, .drum(let pitch)): program == EventVocabulary.drums && !sounds(pitch)
    case (.pitch, .velocity): true
    case (.velocity, .duration(let frames)): frame + frames <= limit
    default: false
    }
  }

  /// Says whether a pitch may be next: those of a program at one frame fall.
  private func isBelow(_ pitch: Int) -> Bool {
    (program > lastProgram || (program == lastProgram && pitch < lastPitch)) && !sounds(pitch)
  }

  private func sounds(_ pitch: Int) -> Bool { (ends[program << 7 | pitch] ?? 0) > frame }

  /// Says whether no note sounds past the end that another metre would set, nor the bars are used up.
  private func leavesRoom(_ next: EventVocabulary.Metre) -> Bool {
    let end = limit(next, from: frame, begun: last == .position ? bars + 1 : bars)
    return end > frame && end >= lastEnd
  }

  private func fits(_ next: EventVocabulary.Metre) -> Bool { frame < limit && next.frames > 0 }

  /// Moves on over a token; one that is no token or may not follow is passed over as decoding does.
  package mutating func take(_ token: Int32) {
    guard let event = vocabulary.event(token) else { return }
    switch event {
    case .end: last = .end
    case .bar:
      if last != .start { move(to: barStart + (metre?.frames ?? 0)) }
      barStart = frame
      bars += 1
      last = .bar
    case .position(let frames):
      move(to: barStart + frames)
      last = .position
    case .metre(let next):
      if last == .position { bars += 1 }
      metre = next
      barStart = frame
      last = .metre
    case .tempo(let number):
      tempo = number
      last = .tempo
    case .wait(let frames):
      move(to: frame + frames)
      last = .wait(isLongest: frames == vocabulary.longest)
    case .program(let next):
      program = next
      last = .program
    case .pitch(let pitch), .drum(let pitch):
      (lastProgram, lastPitch, noteEnd) = (program, pitch, frame)
      last = .pitch
    case .velocity: last = .velocity
    case .duration(let frames):
      noteEnd += frames
      lastEnd = max(lastEnd, noteEnd)
      ends[lastProgram << 7 | lastPitch] = noteEnd
      last = .duration(isLongest: frames == vocabulary.longest)
    }
  }

  private mutating func move(to next: Int) {
    frame = next
    (lastProgram, lastPitch) = (-1, 128)
  }
}
