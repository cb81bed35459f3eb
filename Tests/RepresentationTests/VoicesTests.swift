import MIDI
import Representation
import TestSupport
import Testing

@Suite("Voices")
struct VoicesTests {
  private func representation(lines: Int = 2, repeats: Bool = true) throws -> Representation {
    var settings = RepresentationSettings(.voices)
    settings.lines = lines
    settings.repeats = repeats
    return try Representation(settings)
  }

  private func texts(_ song: EncodedSong, _ representation: Representation) -> [String] {
    song.tokens.map { representation.vocabulary[Int($0)] }
  }

  @Test("a frame is a token a line, the line with the highest mean first, missing lines rest")
  func order() throws {
    let representation = try representation(lines: 3)
    let (song, _) = try representation.encode(
      score([[(0, 240, 50)], [(0, 120, 60), (120, 240, 72)]], length: 360))
    #expect(
      texts(song, representation) == [
        "start 60", "start 50", "rest", "start 72", "hold", "rest", "rest", "rest", "rest", "end",
      ])
    #expect(song.frames == 3)
  }

  @Test("lines of the same mean keep the order of their tracks")
  func ties() throws {
    let representation = try representation()
    let (song, _) = try representation.encode(score([[(0, 120, 60), (120, 240, 64)], [(0, 120, 62)]]))
    #expect(texts(song, representation) == ["start 60", "start 62", "start 64", "rest", "end"])
  }

  @Test("the channels of an only track are its lines")
  func channels() throws {
    let representation = try representation()
    let notes = [(0, 240, 3, 50), (0, 120, 1, 48), (120, 240, 1, 60)].map {
      Score.Note(start: $0.0, end: $0.1, channel: UInt8($0.2), pitch: UInt8($0.3))
    }
    let (song, _) = try representation.encode(Score(tracks: [Score.Track(notes: notes), Score.Track()], length: 240))
    #expect(texts(song, representation) == ["start 48", "start 50", "start 60", "hold", "end"])
  }

  @Test("without repeats a start on the pitch that sounds is a hold")
  func repeats() throws {
    let music = score([[(0, 120, 60), (120, 240, 60)]])
    let kept = try representation(lines: 1)
    #expect(texts(try kept.encode(music).0, kept) == ["start 60", "start 60", "end"])
    let joined = try representation(lines: 1, repeats: false)
    let (song, report) = try joined.encode(music)
    #expect(texts(song, joined) == ["start 60", "hold", "end"])
    #expect(report.merged == 1)
  }

  @Test("a note that reaches less than a frame into the next one of its line is cut")
  func cut() throws {
    let representation = try representation(lines: 1)
    let (song, report) = try representation.encode(score([[(0, 200, 60), (120, 240, 62)]]))
    #expect(texts(song, representation) == ["start 60", "start 62", "end"])
    #expect(report.cut == 1)
  }

  @Test("a note that reaches a frame into the next one is not in its line")
  func overlap() throws {
    let music = score([[(0, 240, 60), (120, 240, 62)]])
    let one = try representation(lines: 1)
    #expect(throws: Representation.EncodingError.notInLines(lines: 1, frame: 1)) { try one.encode(music) }
    let two = try representation()
    #expect(texts(try two.encode(music).0, two) == ["rest", "start 60", "start 62", "hold", "end"])
  }

  @Test("a grace note that has no frame of its own is left out")
  func grace() throws {
    let representation = try representation(lines: 1)
    let (song, report) = try representation.encode(score([[(0, 20, 62), (20, 240, 60)]]))
    #expect(texts(song, representation) == ["start 60", "hold", "end"])
    #expect(report.crowded == 1)
  }

  @Test("music that is not written in lines is shared out by register")
  func separation() throws {
    let representation = try representation()
    let (song, report) = try representation.encode(
      score([[(0, 120, 60), (0, 120, 72), (120, 360, 74), (240, 360, 62), (360, 480, 59)]]))
    #expect(
      texts(song, representation) == [
        "start 72", "start 60", "start 74", "rest", "hold", "start 62", "rest", "start 59", "end",
      ])
    #expect(report.notes == 5)
    #expect(report.separated == 1)
    #expect(try representation.encode(representation.decode(song)).1.separated == 0)
  }

  @Test("two lines may meet on a pitch, of whatever lengths")
  func unison() throws {
    let representation = try representation()
    let (song, report) = try representation.encode(
      score([[(0, 120, 72), (0, 120, 60), (120, 240, 65), (120, 360, 65), (240, 360, 72)]]))
    #expect(
      texts(song, representation) == ["start 72", "start 60", "start 65", "start 65", "start 72", "hold", "end"])
    #expect(report.doubled == 0)
  }

  @Test("lines that meet part again to where they came from, whichever of them ends first")
  func parting() throws {
    let representation = try representation()
    for (third, upper) in [(57, false), (74, true)] {
      // Both sing 65; one goes on, the other stays.
      let (song, _) = try representation.encode(
        score([[(0, 120, 72), (0, 120, 60), (120, 240, 65), (120, 480, 65), (240, 480, third)]]))
      let lines = representation.decode(song).tracks.map { $0.notes.map { Int($0.pitch) } }
      #expect(lines == (upper ? [[72, 65, 74], [60, 65]] : [[72, 65], [60, 65, 57]]))
    }
  }

  @Test("notes that double each other are one where there is no room for both")
  func doubled() throws {
    let representation = try representation()
    let (song, report) = try representation.encode(score([[(0, 120, 72), (0, 120, 60), (0, 120, 60)]]))
    #expect(texts(song, representation) == ["start 72", "start 60", "end"])
    #expect(report.doubled == 1)
    #expect(report.separated == 1)
  }

  @Test("lines merged into one track come back, each note in its own", arguments: 0..<20)
  func merged(_ seed: UInt64) throws {
    let representation = try representation(lines: 4)
    let music = ScoreBuilder.chorale(seed: seed, quarters: 32)
    var merged = music
    merged.tracks = [
      Score.Track(
        notes: music.tracks.flatMap(\.notes).map {
          Score.Note(start: $0.start, end: $0.end, pitch: $0.pitch, velocity: $0.velocity)
        })
    ]
    #expect(try representation.encode(merged).0 == representation.encode(music).0)
  }

  @Test("a grace note that makes a frame too full is left out before the file is")
  func crowdedSeparation() throws {
    let representation = try representation()
    let (song, report) = try representation.encode(score([[(0, 240, 72), (0, 20, 62), (20, 240, 60)]]))
    #expect(texts(song, representation) == ["start 72", "start 60", "hold", "hold", "end"])
    #expect(report.crowded == 1)
  }

  @Test("more notes at once than there are lines are refused, with the frame")
  func tooMany() throws {
    let representation = try representation()
    let error = #expect(throws: Representation.EncodingError.self) {
      try representation.encode(score([[(120, 240, 60), (120, 240, 62), (120, 240, 64)]]))
    }
    #expect(error == .notInLines(lines: 2, frame: 1))
    #expect(error?.description == "not written in lines: more than 2 notes sound at once at frame 1")
  }

  @Test("a line is decoded to a track of its own, with a name, a channel and a program")
  func tracks() throws {
    let representation = try representation(lines: 4)
    let decoded = representation.decode(EncodedSong(frames: 0, tokens: [0]))
    #expect(
      decoded.tracks.map { $0.name.map { String(decoding: $0, as: UTF8.self) } } == [
        "Soprano", "Alto", "Tenor", "Bass",
      ])
    #expect(decoded.tracks.flatMap(\.programs).map(\.program) == [52, 52, 52, 52])
    #expect(decoded.tracks.flatMap(\.programs).map(\.channel) == [0, 1, 2, 3])
  }

  @Test("every token's kind and text agree")
  func kinds() throws {
    let representation = try representation()
    #expect(representation.vocabulary.count == 91)
    for (number, text) in representation.vocabulary.enumerated() {
      switch representation.kind(of: Int32(number)) {
      case .end: #expect(text == "end")
      case .hold: #expect(text == "hold")
      case .rest: #expect(text == "rest")
      case .start(let pitch):
        #expect(text == "start \(pitch)")
        #expect(representation.startToken(pitch) == Int32(number))
      case .frame, .holdPitch: Issue.record("voices have no such token")
      }
    }
  }
}
