import MIDI
import Testing

/// What mido reads in a file (`Golden/make_golden.py`).
private struct GoldenFile: Decodable {
  let file: String
  let format: Int
  let ticksPerQuarter: Int
  let seconds: Double
  let notes: [[[Int]]]
  let tempos: [[Int]]
  let timeSignatures: [[Int]]
  let keySignatures: Int
  let events: [Int]
}

/// A row of `Golden/torture/made-expected.json`.
private struct TortureFile: Decodable {
  let file: String
  let verdict: String
  let facts: Facts?

  struct Facts: Decodable {
    let format: Int
    let tracks: Int
    let division: [String: Int]
    let notes: Int
    let first_tick: Int?
    let last_tick: Int?
    let tempos: Int
    let time_signatures: Int
    let key_signatures: Int
  }
}

@Suite("Files of others")
struct GoldenTests {
  @Test("mido and we read the same in a file")
  func mido() throws {
    let rows: [GoldenFile] = try Golden.decoded("golden.json")
    #expect(rows.count == 3)
    for row in rows {
      let file = try MIDIFile(bytes: Golden.bytes(row.file))
      let score = try #require(file.scores().first)
      let facts = file.facts()
      #expect(file.warnings.isEmpty)
      #expect(file.format == row.format)
      #expect(file.division == .ticksPerQuarter(row.ticksPerQuarter))
      #expect(file.tracks.map(\.events.count) == row.events)
      #expect(abs(facts.seconds - row.seconds) < 1e-9 * row.seconds)
      #expect(score.seconds == facts.seconds)
      let notes = score.tracks.map(\.notes).filter { !$0.isEmpty }.map { track in
        track.map { note in
          [note.start, note.end] + [note.channel, note.pitch, note.velocity, note.releaseVelocity].map { Int($0) }
        }
      }
      #expect(notes == row.notes)
      #expect(score.tempos.map { [$0.tick, $0.microsecondsPerQuarter] } == row.tempos)
      let metres = score.timeSignatures.map {
        [$0.tick, $0.numerator, $0.denominator, $0.clocksPerClick, $0.thirtySecondsPerQuarter]
      }
      #expect(metres == row.timeSignatures)
      #expect(facts.keySignatures == row.keySignatures)
    }
  }

  @Test("the odd and broken files are read as their table says")
  func torture() throws {
    let rows: [TortureFile] = try Golden.decoded("torture/made-expected.json")
    #expect(rows.count == 35)
    for row in rows {
      let bytes = try Golden.bytes("torture/" + row.file)
      guard let expected = row.facts else {
        #expect(throws: MIDIError.self, "\(row.file)") { try MIDIFile(bytes: bytes) }
        continue
      }
      let facts = try MIDIFile(bytes: bytes).facts()
      #expect((facts.warnings.isEmpty ? "accept" : "accept with warning") == row.verdict, "\(row.file)")
      let division: [String: Int] =
        switch facts.division {
        case .ticksPerQuarter(let ticks): ["ticks_per_quarter": ticks]
        case .smpte(let frames, let ticks): ["smpte_fps": frames, "ticks_per_frame": ticks]
        }
      #expect(division == expected.division, "\(row.file)")
      #expect(
        [facts.format, facts.tracks, facts.notes, facts.tempos, facts.timeSignatures, facts.keySignatures] == [
          expected.format, expected.tracks, expected.notes, expected.tempos, expected.time_signatures,
          expected.key_signatures,
        ], "\(row.file)")
      #expect([facts.firstTick, facts.lastTick] == [expected.first_tick, expected.last_tick], "\(row.file)")
    }
  }

  @Test("facts and score agree on notes and ticks")
  func agreement() throws {
    for bytes in try Golden.files() {
      guard let file = try? MIDIFile(bytes: bytes) else { continue }
      let facts = file.facts()
      let notes = file.scores().flatMap(\.tracks).flatMap(\.notes)
      #expect(facts.notes == notes.count)
      #expect(facts.firstTick == notes.map(\.start).min())
      #expect(facts.lastTick == notes.map(\.end).max())
    }
  }

  @Test("a program counts once, however often it is changed to")
  func programs() throws {
    let file = try MIDIFile(bytes: Made.file([0, 0xC0, 9, 0, 3, 0, 0xC1, 9] + Made.end))
    #expect(file.facts().programs == [3, 9])
    #expect(file.scores().first?.tracks.first?.programs.map(\.program) == [9, 3, 9])
  }
}
