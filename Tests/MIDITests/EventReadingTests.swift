import MIDI
import Testing

/// The bytes of one event behind a delta time of 5, and what is to be read.
private struct Row: CustomTestStringConvertible {
  let name: String
  let bytes: [UInt8]
  let status: UInt8
  var data: [UInt8] = [0, 0]
  var payload: [UInt8] = []
  var testDescription: String { name }
}

private let rows = [
  Row(name: "note-off", bytes: [0x83, 60, 10], status: 0x83, data: [60, 10]),
  Row(name: "note-on", bytes: [0x9F, 127, 127], status: 0x9F, data: [127, 127]),
  Row(name: "polyphonic pressure", bytes: [0xA0, 1, 2], status: 0xA0, data: [1, 2]),
  Row(name: "controller", bytes: [0xB1, 64, 127], status: 0xB1, data: [64, 127]),
  Row(name: "program change", bytes: [0xC2, 40], status: 0xC2, data: [40, 0]),
  Row(name: "channel pressure", bytes: [0xD2, 41], status: 0xD2, data: [41, 0]),
  Row(name: "pitch bend", bytes: [0xE2, 0, 64], status: 0xE2, data: [0, 64]),
  Row(name: "system exclusive", bytes: [0xF0, 3, 1, 2, 0xF7], status: 0xF0, payload: [1, 2, 0xF7]),
  Row(name: "escape", bytes: [0xF7, 2, 0xF3, 1], status: 0xF7, payload: [0xF3, 1]),
  Row(name: "empty system exclusive", bytes: [0xF0, 0], status: 0xF0),
  Row(name: "sequence number", bytes: [0xFF, 0x00, 2, 0, 7], status: 0xFF, data: [0x00, 0], payload: [0, 7]),
  Row(name: "text", bytes: [0xFF, 0x01, 2, 104, 105], status: 0xFF, data: [0x01, 0], payload: [104, 105]),
  Row(name: "empty lyric", bytes: [0xFF, 0x05, 0], status: 0xFF, data: [0x05, 0]),
  Row(name: "channel prefix", bytes: [0xFF, 0x20, 1, 3], status: 0xFF, data: [0x20, 0], payload: [3]),
  Row(name: "tempo", bytes: [0xFF, 0x51, 3, 7, 161, 32], status: 0xFF, data: [0x51, 0], payload: [7, 161, 32]),
  Row(
    name: "SMPTE offset", bytes: [0xFF, 0x54, 5, 1, 2, 3, 4, 5], status: 0xFF, data: [0x54, 0],
    payload: [1, 2, 3, 4, 5]),
  Row(
    name: "time signature", bytes: [0xFF, 0x58, 4, 6, 3, 36, 8], status: 0xFF, data: [0x58, 0], payload: [6, 3, 36, 8]),
  Row(name: "key signature", bytes: [0xFF, 0x59, 2, 0xFD, 1], status: 0xFF, data: [0x59, 0], payload: [0xFD, 1]),
  Row(name: "sequencer's own", bytes: [0xFF, 0x7F, 1, 0], status: 0xFF, data: [0x7F, 0], payload: [0]),
  Row(name: "unknown meta event", bytes: [0xFF, 0x60, 1, 9], status: 0xFF, data: [0x60, 0], payload: [9]),
]

@Suite("Reading events")
struct EventReadingTests {
  @Test("each kind of event is read as it stands", arguments: rows)
  fileprivate func kinds(_ row: Row) throws {
    let file = try MIDIFile(bytes: Made.file([0x05] + row.bytes + Made.end))
    let event = try #require(file.events.first)
    #expect(file.events.count == 2)
    #expect(file.warnings.isEmpty)
    #expect(event.tick == 5)
    #expect(event.offset == 23)
    #expect(event.status == row.status)
    #expect([event.data1, event.data2] == row.data)
    #expect(Array(file.payload(of: event)) == row.payload)
  }

  @Test("running status is written out, and such an event stands at its first data byte")
  func runningStatus() throws {
    let file = try MIDIFile(bytes: Made.file([0, 0x95, 60, 64, 10, 60, 0, 0, 0xC1, 3, 0, 4] + Made.end))
    #expect(file.events.map(\.status) == [0x95, 0x95, 0xC1, 0xC1, 0xFF])
    #expect(file.events.map(\.data1) == [60, 60, 3, 4, 0x2F])
    #expect(file.events.map(\.offset) == [23, 27, 30, 33, 35])
    #expect(file.warnings.isEmpty)
  }

  @Test(
    "delta times have one to four bytes",
    arguments: [
      ([0x7F], 127), ([0x81, 0x00], 128), ([0xFF, 0x7F], 16_383), ([0x81, 0x80, 0x00], 16_384),
      ([0xFF, 0xFF, 0x7F], 2_097_151), ([0xFF, 0xFF, 0xFF, 0x7F], 268_435_455), ([0x80, 0x80, 0x05], 5),
    ] as [([UInt8], Int)])
  func deltas(_ bytes: [UInt8], _ ticks: Int) throws {
    let file = try MIDIFile(bytes: Made.file(bytes + [0xFF, 0x2F, 0x00]))
    #expect(file.tracks.map(\.endTick) == [ticks])
    #expect(file.warnings.isEmpty)
  }

  @Test("unknown chunks are kept and passed over")
  func unknownChunks() throws {
    let bytes =
      Made.header() + Made.chunk("XFIH", [1, 2]) + Made.chunk("MTrk", Made.note + Made.end) + Made.chunk("Cust", [])
    let file = try MIDIFile(bytes: bytes)
    #expect(file.chunks.map(\.name) == ["XFIH", "MTrk", "Cust"])
    #expect(file.chunks.map(\.offset) == [14, 24, 45])
    #expect(file.chunks.map(\.body.count) == [2, 13, 0])
    #expect(file.warnings.isEmpty)
  }

  @Test("offsets count from the start of a RIFF file")
  func riff() throws {
    let inner = Made.file([0x05, 0x90, 60, 64] + Made.end)
    let bytes =
      Array("RIFF".utf8) + [0, 0, 0, 0] + Array("RMIDLIST".utf8) + [1, 0, 0, 0, 9, 0] + Array("data".utf8)
      + [UInt8(inner.count), 0, 0, 0] + inner + Array("more".utf8)
    let file = try MIDIFile(bytes: bytes)
    #expect(file.events.first?.offset == 30 + 23)
    #expect(file.warnings.isEmpty)
  }

  @Test(
    "divisions count ticks a quarter or SMPTE frames",
    arguments: [
      (0x01E0, Score.Division.ticksPerQuarter(480)), (0x7FFF, .ticksPerQuarter(32_767)),
      (0xE850, .smpte(framesPerSecond: 24, ticksPerFrame: 80)),
      (0xE728, .smpte(framesPerSecond: 25, ticksPerFrame: 40)),
      (0xE304, .smpte(framesPerSecond: 29, ticksPerFrame: 4)),
      (0xE2FF, .smpte(framesPerSecond: 30, ticksPerFrame: 255)),
    ])
  func divisions(_ word: Int, _ division: Score.Division) throws {
    #expect(try MIDIFile(bytes: Made.file(division: word, Made.end)).division == division)
  }

  @Test("an event takes 16 bytes")
  func size() {
    #expect(MemoryLayout<MIDIEvent>.stride == 16)
  }
}
