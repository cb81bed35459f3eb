import MIDI
import Testing

@Suite("Pairing notes")
struct NotePairingTests {
  private func notes(_ bytes: [UInt8]) throws -> [[Int]] {
    let scores = try MIDIFile(bytes: Made.file(bytes)).scores()
    return scores.flatMap(\.tracks).flatMap(\.notes).map { [$0.start, $0.end, Int($0.channel), Int($0.pitch)] }
  }

  @Test("a note-off closes the oldest open note of its pitch and channel")
  func oldest() throws {
    let bytes: [UInt8] = [0, 0x90, 60, 1, 10, 60, 2, 10, 0x80, 60, 0, 10, 60, 0] + Made.end
    #expect(try notes(bytes) == [[0, 20, 0, 60], [10, 30, 0, 60]])
  }

  @Test("channels and pitches do not close each other's notes")
  func apart() throws {
    let bytes: [UInt8] = [0, 0x90, 60, 1, 0, 0x91, 60, 1, 5, 0x81, 60, 0, 5, 0x80, 61, 0, 5, 60, 0] + Made.end
    #expect(try notes(bytes) == [[0, 15, 0, 60], [0, 5, 1, 60]])
  }

  @Test("a note-on of velocity 0 closes a note, and its release is not told")
  func zeroVelocity() throws {
    let file = try MIDIFile(bytes: Made.file([0, 0x90, 60, 9, 5, 60, 0] + Made.end))
    #expect(file.scores().first?.tracks.first?.notes == [Score.Note(start: 0, end: 5, pitch: 60, velocity: 9)])
  }

  @Test("notes that stay open end with their track, several of a pitch too")
  func hanging() throws {
    let bytes: [UInt8] = [0, 0x90, 60, 1, 5, 60, 1, 5, 62, 1, 20, 0xFF, 0x2F, 0]
    #expect(try notes(bytes) == [[0, 30, 0, 60], [5, 30, 0, 60], [10, 30, 0, 62]])
  }

  @Test("a track's open notes are not closed by the next track")
  func nextTrack() throws {
    let open: [UInt8] = [0, 0x90, 60, 1, 7, 0xFF, 0x2F, 0]
    let file = try MIDIFile(bytes: Made.file(format: 1, open, [9, 0x80, 60, 0] + Made.note + Made.end))
    #expect(file.scores().first?.tracks.map { $0.notes.map(\.end) } == [[7], [249]])
    #expect(file.facts().lastTick == 249)
  }

  @Test("a note-off with nothing to close is passed over")
  func alone() throws {
    #expect(try notes([0, 0x80, 60, 0] + Made.note + Made.end) == [[0, 240, 0, 60]])
  }
}
