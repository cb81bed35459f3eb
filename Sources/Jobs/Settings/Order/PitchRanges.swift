/// The pitches that a song may use: of the whole of it, or of each voice that is named.
///
/// It is coded as it is written: `[48, 84]`, or a map.
package enum PitchRanges: Hashable, Sendable {
  case whole(Bounds)
  /// By the name of a voice (`soprano`), its number from the top (from 1) or a program's (0 to 127).
  case each([String: Bounds])

  /// The names that a voice may have besides a number.
  package static let voices = ["soprano", "alto", "tenor", "bass", "melody"]
}

extension PitchRanges: Codable {
  package init(from decoder: any Decoder) throws {
    if let bounds = try? Bounds(from: decoder) {
      self = .whole(bounds)
    } else {
      self = .each(try [String: Bounds](from: decoder))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    switch self {
    case .whole(let bounds): try bounds.encode(to: encoder)
    case .each(let ranges): try ranges.encode(to: encoder)
    }
  }
}
