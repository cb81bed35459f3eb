import MIDI
import Representation
import Testing

@Suite("The grid")
struct GridTests {
  private func roll(_ resolution: Int = 4) throws -> Representation {
    var settings = RepresentationSettings(.roll)
    settings.resolution = resolution
    settings.block = 1
    return try Representation(settings)
  }

  /// The frames of the only note, and those of the song.
  private func frames(_ score: Score, _ resolution: Int = 4) throws -> [Int] {
    let representation = try roll(resolution)
    let decoded = try representation.quantised(score)
    let note = try #require(decoded.tracks.first?.notes.first)
    return [note.start, note.end, decoded.length].map { $0 / representation.ticksPerFrame }
  }

  @Test("half a frame rounds up, at the start and at the end")
  func rounding() throws {
    #expect(try frames(score([[(59, 179, 60)]])) == [0, 1, 2])
    #expect(try frames(score([[(60, 180, 60)]])) == [1, 2, 2])
    // 5 ticks a quarter: 1.6 and 2.4 frames.
    #expect(try frames(score([[(2, 3, 60)]], division: .ticksPerQuarter(5))) == [2, 3, 3])
    // 1 tick of 8 is half a frame.
    #expect(try frames(score([[(1, 3, 60)]], division: .ticksPerQuarter(8))) == [1, 2, 2])
  }

  @Test("a note has at least one frame, even behind the last end of track")
  func oneFrame() throws {
    #expect(try frames(score([[(10, 20, 60)]])) == [0, 1, 1])
    #expect(try frames(score([[(110, 110, 60)]])) == [1, 2, 2])
  }

  @Test("a song lasts to its last end of track, rounded up")
  func length() throws {
    #expect(try frames(score([[(0, 120, 60)]], length: 481)) == [0, 1, 5])
    #expect(try roll().encode(score([], length: 1)).0.frames == 1)
    #expect(try roll().encode(score([])).0 == EncodedSong(frames: 0))
  }

  @Test("an SMPTE file is read by its seconds at 120 quarters a minute")
  func smpte() throws {
    // A second, two quarters, eight frames.
    #expect(
      try frames(score([[(1000, 2000, 60)]], division: .smpte(framesPerSecond: 25, ticksPerFrame: 40))) == [8, 16, 16])
    // 30000 ticks of 29.97 frames a second, one tick a frame, last 1001 seconds.
    #expect(
      try frames(score([[(15_000, 30_000, 60)]], division: .smpte(framesPerSecond: 29, ticksPerFrame: 1)))
        == [4004, 8008, 8008])
  }

  @Test("drums and pitches outside are left out and counted, notes off the grid are counted")
  func losses() throws {
    var settings = RepresentationSettings(.steps)
    settings.pitches = 60...62
    let representation = try Representation(settings)
    var tracks = score([[(0, 120, 60), (0, 120, 59), (0, 120, 63), (121, 240, 61), (240, 240, 62)]], length: 480)
    tracks.tracks.append(Score.Track(notes: [Score.Note(start: 0, end: 240, channel: 9, pitch: 60)]))
    let (song, report) = try representation.encode(tracks)
    var expected = EncodingReport()
    expected.notes = 6
    expected.outside = 2
    expected.drums = 1
    expected.moved = 2
    expected.distance = 1.0 / 480
    expected.farthest = 1.0 / 480
    #expect(report == expected)
    #expect(report.meanDistance == 1.0 / 480 / 3)
    #expect(song.frames == 4)
    expected += expected
    #expect(report + report == expected)
  }

  @Test("a song of more frames than fit is refused, however large its ticks")
  func tooLong() throws {
    let representation = try roll()
    for length in [(1 << 20) * 120 + 1, Int.max] {
      #expect(throws: Representation.EncodingError.tooLong(limit: 1 << 20)) {
        try representation.encode(score([], length: length))
      }
    }
    #expect(throws: Representation.EncodingError.tooLong(limit: 1 << 20)) {
      try representation.encode(score([[(Int.max, Int.max, 60)]], length: 0))
    }
  }

  @Test("the division that is written is a multiple of the resolution", arguments: [1, 4, 7, 24, 25, 480])
  func division(_ resolution: Int) throws {
    let representation = try roll(resolution)
    #expect(representation.ticksPerQuarter % resolution == 0)
    #expect((241...480).contains(representation.ticksPerQuarter))
    #expect(representation.decode(EncodedSong(frames: 0)).division == .ticksPerQuarter(representation.ticksPerQuarter))
  }
}
