/// How many notes must and may have begun by each frame, so that a song comes out as dense as was asked for.
///
/// Notes are asked for evenly, a quarter behind; and allowed a bar of 4/4 ahead.
struct NotePace: Sendable {
  /// The frame from which on notes are counted, and the one at which the song ends.
  let from: Int
  let limit: Int
  let resolution: Int
  /// Notes a quarter.
  let least: Double?
  let most: Double?
  /// How many notes can always begin in a frame.
  let perFrame: Int

  private var span: Int { limit - from }

  /// The fewest notes of a whole song.
  var need: Int { least.map { Self.need($0, span, resolution) } ?? 0 }
  /// The most notes of a whole song.
  var budget: Int { most.map { Self.budget($0, span, resolution) } ?? .max }

  private static func need(_ least: Double, _ frames: Int, _ resolution: Int) -> Int {
    Int((least * Double(frames) / Double(resolution) - 1e-9).rounded(.up))
  }

  private static func budget(_ most: Double, _ frames: Int, _ resolution: Int) -> Int {
    Int((most * Double(frames) / Double(resolution) + 1e-9).rounded(.down))
  }

  /// How many notes must have begun when a frame is over.
  func required(by frame: Int) -> Int {
    guard least != nil, span > 0 else { return 0 }
    if frame >= limit - 1 { return need }
    let paced = need * max(0, frame + 1 - from - resolution) / span
    return max(0, paced, need - perFrame * (limit - 1 - frame))
  }

  /// How many notes may have begun when a frame is over.
  func allowed(by frame: Int) -> Int {
    guard let most else { return .max }
    let frames = Double(frame + 1 - from + 4 * resolution)
    return min(budget, max(1, Int((most * frames / Double(resolution)).rounded(.up))))
  }

  /// The first frame from one on by whose end more than `count` notes, and those of the melody until then, must have
  /// begun; nil: there is none.
  func deadline(after count: Int, plus melody: (Int) -> Int, from frame: Int) -> Int? {
    guard least != nil, need > count else { return nil }
    var frame = max(frame, from)
    while frame < limit {
      if required(by: frame) > count + melody(frame) { return frame }
      frame += 1
    }
    return nil
  }

  /// Whether a song of so many frames that has so many notes may end.
  func allowsEnd(at frame: Int, count: Int) -> Bool {
    let frames = frame - from
    if let least, count < Self.need(least, frames, resolution) { return false }
    if let most, count > Self.budget(most, frames, resolution) { return false }
    return true
  }
}
