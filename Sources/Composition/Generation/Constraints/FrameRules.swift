internal import Representation

/// What one song of frames, token by token, may still do: masks on the logits, so that what is forbidden has no
/// probability.
///
/// Every token that is left lets the frame, and the song, be finished within all constraints.
protocol FrameRules {
  /// The token that must come next; nil: it is drawn.
  func forced(after past: Past, written: [Int32]) -> Int32?
  /// Forbids tokens that may not come next: their logits become -infinity.
  func restrict(_ logits: inout [Float], after past: Past, written: [Int32])
  /// Whether a token tells the melody's note of this frame.
  func isMelody(_ token: Int32) -> Bool
  /// Moves on over a whole frame, drawn or of the song to be continued.
  mutating func take(frame: [Int32])
  /// What was composed, without the melody; nil: all of the song.
  var composed: [Int32]? { get }
}

/// What has been composed so far, as far as the song's density and its end depend on it.
struct SongCount {
  private let rules: SongRules
  private let pace: NotePace
  /// The number of the frame that comes next.
  private(set) var frame = 0
  /// How many notes have begun that were composed.
  private(set) var started = 0
  /// Whether something has sounded in the song's last two quarters.
  private var soundsAtEnd: Bool
  private let end: Int

  init(_ rules: SongRules, _ pace: NotePace) {
    self.rules = rules
    self.pace = pace
    end = rules.limit.frames
    soundsAtEnd = !rules.isExact || rules.melodyEnds(end)
  }

  /// Moves on over a frame in which so many notes began and so many sound.
  mutating func take(started: Int, sounding: Int) {
    if frame >= rules.composedFrom { self.started += started }
    if sounding > 0, frame >= rules.lastWindow(of: end) { soundsAtEnd = true }
    frame += 1
  }

  /// Whether something must sound in this frame, so that the song does not end in silence.
  var mustSound: Bool { !soundsAtEnd && frame == rules.lastCall(of: end) }

  /// How many notes must begin in this frame; later notes of the melody count before all else.
  var due: Int { max(0, min(pace.required(by: frame) - started - melodyNotes, left)) }

  /// How many notes may begin in this frame.
  var allowed: Int {
    guard pace.most != nil else { return .max }
    return mustSound ? left : min(left, max(pace.allowed(by: frame) - melodyNotes - started, due))
  }

  /// How many notes may begin yet; one is kept for the end.
  private var left: Int {
    guard pace.most != nil else { return .max }
    let kept = soundsAtEnd || frame >= rules.lastCall(of: end) ? 0 : 1
    return max(0, pace.budget - (rules.melody?.started(by: end) ?? 0) - started - kept)
  }

  private var melodyNotes: Int { rules.melody?.started(by: frame) ?? 0 }

  /// Whether the song may end before this frame.
  var mayEnd: Bool {
    !rules.isExact && frame > rules.composedFrom && pace.allowsEnd(at: frame, count: started + melodyNotes)
  }
}
