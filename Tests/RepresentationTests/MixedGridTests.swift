import MIDI
import Representation
import TestSupport
import Testing

@Suite("The mixed grid and grids of triplets")
struct MixedGridTests {
  private func steps(_ change: (inout RepresentationSettings) -> Void) throws -> Representation {
    var settings = RepresentationSettings(.steps)
    change(&settings)
    return try Representation(settings)
  }

  /// Starts and ends of all notes, in twelfths of a quarter.
  private func places(_ score: Score, _ representation: Representation) throws -> [[Int]] {
    let notes = try representation.quantised(score).tracks.flatMap(\.notes)
    return notes.map { [$0.start, $0.end].map { $0 * 12 / representation.ticksPerQuarter } }
  }

  @Test("a grid of 12 or 24 holds triplets and sixteenths", arguments: [12, 24])
  func twelve(_ resolution: Int) throws {
    let music = score([[(0, 160, 60), (160, 320, 62), (320, 480, 64), (480, 600, 65), (600, 720, 67)]])
    let representation = try steps { $0.resolution = resolution }
    let (_, report) = try representation.encode(music)
    #expect(report.moved == 0)
    #expect(try steps { _ in }.encode(music).1.moved == 3)
    #expect(try places(music, representation) == [[0, 4], [4, 8], [8, 12], [12, 15], [15, 18]])
  }

  @Test("each quarter keeps to sixteenths or to triplets, whichever its starts are nearer to")
  func chooses() throws {
    let mixed = try steps { $0.isMixed = true }
    // Played: a triplet, four sixteenths, a quarter.
    let music = score([
      [
        (3, 140, 60), (155, 300, 62), (332, 470, 64), (486, 590, 65), (607, 700, 67), (715, 830, 69), (846, 950, 71),
        (955, 1400, 72),
      ]
    ])
    #expect(
      try places(music, mixed) == [
        [0, 4], [4, 8], [8, 12], [12, 15], [15, 18], [18, 21], [21, 24], [24, 36],
      ])
    let (_, report) = try mixed.encode(music)
    #expect(report.moved == 8)
    #expect(abs(report.farthest * 480 - 12) < 1e-9)
  }

  @Test("where starts are as near to one as to the other the ends decide, and then sixteenths")
  func ties() throws {
    let mixed = try steps { $0.isMixed = true }
    #expect(try places(score([[(0, 160, 60)]]), mixed) == [[0, 4]])
    #expect(try places(score([[(0, 110, 60)]]), mixed) == [[0, 3]])
    // A note of no length lasts to the next place of its quarter.
    #expect(try places(score([[(0, 0, 60), (160, 160, 60)]]), mixed) == [[0, 4], [4, 8]])
    #expect(try places(score([[(120, 120, 60)]]), mixed) == [[3, 6]])
  }

  @Test("what is on the chosen places chooses them again", arguments: 0..<40)
  func fixedPoint(_ seed: Int) throws {
    var scores = RandomScores(seed: UInt64(seed))
    let music = scores.anySong()
    for name in RepresentationSettings.Name.allCases {
      var settings = RepresentationSettings(name)
      settings.isMixed = true
      settings.lines = 8
      let representation = try Representation(settings)
      guard let once = try? representation.quantised(music) else { continue }
      #expect(try representation.quantised(once) == once)
    }
  }

  @Test("in bars too, durations of triplets are four twelfths")
  func events() throws {
    var settings = RepresentationSettings(.events)
    settings.isMixed = true
    let events = try Representation(settings)
    let (song, _) = try events.encode(score([[(2, 150, 60), (163, 310, 62), (318, 480, 64)]]))
    let texts = song.tokens.map { events.vocabulary[Int($0)] }
    #expect(texts.filter { $0.hasPrefix("duration") } == ["duration 4", "duration 4", "duration 4"])
    #expect(texts.filter { $0.hasPrefix("position") } == ["position 4", "position 8", "position 12"])
  }

  @Test("the pedal lengthens notes where it is asked for")
  func pedal() throws {
    var music = score([[(0, 120, 60)]], length: 960)
    music.tracks[0].messages.append(Score.Message(tick: 60, status: 0xB0, data1: 64, data2: 127))
    music.tracks[0].messages.append(Score.Message(tick: 480, status: 0xB0, data1: 64, data2: 0))
    for name in RepresentationSettings.Name.allCases {
      var settings = RepresentationSettings(name)
      #expect(try Representation(settings).quantised(music).tracks[0].notes.map(\.end) == [120])
      settings.pedal = true
      #expect(try Representation(settings).quantised(music).tracks[0].notes.map(\.end) == [480])
    }
  }
}
