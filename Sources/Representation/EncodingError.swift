extension Representation {
  /// Why a score has no encoding.
  package enum EncodingError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Voices: more notes sound at once (at this frame first) than there are lines.
    case notInLines(lines: Int, frame: Int)
    /// The song has more frames than are encoded.
    case tooLong(limit: Int)
    /// Steps, events: the song has more tokens than are encoded.
    case tooFull(limit: Int)
    /// Roll: the song has more zeros and ones than are encoded.
    case tooLarge(limit: Int)

    package var description: String {
      switch self {
      case .notInLines(let lines, let frame):
        "not written in lines: more than \(lines) notes sound at once at frame \(frame)"
      case .tooLong(let limit):
        "too long: more than \(limit) frames; a smaller resolution may do"
      case .tooFull(let limit):
        "too many notes sound for too long: more than \(limit) tokens; a smaller resolution may do"
      case .tooLarge(let limit):
        "too long for so many pitches and programs: more than \(limit) zeros and ones; a smaller resolution, fewer pitches or "
          + "programs: merged may do"
      }
    }
  }
}
