/// Why a file cannot be read at all, and at which byte.
package struct MIDIError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What is wrong.
  package let fault: Fault
  /// Counted from the start of the file, also where it is wrapped in RIFF.
  package let offset: Int
  /// What happened and what to do about it, without the place.
  package let message: String

  /// The message with its place.
  package var description: String { "byte \(offset): \(message)" }

  /// Says whether more bytes could make the file readable, as while it is still being copied.
  package var endsEarly: Bool {
    switch fault {
    case .empty, .headerCutShort, .noTrack: true
    case .notMIDI, .header, .division, .limit: false
    }
  }
}

extension MIDIError {
  /// The kinds of fault that leave nothing to read.
  package enum Fault: String, Sendable {
    case empty
    case notMIDI = "not-midi"
    case headerCutShort = "header-cut-short"
    case header
    case division
    case noTrack = "no-track"
    case limit
  }
}
