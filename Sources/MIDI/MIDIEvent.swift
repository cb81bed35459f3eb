/// One event of a track, in 16 bytes; what a meta or system exclusive event holds stays in the file's bytes.
package struct MIDIEvent: Sendable, Equatable {
  let tick32: UInt32
  let offset32: UInt32
  let length32: UInt32
  /// 80 to EF for channel events (also where the file has it running), F0 or F7 for system exclusive, FF for meta.
  package let status: UInt8
  /// The first data byte, 0 to 127; of a meta event its type.
  package let data1: UInt8
  /// The second data byte, 0 to 127; 0 where there is none.
  package let data2: UInt8
  let headLength: UInt8

  init(tick: Int, offset: Int, status: UInt8, data1: UInt8 = 0, data2: UInt8 = 0, headLength: Int = 0, length: Int = 0)
  {
    tick32 = UInt32(truncatingIfNeeded: tick)
    offset32 = UInt32(truncatingIfNeeded: offset)
    length32 = UInt32(truncatingIfNeeded: length)
    self.status = status
    self.data1 = data1
    self.data2 = data2
    self.headLength = UInt8(truncatingIfNeeded: headLength)
  }

  /// Ticks from the start of the track.
  package var tick: Int { Int(tick32) }
  /// The byte behind the delta time, counted from the start of the file.
  package var offset: Int { Int(offset32) }
  /// Where the text or data of a meta or system exclusive event lies in the file; empty for channel events.
  package var payload: Range<Int> {
    let start = Int(offset32) + Int(headLength)
    return start..<start + Int(length32)
  }
  /// 0 to 15, of a channel event.
  package var channel: UInt8 { status & 0x0F }

  package var isMeta: Bool { status == 0xFF }
  package var isSystemExclusive: Bool { status == 0xF0 || status == 0xF7 }
  package var isNoteOn: Bool { status & 0xF0 == 0x90 && data2 > 0 }
  /// A note-off, or a note-on of velocity 0.
  package var isNoteOff: Bool { status & 0xF0 == 0x80 || (status & 0xF0 == 0x90 && data2 == 0) }
  /// A note-on or a note-off.
  var isNote: Bool { status & 0xE0 == 0x80 }
  package var isProgramChange: Bool { status & 0xF0 == 0xC0 }

  /// Of a note event: its pitch and channel as one number, 0 to 2047.
  var noteKey: Int { Int(status & 0x0F) << 7 | Int(data1 & 0x7F) }
}

extension MIDIEvent {
  /// The types of meta events that a score is made of (SMF 1.0, "Meta-Events").
  enum Meta {
    static let text: UInt8 = 0x01
    static let trackName: UInt8 = 0x03
    static let endOfTrack: UInt8 = 0x2F
    static let tempo: UInt8 = 0x51
    static let timeSignature: UInt8 = 0x58
    static let keySignature: UInt8 = 0x59
  }
}
