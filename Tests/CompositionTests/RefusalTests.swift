import MIDI
import Representation
import TestSupport
import Testing

@testable import Composition

@Suite("What cannot be had")
struct RefusalTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var representation = RepresentationSettings.Name.voices
    var fields: [String]
    var isPrimed = false
    var pitches: [Int]?
    var set: @Sendable (inout GenerationSettings) -> Void
    var testDescription: String { name }
  }

  private static let key = SongConstraints.Key(name: "C major", pitchClasses: OrderFixture.major)

  static let cases: [Case] = [
    Case(name: "a key and a range without a common pitch", fields: ["key", "range"]) {
      $0.constraints.key = key
      $0.constraints.range = 61...61
    },
    Case(name: "the same, of events", representation: .events, fields: ["key", "range", "programs"]) {
      $0.constraints.key = key
      $0.constraints.range = 61...61
      $0.constraints.programs = [0]
    },
    Case(name: "a line's range", fields: ["key", "range"]) {
      $0.constraints.key = key
      $0.constraints.ranges = ["bass": 61...61]
    },
    Case(name: "a range outside of the weights' pitches", representation: .steps, fields: ["range"]) {
      $0.constraints.range = 10...20
    },
    Case(name: "a voice that is none", representation: .steps, fields: ["range"]) {
      $0.constraints.ranges = ["soprano": 60...70]
    },
    Case(name: "a chord outside of the key", representation: .roll, fields: ["key", "chords"]) {
      $0.constraints.key = key
      $0.constraints.chords = [[.init(symbol: "F#5", pitchClasses: 0b0100_0010)]]
    },
    Case(name: "a metre that is no whole number of frames", representation: .steps, fields: ["metre"]) {
      $0.constraints.metre = .init(5, 32)
    },
    Case(name: "a metre that has no token", representation: .events, fields: ["metre"]) {
      $0.constraints.metre = .init(13, 4)
    },
    Case(name: "a program that the weights do not know", representation: .steps, fields: ["programs"]) {
      $0.constraints.programs = [128]
    },
    Case(name: "fewer notes than a song must have", fields: ["density", "length"]) {
      $0.constraints.mostDensity = 0.01
      $0.constraints.lengthRule = .exact
    },
    Case(name: "more notes than there is room for", fields: ["density", "polyphony"]) {
      $0.constraints.leastDensity = 9
      $0.constraints.polyphony = 2
    },
    Case(name: "a song to be continued that is as long as the whole", fields: ["prime", "length"], isPrimed: true) {
      $0.length = .frames(8)
    },
    Case(
      name: "another metre than that of the song", representation: .events, fields: ["prime", "metre"], isPrimed: true
    ) {
      $0.constraints.metre = .init(3, 4)
    },
    Case(name: "a song to be continued and a melody", fields: ["prime", "melody"], isPrimed: true, pitches: [60]) {
      $0.constraints.lengthRule = .exact
    },
    Case(name: "a melody outside of the lines' pitches", fields: ["melody"], pitches: [60, 90]) { _ in },
    Case(name: "a melody without notes", fields: ["melody"], pitches: []) { _ in },
    Case(name: "a melody outside of the key", fields: ["key", "melody"], pitches: [60, 61]) {
      $0.constraints.key = key
    },
    Case(name: "a melody outside of the range", fields: ["range", "melody"], pitches: [60, 72]) {
      $0.constraints.range = 50...65
    },
    Case(name: "a melody longer than the song", fields: ["melody", "length"], pitches: [60, 61, 62, 63, 64]) {
      $0.length = .bars(1)
      $0.constraints.lengthRule = .exact
    },
    Case(
      name: "a melody with more notes than density allows", fields: ["density", "melody"], pitches: [60, 61, 62, 63]
    ) {
      $0.constraints.mostDensity = 0.5
    },
  ]

  @Test("each names the fields that take part", arguments: cases)
  func refusals(_ test: Case) throws {
    var settings = GenerationSettings(length: .bars(2))
    test.set(&settings)
    let plan = Fixtures.plan(test.representation, reads: test.representation == .events ? .tokens : .frames)
    let prime = test.isPrimed ? ScoreBuilder.chorale(seed: 1, quarters: 2) : nil
    let melody = test.pitches.map(Self.melody)
    let error = #expect(throws: CompositionError.self) {
      try checkOrder(prime: prime, melody: melody, plan, settings)
    }
    #expect(error?.kind == .spec)
    let named = error?.message.split(separator: ":").first?.split(separator: ", ").map(String.init) ?? []
    #expect(Set(named) == Set(test.fields), "\(error?.message ?? "")")
  }

  private static func melody(_ pitches: [Int]) -> Score {
    let notes = pitches.enumerated().map {
      Score.Note(start: $0.offset * 480, end: ($0.offset + 1) * 480, pitch: UInt8($0.element))
    }
    return Score(tracks: [Score.Track(notes: notes)], length: pitches.count * 480)
  }

  @Test("two notes at once are no melody; polyphony below a melody's own is refused")
  func polyphonicMelody() throws {
    let plan = Fixtures.plan(.voices, reads: .frames)
    var score = Self.melody([60, 62])
    score.tracks[0].notes[1].start = 0
    var error = #expect(throws: CompositionError.self) {
      try checkOrder(prime: nil, melody: score, plan, GenerationSettings())
    }
    #expect(error?.message.hasPrefix("melody: ") == true)
    // Notes that overlap sound together for a while.
    score.tracks[0].notes[1].start = 240
    try checkOrder(prime: nil, melody: score, plan, GenerationSettings())
    var settings = GenerationSettings()
    settings.constraints.polyphony = 1
    error = #expect(throws: CompositionError.self) {
      try checkOrder(prime: nil, melody: score, plan, settings)
    }
    #expect(error?.message.hasPrefix("polyphony, melody: ") == true)
  }

  @Test("more notes at once than are counted are no melody")
  func crowdedMelody() throws {
    let plan = Fixtures.plan(.voices, reads: .frames)
    func melody(_ count: Int) -> Score {
      let notes = (0..<count).map { Score.Note(start: $0, end: 2000, pitch: 60) }
      return Score(tracks: [Score.Track(notes: notes)], length: 2000)
    }
    try checkOrder(prime: nil, melody: melody(255), plan, GenerationSettings())
    let error = #expect(throws: CompositionError.self) {
      try checkOrder(prime: nil, melody: melody(256), plan, GenerationSettings())
    }
    #expect(error?.kind == .spec)
    #expect(error?.message == "melody: more than 255 of its notes sound at once, at tick 255; one voice is needed")
  }

  @Test("a single line has none to harmonise with")
  func singleLine() throws {
    var plan = Fixtures.plan(.voices, reads: .frames)
    plan.representation.lines = 1
    #expect(throws: CompositionError.self) {
      try checkOrder(prime: nil, melody: Self.melody([60]), plan, GenerationSettings())
    }
  }
}
