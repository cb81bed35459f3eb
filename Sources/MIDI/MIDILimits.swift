/// What one file may cost; a file beyond any of these is refused.
package struct MIDILimits: Sendable, Equatable {
  package var fileBytes: Int
  package var events: Int
  package var tracks: Int
  /// The last tick that an event may stand at.
  package var ticks: Int

  package init(fileBytes: Int = 32 << 20, events: Int = 4_000_000, tracks: Int = 65_535, ticks: Int = 1 << 31) {
    // Offsets and ticks are kept in 32 bits, so that an event fits 16 bytes.
    self.fileBytes = min(fileBytes, Int(UInt32.max))
    self.events = events
    self.tracks = tracks
    self.ticks = min(ticks, Int(UInt32.max))
  }
}
