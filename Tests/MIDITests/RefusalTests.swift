import MIDI
import Testing

/// A file in which there is nothing to read.
private struct Row: CustomTestStringConvertible {
  let fault: MIDIError.Fault
  let offset: Int
  let bytes: [UInt8]
  let testDescription: String

  init(_ fault: MIDIError.Fault, at offset: Int, _ bytes: [UInt8], _ testDescription: String) {
    self.fault = fault
    self.offset = offset
    self.bytes = bytes
    self.testDescription = testDescription
  }
}

private let rows = [
  Row(.empty, at: 0, [], "no bytes"),
  Row(.notMIDI, at: 0, Array("not a MIDI file".utf8), "a text"),
  Row(.notMIDI, at: 0, [0x89, 0x50], "two bytes of something else"),
  Row(.notMIDI, at: 8, Array("RIFF....WAVEfmt ".utf8), "another RIFF file"),
  Row(.headerCutShort, at: 6, Array("RIFF..".utf8), "a RIFF file without its kind"),
  Row(.headerCutShort, at: 12, Array("RIFF....RMID".utf8), "a RIFF file without data"),
  Row(.headerCutShort, at: 3, Array("MTh".utf8), "three letters"),
  Row(.headerCutShort, at: 13, Array(Made.header().prefix(13)), "a header without its last byte"),
  Row(.headerCutShort, at: 4, Array("MThd".utf8) + [0x7F, 0, 0, 0] + Made.header(), "a header of 2 GiB"),
  Row(.header, at: 4, Array("MThd".utf8) + [0, 0, 0, 5] + Made.header(), "a header of 5 bytes"),
  Row(.division, at: 12, Made.file(division: 0, Made.end), "no ticks a quarter"),
  Row(.division, at: 12, Made.file(division: 0xE700, Made.end), "no ticks a frame"),
  Row(.division, at: 12, Made.file(division: 0x8010, Made.end), "128 frames a second"),
  Row(.noTrack, at: 14, Made.header(), "no track"),
]

@Suite("Refusals")
struct RefusalTests {
  @Test("a file with nothing to read is refused at the byte that shows it", arguments: rows)
  fileprivate func refusals(_ row: Row) throws {
    let error = try #require(throws: MIDIError.self) { try MIDIFile(bytes: row.bytes) }
    #expect(error.fault == row.fault)
    #expect(error.offset == row.offset)
    #expect(error.description.hasPrefix("byte \(row.offset): "))
  }

  @Test("each limit is told with its number at the byte that passes it")
  func limits() throws {
    let two = Made.file(format: 1, Made.note + Made.end, Made.note + Made.end)
    let rows: [(MIDILimits, Int, String)] = [
      (MIDILimits(fileBytes: 55), 55, "the file holds 56 bytes; the limit is 55"),
      (MIDILimits(events: 5), 52, "the file holds more than 5 events, which is the limit"),
      (MIDILimits(tracks: 1), 35, "the file holds more than 1 tracks, which is the limit"),
      (MIDILimits(ticks: 239), 26, "an event stands at tick 240; the limit is 239"),
    ]
    for (limits, offset, message) in rows {
      let error = try #require(throws: MIDIError.self) { try MIDIFile(bytes: two, limits: limits) }
      #expect(error.fault == .limit)
      #expect(error.offset == offset)
      #expect(error.message == message)
    }
    #expect(throws: Never.self) {
      try MIDIFile(bytes: two, limits: MIDILimits(fileBytes: 56, events: 6, tracks: 2, ticks: 240))
    }
  }
}
