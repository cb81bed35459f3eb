import Glibc
import MIDI
import Representation
import TestSupport
import Testing

@Suite("Events")
struct EventsTests {
  static let settings: [RepresentationSettings] = {
    var all = [1, 3, 4, 12, 24].map { resolution in
      var events = RepresentationSettings(.events)
      events.resolution = resolution
      return events
    }
    var other = RepresentationSettings(.events)
    other.time = .clock
    all.append(other)
    other.time = .metrical
    other.isMixed = true
    all.append(other)
    other.pedal = true
    all.append(other)
    return all
  }()

  private func texts(_ representation: Representation, _ song: EncodedSong) -> [String] {
    song.tokens.map { representation.vocabulary[Int($0)] }
  }

  @Test("a song that is as long as a song may be comes back whole", arguments: settings)
  func longest(_ settings: RepresentationSettings) throws {
    let representation = try Representation(settings)
    var score = Score(tracks: [Score.Track(notes: [Score.Note(start: 0, end: 480, pitch: 60)])])
    score.length = 480 * (1 << 20) / settings.framesAQuarter
    let song = try representation.encode(score).0
    #expect(song.frames == 1 << 20)
    #expect(try representation.encode(representation.decode(song)).0 == song)
    score.length += 480
    #expect(throws: Representation.EncodingError.self) { try representation.encode(score) }
  }

  @Test("decoding an encoding gives the quantised score, and encoding that gives the same tokens", arguments: settings)
  func laws(_ settings: RepresentationSettings) throws {
    let representation = try Representation(settings)
    var scores = RandomScores(seed: 21)
    for _ in 0..<60 {
      let score = scores.anySong()
      let (song, report) = try representation.encode(score)
      let decoded = representation.decode(song)
      #expect(try decoded == representation.quantised(score))
      #expect(decoded.invariantFailures.isEmpty)
      let (again, second) = try representation.encode(decoded)
      #expect(again == song)
      #expect(second.moved + second.doubled + second.metres == 0)
      #expect(decoded.noteCount <= report.notes && decoded.noteCount >= report.notes - report.doubled)
      #expect(decoded.length == song.frames * representation.ticksPerFrame)
      #expect(song.tokens.last == representation.endToken)
    }
  }

