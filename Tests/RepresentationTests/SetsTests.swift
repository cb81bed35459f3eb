import MIDI
import Representation
import Testing

@Suite("Programs and drums as sets of pitches")
struct SetsTests {
  /// A violin that becomes a flute in mid-track, a piano, a stroke of the drums and one that no kit has.
  private static let music: Score = {
    var music = score([[(0, 120, 64), (120, 240, 65)], [(0, 240, 60)], [(0, 120, 36), (120, 240, 99)]])
    music.tracks[0].programs = [
      Score.ProgramChange(tick: 0, channel: 0, program: 41), Score.ProgramChange(tick: 120, channel: 0, program: 73),
    ]
    for note in music.tracks[1].notes.indices { music.tracks[1].notes[note].channel = 1 }
    for note in music.tracks[2].notes.indices { music.tracks[2].notes[note].channel = 9 }
    return music
  }()

  private func representation(
    _ name: RepresentationSettings.Name = .steps, programs: ProgramSets = .merged, drums: Bool = false
  ) throws -> Representation {
    var settings = RepresentationSettings(name)
    settings.programs = programs
    settings.drums = drums
    return try Representation(settings)
  }

  private func texts(_ song: EncodedSong, _ representation: Representation) -> [String] {
    song.tokens.map { representation.vocabulary[Int($0)] }
  }

  @Test("drums are left out and counted unless they are asked for")
  func drumsLeftOut() throws {
    let (song, report) = try representation().encode(Self.music)
    #expect(
      texts(song, try representation()) == ["start 64", "start 60", "frame", "start 65", "hold 60", "frame", "end"])
    #expect((report.notes, report.drums, report.outside) == (5, 2, 0))
  }

  @Test("drums are a set of their own, written first in a frame; strokes of no kit are counted")
  func drums() throws {
    let steps = try representation(drums: true)
    let (song, report) = try steps.encode(Self.music)
    #expect(
      texts(song, steps) == [
        "start drum 36", "start 64", "start 60", "frame", "start 65", "hold 60", "frame", "end",
      ])
    #expect((report.notes, report.drums, report.outside) == (5, 0, 1))
    #expect(steps.vocabulary.count == 2 + 2 * (88 + 66))
    let decoded = steps.decode(song)
    #expect(decoded.tracks.map(\.name) == [Array("Piano".utf8), Array("Drums".utf8)])
    #expect(decoded.tracks[1].notes.map(\.isDrum) == [true])
    #expect(decoded.tracks[1].notes.map(\.pitch) == [36])
  }

  @Test("a listed program is a set of its own, in mid-track too; notes of others are left out and counted")
  func listed() throws {
    let steps = try representation(programs: .listed([0, 41]))
    let (song, report) = try steps.encode(Self.music)
    #expect(
      texts(song, steps) == [
        "start program 41 pitch 64", "start program 0 pitch 60", "frame", "hold program 0 pitch 60", "frame", "end",
      ])
    #expect((report.notes, report.programs, report.drums) == (5, 1, 2))
    let decoded = steps.decode(song)
    #expect(decoded.tracks.map { $0.programs.map(\.program) } == [[0], [41]])
    #expect(decoded.tracks.map { $0.notes.map(\.pitch) } == [[60], [64]])
  }

  @Test("families put each program into one of sixteen sets, and count those that come back as another")
  func families() throws {
    let steps = try representation(programs: .families)
    #expect(steps.vocabulary.count == 2 + 2 * 16 * 88)
    let (song, report) = try steps.encode(Self.music)
    #expect(report.recast == 2)
    #expect(steps.decode(song).tracks.map { $0.programs.map(\.program) } == [[0], [40], [72]])
  }

  @Test("the same pitch of two programs is two notes, of one set one")
  func unison() throws {
    var music = score([[(0, 120, 60)], [(0, 120, 60)]])
    music.tracks[1].notes[0].channel = 1
    music.tracks[1].programs = [Score.ProgramChange(tick: 0, channel: 1, program: 40)]
    #expect(try representation().encode(music).1.doubled == 1)
    let apart = try representation(programs: .families)
    let (song, report) = try apart.encode(music)
    #expect(report.doubled == 0)
    #expect(apart.decode(song).noteCount == 2)
  }

  @Test("a roll's frame has its sets side by side")
  func roll() throws {
    var settings = RepresentationSettings(.roll)
    settings.pitches = 60...62
    settings.block = 2
    settings.drums = true
    let roll = try Representation(settings)
    #expect(roll.rowWidth == 2 * (3 + 66))
    #expect(roll.vocabulary[2] == "frame 0 pitch 62")
    #expect(roll.vocabulary[3] == "frame 0 drum 22")
    let (song, _) = try roll.encode(Self.music)
    #expect(song.rows.indices.filter { song.rows[$0] == 1 } == [0, 3 + 14, 69])
  }

  @Test(
    "transposing leaves drums alone and nobody leaves a set", arguments: [RepresentationSettings.Name.roll, .steps])
  func transposition(_ name: RepresentationSettings.Name) throws {
    let representation = try representation(name, programs: .families, drums: true)
    let (song, _) = try representation.encode(Self.music)
    #expect(representation.transpositions(of: song) == (21 - 60)...(108 - 65))
    let moved = representation.decode(try #require(representation.transposed(song, by: 43)))
    #expect(moved.tracks.map { $0.notes.map(\.pitch) } == [[103], [107], [108], [36]])
  }

  @Test(
    "a list of programs is refused where it is empty, out of order or out of range",
    arguments: [[], [3, 2], [128], [5, 5]])
  func refused(_ programs: [Int]) {
    let error = #expect(throws: RepresentationError.self) { try representation(programs: .listed(programs)) }
    #expect(
      error?.description == "representation.programs: expected 1 to 16 programs from 0 to 127, ascending, each once")
  }
}
