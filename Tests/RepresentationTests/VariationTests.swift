import MIDI
import Representation
import TestSupport
import Testing

@Suite("Songs played faster and louder")
struct VariationTests {
  private func events(_ time: RepresentationSettings.Time = .metrical) throws -> Representation {
    var settings = RepresentationSettings(.events)
    settings.time = time
    return try Representation(settings)
  }

  @Test(
    "in bars the tempos move by steps of a twelfth of an octave",
    arguments: [(100, 135), (-100, 107), (59, 127), (20, 120)])
  func tempo(_ thousandths: Int, _ quarters: Int) throws {
    let events = try events()
    let (song, _) = try events.encode(score([[(0, 480, 60)]]))
    let varied = events.decode(events.varied(song, tempo: thousandths, velocity: 0))
    #expect(varied.tempos.map(\.microsecondsPerQuarter) == [60_000_000 / quarters])
    #expect(varied.tracks == events.decode(song).tracks)
  }

  @Test("no tempo leaves those that there are, and changes stay changes")
  func tempoBounds() throws {
    let events = try events()
    var music = score([[(0, 1920, 60)]])
    music.tempos = [450, 120].enumerated().map {
      Score.Tempo(tick: 960 * $0.offset, microsecondsPerQuarter: 60_000_000 / $0.element)
    }
    let (song, _) = try events.encode(music)
    let varied = events.decode(events.varied(song, tempo: 500, velocity: 0))
    #expect(varied.tempos.map(\.microsecondsPerQuarter) == [125_000, 60_000_000 / 127])
  }

  @Test("by the clock everything begins and ends sooner")
  func clock() throws {
    let events = try events(.clock)
    let (song, _) = try events.encode(score([[(0, 480, 60), (480, 960, 62)]], length: 1920))
    let faster = events.decode(events.varied(song, tempo: 250, velocity: 0))
    #expect(faster.tracks[0].notes.map { $0.start / 9 } == [0, 40])
    #expect(faster.tracks[0].notes.map { $0.end / 9 } == [40, 80])
    #expect(faster.length / 9 == 160)
    let slower = events.decode(events.varied(song, tempo: -500, velocity: 0))
    #expect(slower.length / 9 == 400)
  }

  @Test(
    "velocities move by steps of four and none leaves those that there are",
    arguments: [
      (10, [90, 126]), (-10, [74, 118]), (2, [82, 126]), (3, [86, 126]), (127, [126, 126]), (-127, [2, 2]),
    ])
  func velocity(_ difference: Int, _ expected: [UInt8]) throws {
    let events = try events()
    var music = score([[(0, 480, 60), (480, 960, 62)]])
    music.tracks[0].notes[1].velocity = 127
    let varied = events.decode(events.varied(try events.encode(music).0, tempo: 0, velocity: difference))
    #expect(varied.tracks[0].notes.map(\.velocity) == expected)
  }

  @Test(
    "what is varied is what encoding its decoding writes", arguments: [RepresentationSettings.Time.metrical, .clock])
  func canonical(_ time: RepresentationSettings.Time) throws {
    let events = try events(time)
    var scores = RandomScores(seed: 41)
    for _ in 0..<40 {
      let (song, _) = try events.encode(scores.anySong())
      let tempo = Int.random(in: -300...300, using: &scores.generator)
      let velocity = Int.random(in: -40...40, using: &scores.generator)
      let varied = events.varied(song, tempo: tempo, velocity: velocity)
      #expect(try events.encode(events.decode(varied)).0 == varied)
      #expect(events.varied(song, tempo: 0, velocity: 0) == song)
    }
  }

  @Test(
    "what tells neither tempo nor velocity stays as it is",
    arguments: [RepresentationSettings.Name.roll, .steps, .voices])
  func others(_ name: RepresentationSettings.Name) throws {
    let representation = try Representation(RepresentationSettings(name))
    let (song, _) = try representation.encode(score([[(0, 480, 60)]]))
    #expect(representation.varied(song, tempo: 500, velocity: 50) == song)
  }
}