  @Test("a song whose notes of one frame are too many tokens is refused before they fill the memory")
  func tooFull() async throws {
    await #expect(processExitsWith: .exitCode(7)) {
      // All tokens of that frame would be half a gigabyte, and an array grows by copying.
      var limit = rlimit(rlim_cur: 512 << 20, rlim_max: 512 << 20)
      guard setrlimit(__rlimit_resource_t(RLIMIT_DATA.rawValue), &limit) == 0 else { exit(1) }
      let end = 120 * ((1 << 20) - 1)
      let notes = (0..<128).flatMap { pitch in
        (0..<16).filter { $0 != 9 }.map { Score.Note(start: 0, end: end, channel: UInt8($0), pitch: UInt8(pitch)) }
      }
      let programs = (0..<16).map { Score.ProgramChange(tick: 0, channel: UInt8($0), program: UInt8($0)) }
      let score = Score(tracks: [Score.Track(notes: notes, programs: programs)], length: end)
      do {
        _ = try Representation(RepresentationSettings(.events)).encode(score)
      } catch {
        exit("\(error)".contains("tokens") ? 7 : 1)
      }
    }
  }

  @Test("the grammar allows all that encoding writes", arguments: settings)
  func grammarAllows(_ settings: RepresentationSettings) throws {
    let representation = try Representation(settings)
    let vocabulary = try #require(representation.events)
    var scores = RandomScores(seed: 22)
    for _ in 0..<60 {
      let (song, _) = try representation.encode(scores.anySong())
      guard song.frames > 0 else { continue }
      var grammar = EventGrammar(vocabulary, limit: song.frames)
      let forbidden = song.tokens.firstIndex { token in
        defer { grammar.take(token) }
        return !grammar.allows(token)
      }
      #expect(forbidden == nil)
      #expect(grammar.frame == song.frames)
    }
  }

  @Test(
    "whatever is drawn by the grammar ends, and is what encoding its decoding writes",
    arguments: settings.filter { !$0.isMixed })
  func grammarDraws(_ settings: RepresentationSettings) throws {
    let representation = try Representation(settings)
    let vocabulary = try #require(representation.events)
    var generator = SeededGenerator(seed: 23)
    for limit in [1, 2, 7, 40, 200] {
      var grammar = EventGrammar(vocabulary, limit: limit)
      var tokens: [Int32] = []
      while tokens.last != representation.endToken {
        let allowed = (0..<Int32(vocabulary.count)).filter { grammar.allows($0) }
        // A kind of token first, so that positions do not drown the notes.
        let kinds = Dictionary(grouping: allowed) { representation.vocabulary[Int($0)].prefix(4) }
        let kind = try #require(kinds.keys.sorted().randomElement(using: &generator))
        let token = try #require(kinds[kind]?.randomElement(using: &generator))
        tokens.append(token)
        grammar.take(token)
      }
      let song = EncodedSong(frames: grammar.frame, tokens: tokens)
      #expect(grammar.frame <= limit)
      #expect(try representation.encode(representation.decode(song)).0 == song)
    }
  }

  @Test("any numbers decode to a score that encodes again", arguments: settings.filter { !$0.isMixed })
  func anyNumbers(_ settings: RepresentationSettings) throws {
    let representation = try Representation(settings)
    var generator = SeededGenerator(seed: 24)
    for _ in 0..<60 {
      let count = Int32(representation.vocabulary.count)
      let tokens = (0..<Int.random(in: 0...200, using: &generator)).map { _ in
        Int32.random(in: Bool.random(using: &generator) ? count - 400...count + 1 : -2...count, using: &generator)
      }
      let decoded = representation.decode(EncodedSong(frames: .random(in: -1...20, using: &generator), tokens: tokens))
      let (song, report) = try representation.encode(decoded)
      #expect(report.notes == decoded.noteCount)
      #expect(report.moved + report.doubled + report.metres == 0)
      #expect(representation.decode(song) == decoded)
    }
  }

  @Test(
    "a transposed song is the encoding of the transposed score, with its drums where they were", arguments: settings)
  func transposition(_ settings: RepresentationSettings) throws {
    let representation = try Representation(settings)
    var scores = RandomScores(seed: 25)
    for _ in 0..<20 {
      let (song, _) = try representation.encode(scores.anySong())
      var moved = representation.decode(song)
      for track in moved.tracks.indices {
        for note in moved.tracks[track].notes.indices where !moved.tracks[track].notes[note].isDrum {
          moved.tracks[track].notes[note].pitch += 5
        }
      }
      #expect(try representation.transposed(song, by: 5) == representation.encode(moved).0)
      let all = representation.transpositions(of: song)
      #expect(representation.transposed(song, by: all.upperBound + 1) == nil)
    }
  }

  @Test("the tokens of a small song are these")
  func tokens() throws {
    var song = Score(
      tracks: [
        Score.Track(
          notes: [Score.Note(start: 0, end: 480, pitch: 60, velocity: 81)],
          programs: [Score.ProgramChange(tick: 0, channel: 0, program: 40)]),
        Score.Track(notes: [
          Score.Note(start: 480, end: 600, channel: 9, pitch: 36, velocity: 127),
          Score.Note(start: 1440, end: 3840, channel: 9, pitch: 38, velocity: 1),
        ]),
      ], length: 3840)
    song.timeSignatures = [Score.TimeSignature(tick: 0, numerator: 3, denominator: 4)]
    song.tempos = [
      Score.Tempo(tick: 0, microsecondsPerQuarter: 600_000), Score.Tempo(tick: 480, microsecondsPerQuarter: 1_000_000),
    ]
    let representation = try Representation(RepresentationSettings(.events))
    let written = try representation.encode(song).0
    #expect(
      texts(representation, written) == [
        "bar", "metre 3/4", "tempo 101", "program 40", "pitch 60", "velocity 82", "duration 4", "position 4",
        "tempo 60", "program drums", "drum 36", "velocity 126", "duration 1", "bar", "drum 38", "velocity 2",
        "duration 16", "duration 4", "bar", "position 8", "end",
      ])
  }

  @Test("by the clock a song is waits of 10 ms, whatever its tempo")
  func clock() throws {
    var settings = RepresentationSettings(.events)
    settings.time = .clock
    var song = Score(
      tracks: [
        Score.Track(notes: [Score.Note(start: 480, end: 720, pitch: 60), Score.Note(start: 960, end: 961, pitch: 64)])
      ],
      length: 960)
    song.tempos = [Score.Tempo(tick: 0, microsecondsPerQuarter: 1_200_000)]
    let representation = try Representation(settings)
    let (written, report) = try representation.encode(song)
    #expect(
      texts(representation, written) == [
        "wait 100", "wait 20", "program 0", "pitch 60", "velocity 82", "duration 60", "wait 100", "wait 20", "pitch 64",
        "velocity 82", "duration 1", "wait 1", "end",
      ])
    #expect(report.moved == 1)
    #expect(representation.decode(written).seconds == 2.41)
  }

  @Test("a vocabulary names each token once", arguments: settings)
  func vocabulary(_ settings: RepresentationSettings) throws {
    let representation = try Representation(settings)
    let vocabulary = try #require(representation.events)
    #expect(Set(representation.vocabulary).count == vocabulary.count)
    #expect(representation.vocabulary.count == vocabulary.count)
    #expect(representation.vocabulary.first == "end")
    for token in 0..<Int32(vocabulary.count) {
      #expect(vocabulary.event(token).map(vocabulary.token) == token)
    }
    #expect(vocabulary.event(-1) == nil && vocabulary.event(Int32(vocabulary.count)) == nil)
  }

  @Test("triplets stand on a grid of 12, and a metre that no frames fill is told")
  func grids() throws {
    var settings = RepresentationSettings(.events)
    let triplets = score([[(0, 160, 60), (160, 320, 62), (320, 480, 64)]])
    settings.resolution = 12
    #expect(try Representation(settings).encode(triplets).1.moved == 0)
    settings.resolution = 4
    #expect(try Representation(settings).encode(triplets).1.moved == 3)
    var odd = triplets
    odd.timeSignatures = [Score.TimeSignature(tick: 0, numerator: 3, denominator: 64)]
    #expect(try Representation(settings).encode(odd).1.metres == 1)
  }
}
