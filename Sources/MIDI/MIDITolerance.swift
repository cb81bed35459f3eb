/// Every fault that reading goes on from; each case is one policy.
package enum MIDITolerance: String, Sendable, CaseIterable {
  /// A format above 2 is read as format 1.
  case unknownFormat = "unknown-format"
  /// A format 0 file with several tracks is read as format 1.
  case severalTracksInFormat0 = "several-tracks-in-format-0"
  /// The tracks that are there count, not the number in the header.
  case trackCount = "track-count"
  /// A track that claims more bytes than there are is read to the end of the file.
  case trackLengthPastEnd = "track-length-past-end"
  /// Bytes behind the last track that are no chunk are ignored.
  case bytesAfterLastTrack = "bytes-after-last-track"
  /// Bytes of a track behind its end of track are ignored.
  case bytesAfterEndOfTrack = "bytes-after-end-of-track"
  /// A track without an end of track ends at its last event.
  case noEndOfTrack = "no-end-of-track"
  /// A track whose last event is cut short ends there, after that event's delta time, and keeps what was read.
  case eventCutShort = "event-cut-short"
  /// A track in which data bytes follow no status byte ends there.
  case dataWithoutStatus = "data-without-status"
  /// Running status goes on over meta, system exclusive and other system events, which should cancel it.
  case runningStatusCarriedOn = "running-status-carried-on"
  /// System messages that have no place in a file (F1 to F6, F8 to FE) are passed over with their data bytes.
  case systemMessage = "system-message"
  /// A data byte above 127 is read as 127.
  case dataByteAbove127 = "data-byte-above-127"
  /// A variable-length quantity of 5 to 8 bytes is read if its value would have fitted the 4 that are allowed.
  case longQuantity = "long-quantity"
  /// A track with a variable-length quantity beyond that ends there.
  case unreadableQuantity = "unreadable-quantity"
  /// A tempo of 0 is passed over: the previous one holds.
  case tempoZero = "tempo-zero"
  /// A tempo that is not 3 bytes long is passed over.
  case tempoLength = "tempo-length"
  /// A time signature of 2 or 3 bytes is read; what it does not tell is as usual (24 clocks, 8 thirty-seconds).
  case shortTimeSignature = "short-time-signature"
  /// A time signature that is shorter, of 0 beats or of a note value below 1/32768 is passed over.
  case unreadableTimeSignature = "unreadable-time-signature"
  /// A key signature that is not 2 bytes long, has over 7 accidentals or a mode but 0 and 1 is passed over.
  case unreadableKeySignature = "unreadable-key-signature"
  /// A note that is never closed ends with its track.
  case hangingNote = "hanging-note"
  /// The tracks of a format 2 file are songs of their own.
  case separateSongs = "separate-songs"
  /// A song of over a day is read as it stands.
  case lastsDays = "lasts-days"
  /// Only the first warnings of a file are kept.
  case more
}
