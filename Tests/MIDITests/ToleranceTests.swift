import MIDI
import Testing

/// A file with one fault that reading goes on from.
private struct Row: CustomTestStringConvertible {
  let code: MIDITolerance
  let offset: Int
  let bytes: [UInt8]
  var notes = 1
  var endTick = 240
  var testDescription: String { code.rawValue }
}

private let (note, end) = (Made.note, Made.end)

private let rows = [
  Row(code: .unknownFormat, offset: 8, bytes: Made.file(format: 7, note + end)),
  Row(code: .severalTracksInFormat0, offset: 8, bytes: Made.file(note + end, end)),
  Row(code: .trackCount, offset: 10, bytes: Made.file(format: 1, claimed: 3, note + end)),
  Row(
    code: .trackLengthPastEnd, offset: 18, bytes: Made.header() + Made.chunk("MTrk", note + end, length: 0xFFFF_FFFF)),
  Row(code: .bytesAfterLastTrack, offset: 35, bytes: Made.file(note + end) + [0, 1, 2]),
  Row(code: .bytesAfterEndOfTrack, offset: 35, bytes: Made.file(note + end + [0, 1])),
  Row(code: .noEndOfTrack, offset: 31, bytes: Made.file(note)),
  Row(code: .eventCutShort, offset: 31, bytes: Made.file(note + [0x05, 0x90, 60]), endTick: 245),
  Row(code: .dataWithoutStatus, offset: 23, bytes: Made.file([0x05, 60, 64] + note + end), notes: 0, endTick: 5),
  Row(
    code: .runningStatusCarriedOn, offset: 33,
    bytes: Made.file([0, 0x90, 60, 64, 0, 0xFF, 1, 1, 65, 0x81, 0x70, 60, 0] + end)),
  Row(code: .systemMessage, offset: 23, bytes: Made.file([0, 0xF2, 1, 2] + note + end)),
  Row(code: .dataByteAbove127, offset: 24, bytes: Made.file([0, 0xB0, 7, 200] + note + end)),
  Row(code: .longQuantity, offset: 22, bytes: Made.file([0x80, 0x80, 0x80, 0x80] + note + end)),
  Row(
    code: .unreadableQuantity, offset: 22, bytes: Made.file([255, 255, 255, 255, 127] + note + end), notes: 0,
    endTick: 0),
  Row(code: .tempoZero, offset: 23, bytes: Made.file([0, 0xFF, 0x51, 3, 0, 0, 0] + note + end)),
  Row(code: .tempoLength, offset: 23, bytes: Made.file([0, 0xFF, 0x51, 2, 1, 0] + note + end)),
  Row(code: .shortTimeSignature, offset: 23, bytes: Made.file([0, 0xFF, 0x58, 2, 3, 2] + note + end)),
  Row(code: .unreadableTimeSignature, offset: 23, bytes: Made.file([0, 0xFF, 0x58, 4, 0, 2, 24, 8] + note + end)),
  Row(code: .unreadableKeySignature, offset: 23, bytes: Made.file([0, 0xFF, 0x59, 2, 3, 2] + note + end)),
  Row(code: .hangingNote, offset: 31, bytes: Made.file([0, 0x90, 60, 64, 0x81, 0x70, 0xFF, 0x2F, 0])),
  Row(
    code: .lastsDays, offset: 14,
    bytes: Made.file(division: 1, [0, 0x90, 60, 64, 0x8A, 0xC6, 0x01, 0x80, 60, 64] + end), endTick: 172_801),
]

@Suite("Tolerances")
struct ToleranceTests {
  @Test("a fault is told with its place, and the rest is read", arguments: rows)
  fileprivate func tolerances(_ row: Row) throws {
    let file = try MIDIFile(bytes: row.bytes)
    let facts = file.facts()
    #expect(facts.warnings.map(\.code) == [row.code])
    #expect(facts.warnings.map(\.offset) == [row.offset])
    #expect(facts.notes == row.notes)
    #expect(file.tracks.first?.endTick == row.endTick)
    #expect(facts.warnings.allSatisfy { !$0.message.isEmpty && $0.message.last != "." })
  }

  @Test("every tolerance has a row")
  func complete() {
    let elsewhere: Set<MIDITolerance> = [.separateSongs, .more]
    #expect(Set(rows.map(\.code)).union(elsewhere) == Set(MIDITolerance.allCases))
  }

  @Test("the tracks of a format 2 file are songs, which is told when they are asked for")
  func separateSongs() throws {
    let file = try MIDIFile(bytes: Made.file(format: 2, note + end, [0x00] + [0x90, 62, 1, 10, 62, 0] + end))
    var warnings: [MIDIWarning] = []
    let scores = file.scores(warnings: &warnings)
    #expect(scores.map(\.noteCount) == [1, 1])
    #expect(scores.map(\.length) == [240, 10])
    #expect(warnings.map(\.code) == [.separateSongs])
    #expect(file.facts().warnings.isEmpty)
  }

  @Test("a fault is told once a track, and a thousand at most, and then how many more there are")
  func manyWarnings() throws {
    let track = [0, 0xB0, 7, 200, 0, 7, 201] + end
    let file = try MIDIFile(
      bytes: Made.header(format: 1, tracks: 1500) + (0..<1500).flatMap { _ in Made.chunk("MTrk", track) })
    #expect(file.warnings.count == 1001)
    #expect(file.warnings.last?.code == .more)
    #expect(file.warnings.last?.message == "500 more warnings are not told")
  }

  @Test("a file that is cut off anywhere says that it ends early", arguments: 0..<35)
  func endsEarly(_ length: Int) {
    let whole = Made.file(note + end)
    do {
      #expect(try MIDIFile(bytes: Array(whole.prefix(length))).endsEarly)
    } catch {
      #expect(error.endsEarly)
    }
  }

  @Test("a whole file does not end early, nor does one with too long a track that has its end")
  func endsInTime() throws {
    #expect(try !MIDIFile(bytes: Made.file(note + end)).endsEarly)
    #expect(try !MIDIFile(bytes: Made.header() + Made.chunk("MTrk", note + end, length: 99)).endsEarly)
  }
}
