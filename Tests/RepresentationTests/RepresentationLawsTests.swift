import MIDI
import Representation
import TestSupport
import Testing

@Suite("The laws of every representation")
struct RepresentationLawsTests {
  static let settings: [RepresentationSettings] = {
    var all: [RepresentationSettings] = []
    for resolution in [1, 3, 4, 7, 24] {
      for block in [1, 3, 4] {
        var roll = RepresentationSettings(.roll)
        roll.resolution = resolution
        roll.block = block
        roll.pitches = 52...64
        all.append(roll)
      }
      for flag in [true, false] {
        var steps = RepresentationSettings(.steps)
        steps.resolution = resolution
        steps.holds = flag
        all.append(steps)
        for lines in [1, 3, 4, 8] {
          var voices = RepresentationSettings(.voices)
          voices.resolution = resolution
          voices.repeats = flag
          voices.lines = lines
          all.append(voices)
        }
      }
    }
    return all + options
  }()

  /// What is not usual: drums, programs in sets, a mixed grid, the pedal.
  private static var options: [RepresentationSettings] {
    var all: [RepresentationSettings] = []
    for name in [RepresentationSettings.Name.roll, .steps] {
      for programs in [ProgramSets.merged, .families, .listed([0, 3, 40, 127])] {
        for drums in [true, false] {
          var settings = RepresentationSettings(name)
          settings.programs = programs
          settings.drums = drums
          settings.holds = drums
          settings.isMixed = !drums
          settings.pedal = drums
          settings.block = 3
          settings.pitches = 52...64
          all.append(settings)
        }
      }
    }
    var voices = RepresentationSettings(.voices)
    voices.isMixed = true
    all.append(voices)
    voices.lines = 8
    voices.pedal = true
    return all + [voices]
  }

  @Test("decoding an encoding gives the quantised score, and encoding that gives the same numbers", arguments: settings)
  func laws(_ settings: RepresentationSettings) throws {
    let representation = try Representation(settings)
    var scores = RandomScores(seed: 3)
    var tried = 0
    for number in 0..<30 {
      let score = number % 2 == 0 ? scores.lines() : number % 4 == 1 ? scores.anySong() : scores.anyScore()
      guard let (song, report) = try? representation.encode(score) else { continue }
      tried += 1
      let decoded = representation.decode(song)
      #expect(try decoded == representation.quantised(score))
      let (again, second) = try representation.encode(decoded)
      #expect(again == song)
      #expect(second.moved + second.outside + second.doubled + second.merged + second.cut + second.crowded == 0)
      #expect(second.drums + second.programs + second.recast + second.separated == 0)
      #expect(second.distance == 0)
      #expect(report.notes == score.noteCount)
      let kept =
        report.notes - report.drums - report.programs - report.outside - report.merged - report.crowded - report.doubled
      // A doubled note that begins later than the one it doubles stays a note of its own where starts are told.
      #expect((kept...kept + report.doubled).contains(decoded.noteCount))
    }
    #expect(tried >= (settings.name == .voices && settings.lines == 1 ? 3 : 12))
  }

  @Test("a transposed song is the encoding of the transposed score", arguments: settings)
  func transposition(_ settings: RepresentationSettings) throws {
    let representation = try Representation(settings)
    var scores = RandomScores(seed: 4)
    var moved = 0
    for number in 0..<16 {
      guard let (song, _) = try? representation.encode(number % 4 == 0 ? scores.anySong() : scores.lines()) else {
        continue
      }
      let decoded = representation.decode(song)
      let all = representation.transpositions(of: song)
      for semitones in Set([all.lowerBound, -1, 0, 2, all.upperBound]) where all.contains(semitones) {
        var transposed = decoded
        for track in transposed.tracks.indices {
          for note in transposed.tracks[track].notes.indices where !transposed.tracks[track].notes[note].isDrum {
            let pitch = Int(transposed.tracks[track].notes[note].pitch) + semitones
            transposed.tracks[track].notes[note].pitch = UInt8(pitch)
          }
        }
        #expect(try representation.transposed(song, by: semitones) == representation.encode(transposed).0)
        moved += 1
      }
      #expect(representation.transposed(song, by: all.upperBound + 1) == nil)
      #expect(representation.transposed(song, by: all.lowerBound - 1) == nil)
    }
    #expect(moved >= (settings.name == .voices && settings.lines == 1 ? 4 : 10))
  }

  @Test("any numbers decode to a score that encodes again", arguments: settings.filter { !$0.isMixed })
  func anyNumbers(_ settings: RepresentationSettings) throws {
    let representation = try Representation(settings)
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<20 {
      let count = Int32(representation.vocabulary.count)
      let tokens = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
        Bool.random(using: &generator) ? 1 : Int32.random(in: -2...count + 1, using: &generator)
      }
      let rows = (0..<Int.random(in: 0...300, using: &generator)).map { _ in UInt8.random(in: 0...1, using: &generator)
      }
      let decoded = representation.decode(
        EncodedSong(
          frames: .random(in: -1...20, using: &generator), tokens: settings.name == .roll ? [] : tokens,
          rows: settings.name == .roll ? rows : []))
      let (song, report) = try representation.encode(decoded)
      #expect(report.notes == decoded.noteCount)
      #expect(song.frames * representation.ticksPerFrame == decoded.length)
      #expect(decoded.tracks.flatMap(\.notes).allSatisfy { $0.start < $0.end && $0.end <= decoded.length })
    }
  }

  @Test("frames of tokens, put together, are the song", arguments: settings.filter { $0.name != .roll })
  func frames(_ settings: RepresentationSettings) throws {
    let representation = try Representation(settings)
    var scores = RandomScores(seed: 6)
    for _ in 0..<10 {
      guard let (song, _) = try? representation.encode(scores.lines()) else { continue }
      let frames = representation.frameTokens(of: song)
      #expect(frames.count == song.frames + 1)
      #expect(Array(frames.joined()) == song.tokens)
      #expect(frames.last == [representation.endToken])
      if settings.name == .voices { #expect(frames.dropLast().allSatisfy { $0.count == settings.lines }) }
    }
  }
}
