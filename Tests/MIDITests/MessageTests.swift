import MIDI
import Testing

@Suite("What a score keeps besides notes")
struct MessageTests {
  private static let end: [UInt8] = [0, 0xFF, 0x2F, 0]

  @Test("controls, bends, pressures, system exclusive, lyrics and markers come back from a written file")
  func kept() throws {
    let track: [UInt8] =
      [0, 0xB0, 7, 100, 0, 0xE0, 0, 64, 0, 0xD0, 5, 0, 0xA0, 60, 9, 0, 0xF0, 3, 0x7E, 9, 0xF7]
      + [0, 0xFF, 5, 2, 0x48, 0x69, 0, 0xFF, 6, 1, 0x41, 0, 0xFF, 0x21, 1, 2, 0, 0xFF, 0x7F, 2, 1, 2] + Made.note
      + Self.end
    let score = try #require(try MIDIFile(bytes: Made.file(track)).scores().first)
    let messages = try #require(score.tracks.first?.messages)
    #expect(messages.indices.map { messages[$0].status } == [0xB0, 0xE0, 0xD0, 0xA0, 0xF0, 0xFF, 0xFF, 0xFF, 0xFF])
    #expect(Array(messages[4].payload) == [0x7E, 9, 0xF7])
    #expect(score.texts(ofKind: 5).map(\.text) == [Array("Hi".utf8)])
    #expect(score.texts(ofKind: 6).map(\.text) == [[0x41]])
    #expect(try MIDIFile(bytes: MIDIFile(score: score).bytes).scores() == [score])
  }

  @Test("a system exclusive message in packets keeps its packets and their times")
  func packets() throws {
    let track: [UInt8] = [0, 0xF0, 2, 0x43, 0x12, 100, 0xF7, 1, 0x43, 100, 0xF7, 2, 0x10, 0xF7] + Made.note + Self.end
    let score = try #require(try MIDIFile(bytes: Made.file(track)).scores().first)
    let messages = try #require(score.tracks.first?.messages)
    #expect(messages.indices.map { messages[$0].tick } == [0, 100, 200])
    #expect(messages.indices.map { messages[$0].status } == [0xF0, 0xF7, 0xF7])
    #expect(try MIDIFile(bytes: MIDIFile(score: score).bytes).scores() == [score])
  }

  @Test("what a score tells otherwise is no message, and an empty text is none")
  func otherwise() {
    var messages = Score.Messages()
    for type: UInt8 in [0x2F, 0x51, 0x58, 0x59] {
      messages.append(Score.Message(tick: 0, status: 0xFF, data1: type, payload: [1, 2]))
    }
    messages.append(.text(1, tick: 0, []))
    messages.append(Score.Message(tick: 0, status: 0x90, data1: 60, data2: 1))
    #expect(messages.isEmpty)
  }

  @Test("a track name among the messages is the name of a track that has none")
  func name() {
    var track = Score.Track(notes: [Score.Note(start: 0, end: 9, pitch: 60)])
    track.messages.append(.text(3, tick: 5, Array("Oboe".utf8)))
    track.messages.append(.text(3, tick: 6, Array("Two".utf8)))
    let canonical = Score(tracks: [track], length: 9).canonical()
    #expect(canonical.tracks.first?.name == Array("Oboe".utf8))
    #expect(canonical.tracks.first?.messages.count == 1)
    #expect(canonical.invariantFailures.isEmpty)
  }
}

@Suite("The sustain pedal")
struct SustainTests {
  private func score(_ notes: [Score.Note], pedal: [(Int, UInt8)]) -> Score {
    var track = Score.Track(notes: notes)
    for (tick, value) in pedal {
      track.messages.append(Score.Message(tick: tick, status: 0xB0, data1: 64, data2: value))
    }
    return Score(tracks: [track], length: 1000)
  }

  private func ends(_ score: Score) -> [Int] { score.sustained().tracks.flatMap(\.notes).map(\.end) }

  @Test("a note that ends under the pedal lasts until it goes up")
  func holds() {
    let note = Score.Note(start: 0, end: 100, pitch: 60)
    #expect(ends(score([note], pedal: [(50, 127), (400, 63)])) == [400])
    #expect(ends(score([note], pedal: [(50, 64)])) == [1000])
    #expect(ends(score([note], pedal: [(50, 127), (100, 0)])) == [100])
    #expect(ends(score([note], pedal: [(101, 127)])) == [100])
  }

  @Test("the next note of its pitch ends it, one of another pitch does not")
  func again() {
    let notes = [
      Score.Note(start: 0, end: 100, pitch: 60), Score.Note(start: 200, end: 250, pitch: 62),
      Score.Note(start: 300, end: 500, pitch: 60),
    ]
    #expect(ends(score(notes, pedal: [(50, 127), (400, 0)])) == [300, 400, 500])
  }

  @Test("the pedal of one channel leaves the others alone, and is its channel's in all tracks")
  func channels() {
    var song = score([], pedal: [(0, 127)])
    song.tracks.append(
      Score.Track(notes: [
        Score.Note(start: 0, end: 9, pitch: 60), Score.Note(start: 0, end: 9, channel: 1, pitch: 60),
      ]))
    #expect(ends(song) == [1000, 9] || ends(song) == [9, 1000])
    #expect(song.sustained().invariantFailures.isEmpty)
  }
}

@Suite("Programs")
struct ProgramTests {
  private func change(_ tick: Int, _ program: UInt8, channel: UInt8 = 0) -> Score.ProgramChange {
    Score.ProgramChange(tick: tick, channel: channel, program: program)
  }

  @Test("a program change in mid-track splits the track")
  func split() {
    let notes = [0, 10, 20, 30].map { Score.Note(start: $0, end: $0 + 5, pitch: 60) }
    var track = Score.Track(notes: notes, programs: [change(0, 5), change(20, 7), change(30, 5)])
    track.messages.append(Score.Message(tick: 3, status: 0xB0, data1: 7, data2: 9))
    let parts = Score(tracks: [track], length: 40).splitByProgram().tracks
    #expect(parts.map { $0.notes.map(\.start) } == [[0, 10, 30], [20]])
    #expect(parts.map { $0.programs.map(\.tick) } == [[0, 30], [20]])
    #expect(parts.map(\.messages.count) == [1, 0])
  }

  @Test("a track with one program a channel stays as it is")
  func unsplit() {
    let track = Score.Track(notes: [Score.Note(start: 0, end: 5, pitch: 60)], programs: [change(0, 5)])
    let score = Score(tracks: [track], length: 9)
    #expect(score.splitByProgram() == score)
  }

  @Test("a track's own changes rule it, those of all tracks where it has none")
  func maps() throws {
    let score = Score(tracks: [
      Score.Track(programs: [change(0, 1), change(10, 2)]), Score.Track(programs: [change(0, 9)]), Score.Track(),
    ])
    let maps = ProgramMap.all(of: score)
    #expect(maps[0].program(ofChannel: 0, atTick: 10) == 2)
    #expect(maps[1].program(ofChannel: 0, atTick: 99) == 9)
    #expect(maps[2].program(ofChannel: 0, atTick: 10) == 2)
    #expect(maps[2].program(ofChannel: 5, atTick: 10) == 0)
  }
}
