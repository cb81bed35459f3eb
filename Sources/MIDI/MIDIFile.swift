/// A standard MIDI file (SMF 1.0): its chunks and events as they stand, with byte offsets.
///
/// It keeps the file's bytes; events refer to them. Faults that reading goes on from are `warnings`.
///
///     let file = try MIDIFile(bytes: bytes)
///     for score in file.scores() { … }
package struct MIDIFile: Sendable, Equatable {
  /// The file as it stands on disk.
  package let bytes: [UInt8]
  /// As the header tells it; above 2 the file is read as format 1.
  package let format: Int
  /// The number of tracks that the header tells.
  package let claimedTracks: Int
  package let division: Score.Division
  /// The chunks behind the header, unknown ones too (up to as many as tracks are allowed), in file order.
  package let chunks: [Chunk]
  package let tracks: [Track]
  /// The events of all tracks, one track after another.
  package let events: [MIDIEvent]
  /// What was tolerated, in file order, each code at most once a track.
  package let warnings: [MIDIWarning]
  /// Says whether the file seems to be cut off: a track ends without its end, or tracks that the header tells are missing.
  package let endsEarly: Bool

  /// A chunk: its four-letter name and the bytes it has.
  package struct Chunk: Sendable, Equatable {
    package let name: String
    /// Of its name.
    package let offset: Int
    /// Without name and length, and no further than the file.
    package let body: Range<Int>
  }

  /// A track: which events are its own, and when it ends.
  package struct Track: Sendable, Equatable {
    /// Of its chunk.
    package let offset: Int
    /// Its part of `events`.
    package let events: Range<Int>
    /// The tick of its end of track, or where that is missing, of the last thing read.
    package let endTick: Int
    /// Where reading it ended.
    package let endOffset: Int
  }

  /// The events of one track.
  package func events(of track: Track) -> ArraySlice<MIDIEvent> { events[track.events] }

  /// The bytes that a meta or system exclusive event of this file holds.
  package func payload(of event: MIDIEvent) -> ArraySlice<UInt8> { bytes[event.payload.clamped(to: bytes.indices)] }
}
