/// A fault that reading went on from, where it is and what was made of it.
package struct MIDIWarning: Sendable, Equatable {
  /// The policy that was applied.
  package let code: MIDITolerance
  /// Counted from the start of the file, also where it is wrapped in RIFF.
  package let offset: Int
  package let message: String

  package init(code: MIDITolerance, offset: Int, message: String) {
    self.code = code
    self.offset = offset
    self.message = message
  }
}

/// Collects warnings: a code once a track, and no more than a hostile file may cost.
struct WarningCollector {
  private static let most = 1000
  private(set) var warnings: [MIDIWarning] = []
  private var told: Set<MIDITolerance> = []
  private var left = 0
  private var track = 0

  /// Begins the next track; what is warned of from now on is its.
  mutating func beginTrack(_ number: Int) {
    told.removeAll(keepingCapacity: true)
    track = number
  }

  /// Begins what stands outside the tracks.
  mutating func endTracks() { beginTrack(0) }

  mutating func warn(_ code: MIDITolerance, at offset: Int, _ message: @autoclosure () -> String) {
    guard told.insert(code).inserted else { return }
    guard warnings.count < Self.most else {
      left += 1
      return
    }
    let place = track > 0 ? "track \(track): " : ""
    warnings.append(MIDIWarning(code: code, offset: offset, message: place + message()))
  }

  /// All warnings, with one at the end that tells how many were left out.
  func finished(at offset: Int) -> [MIDIWarning] {
    guard left > 0 else { return warnings }
    return warnings + [MIDIWarning(code: .more, offset: offset, message: "\(left) more warnings are not told")]
  }
}
