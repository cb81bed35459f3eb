import MIDI
import Representation
import Testing

@Suite("Roll")
struct RollTests {
  @Test("frames are joined into blocks, a frame's pitches ascending, the last block filled up with silence")
  func rows() throws {
    var settings = RepresentationSettings(.roll)
    settings.pitches = 60...62
    settings.block = 2
    let representation = try Representation(settings)
    let (song, _) = try representation.encode(score([[(0, 240, 62), (120, 360, 60)]]))
    #expect(song.frames == 3)
    #expect(song.rows == [0, 0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0])
    #expect(representation.rowWidth == 6)
    #expect(
      representation.vocabulary == [
        "frame 0 pitch 60", "frame 0 pitch 61", "frame 0 pitch 62", "frame 1 pitch 60", "frame 1 pitch 61",
        "frame 1 pitch 62",
      ])
  }

  @Test("notes of a pitch that touch or overlap become one, and are counted")
  func merged() throws {
    let representation = try Representation(RepresentationSettings(.roll))
    let (song, report) = try representation.encode(score([[(0, 120, 60), (120, 240, 60)], [(120, 480, 60)]]))
    #expect(representation.decode(song).tracks[0].notes.map(\.end) == [480])
    #expect(report.merged == 1)
    #expect(report.doubled == 1)
  }

  @Test("a song whose rows would fill the memory is refused, and not for its tokens")
  func tooLarge() throws {
    var settings = RepresentationSettings(.roll)
    settings.programs = .families
    let representation = try Representation(settings)
    // 100,000 frames of 1408 keys.
    let error = #expect(throws: Representation.EncodingError.self) {
      try representation.encode(score([[(0, 120, 60)]], length: 12_000_000))
    }
    #expect(error == .tooLarge(limit: 1 << 27))
    #expect(error?.description.contains("token") == false)
  }

  @Test("the preset's vector is 352 wide")
  func width() throws {
    #expect(try Representation(RepresentationSettings(.roll)).rowWidth == 352)
  }
}
