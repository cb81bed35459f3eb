import MIDI
import TestSupport
import Testing

@Suite("Writing and reading again")
struct RoundTripTests {
  @Test("reading what was written gives the canonical score, and its events where they were written")
  func randomScores() throws {
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<300 {
      let score = Score.random(&generator)
      let written = MIDIFile(score: score)
      let read = try MIDIFile(bytes: written.bytes)
      #expect(read == written)
      #expect(read.scores() == [score.canonical()])
      #expect(score.canonical().invariantFailures.isEmpty)
    }
  }

  @Test("a score that was read is canonical, and writing and reading it loses nothing")
  func fixtures() throws {
    var count = 0
    for bytes in try Golden.files() {
      guard let file = try? MIDIFile(bytes: bytes) else { continue }
      for score in file.scores() {
        count += 1
        #expect(score.invariantFailures.isEmpty)
        #expect(try MIDIFile(bytes: MIDIFile(score: score).bytes).scores() == [score])
      }
    }
    #expect(count > 30)
  }

  @Test("a first track with nothing but a name gives it to the conductor's track")
  func conductor() throws {
    let song = Score(
      tracks: [
        Score.Track(name: Array("Song".utf8)),
        Score.Track(name: Array("Flute".utf8), notes: [Score.Note(start: 0, end: 9, pitch: 60)]),
      ], length: 9)
    #expect(MIDIFile(score: song).tracks.count == 2)
    #expect(MIDIFile(score: song).scores() == [song])
  }

  @Test("every track ends at the score's length")
  func length() {
    let score = Score(
      tracks: [Score.Track(notes: [Score.Note(start: 0, end: 9, pitch: 60)])], length: 1920)
    #expect(MIDIFile(score: score).tracks.map(\.endTick) == [1920, 1920])
  }

  @Test("a repeated note is let go before it is struck again")
  func repeated() {
    let notes = [
      Score.Note(start: 0, end: 10, pitch: 60), Score.Note(start: 10, end: 10, pitch: 60),
      Score.Note(start: 10, end: 20, pitch: 60),
    ]
    let file = MIDIFile(score: Score(tracks: [Score.Track(notes: notes)], length: 20))
    #expect(file.events.filter { !$0.isMeta }.map(\.status) == [0x90, 0x80, 0x90, 0x80, 0x90, 0x80])
    #expect(file.scores().first?.tracks.first?.notes == notes)
  }

  @Test("values out of range are brought into it, not trapped on")
  func extremes() throws {
    let score = Score(
      division: .ticksPerQuarter(.max),
      tracks: [
        Score.Track(
          notes: [Score.Note(start: .min, end: .max, channel: 255, pitch: 255, velocity: 0, releaseVelocity: 255)],
          programs: [Score.ProgramChange(tick: .max, channel: 255, program: 255)])
      ], tempos: [Score.Tempo(tick: .min, microsecondsPerQuarter: .max)],
      timeSignatures: [Score.TimeSignature(tick: .max, numerator: .max, denominator: 3)],
      keySignatures: [Score.KeySignature(tick: 0, sharps: .min, isMinor: true)], length: .max)
    let file = try MIDIFile(bytes: MIDIFile(score: score).bytes)
    #expect(file.scores() == [score.canonical()])
    #expect(file.scores().first?.length == 1 << 31)
    #expect(file.facts().notes == 1)
  }

  @Test("the bytes of a small score are these")
  func bytes() {
    let score = Score(
      division: .ticksPerQuarter(96),
      tracks: [
        Score.Track(
          name: [65], notes: [Score.Note(start: 0, end: 192, channel: 1, pitch: 60, velocity: 80)],
          programs: [Score.ProgramChange(tick: 0, channel: 1, program: 5)])
      ], tempos: [Score.Tempo(tick: 0, microsecondsPerQuarter: 500_000)],
      timeSignatures: [Score.TimeSignature(tick: 0, numerator: 3, denominator: 4)],
      keySignatures: [Score.KeySignature(tick: 0, sharps: -1, isMinor: true)], length: 288)
    let end: [UInt8] = [0x82, 0x20, 0xFF, 0x2F, 0]
    let conductor: [UInt8] =
      [0, 0xFF, 0x58, 4, 3, 2, 24, 8, 0, 0xFF, 0x59, 2, 255, 1, 0, 0xFF, 0x51, 3, 7, 161, 32] + end
    let part: [UInt8] =
      [0, 0xFF, 3, 1, 65, 0, 0xC1, 5, 0, 0x91, 60, 80, 0x81, 0x40, 0x81, 60, 64, 0x60, 0xFF, 0x2F, 0]
    #expect(MIDIFile(score: score).bytes == Made.file(format: 1, division: 96, conductor, part))
  }
}
