import MIDI
import Representation
import Testing

@Suite("Steps")
struct StepsTests {
  private func texts(_ song: EncodedSong, _ representation: Representation) -> [String] {
    song.tokens.map { representation.vocabulary[Int($0)] }
  }

  @Test("a frame is written from its highest pitch down, then frame; a song ends with end")
  func order() throws {
    let representation = try Representation(RepresentationSettings(.steps))
    let (song, report) = try representation.encode(
      score([[(0, 240, 60), (120, 240, 64)], [(0, 120, 67)]], length: 360))
    #expect(
      texts(song, representation) == [
        "start 67", "start 60", "frame", "start 64", "hold 60", "frame", "frame", "end",
      ])
    #expect(song.frames == 3)
    #expect(report.notes == 3)
  }

  @Test("without holds a pitch that sounds is written by itself")
  func withoutHolds() throws {
    var settings = RepresentationSettings(.steps)
    settings.holds = false
    let representation = try Representation(settings)
    let (song, report) = try representation.encode(score([[(0, 240, 60), (240, 360, 60)], [(0, 120, 67)]]))
    #expect(texts(song, representation) == ["67", "60", "frame", "60", "frame", "60", "frame", "end"])
    #expect(report.merged == 1)
  }

  @Test("the vocabulary has every pitch, start before hold, ascending")
  func vocabulary() throws {
    var settings = RepresentationSettings(.steps)
    settings.pitches = 60...61
    #expect(
      try Representation(settings).vocabulary == ["end", "frame", "start 60", "hold 60", "start 61", "hold 61"])
    settings.holds = false
    #expect(try Representation(settings).vocabulary == ["end", "frame", "60", "61"])
    #expect(try Representation(RepresentationSettings(.steps)).vocabulary.count == 178)
  }

  @Test("a note that begins while its pitch sounds begins anew, and sounds as long as either; it is counted")
  func cut() throws {
    let representation = try Representation(RepresentationSettings(.steps))
    let (song, report) = try representation.encode(score([[(0, 480, 60)], [(120, 240, 60)], [(120, 360, 60)]]))
    #expect(
      texts(song, representation) == [
        "start 60", "frame", "start 60", "frame", "hold 60", "frame", "hold 60", "frame", "end",
      ])
    #expect(report.doubled == 2)
  }

  @Test("a song of more tokens than fit is refused before they are written")
  func tooFull() throws {
    let representation = try Representation(RepresentationSettings(.steps))
    let music = score([(21...108).map { (0, (1 << 20) * 120, $0) }])
    #expect(throws: Representation.EncodingError.tooFull(limit: 1 << 24)) { try representation.encode(music) }
  }

  @Test("a repeated note is kept")
  func repeated() throws {
    let representation = try Representation(RepresentationSettings(.steps))
    let (song, report) = try representation.encode(score([[(0, 120, 60), (120, 240, 60)]]))
    #expect(representation.decode(song).tracks[0].notes.map(\.start) == [0, 120])
    #expect(report.merged + report.doubled == 0)
  }

  @Test("every token's kind and text agree", arguments: [true, false])
  func kinds(holds: Bool) throws {
    var settings = RepresentationSettings(.steps)
    settings.holds = holds
    let representation = try Representation(settings)
    for (number, text) in representation.vocabulary.enumerated() {
      switch representation.kind(of: Int32(number)) {
      case .end: #expect(text == "end")
      case .frame: #expect(text == "frame")
      case .start(let pitch):
        #expect(text == (holds ? "start \(pitch)" : "\(pitch)"))
        #expect(representation.startToken(pitch) == Int32(number))
      case .holdPitch(let pitch):
        #expect(text == "hold \(pitch)")
        #expect(representation.holdToken(pitch) == Int32(number))
      case .hold, .rest: Issue.record("steps have no such token")
      }
    }
    #expect(representation.kind(of: 0) == .end)
    #expect(representation.kind(of: representation.frameToken) == .frame)
  }
}
