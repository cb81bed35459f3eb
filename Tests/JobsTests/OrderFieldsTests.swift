import Foundation
import StrictYAML
import Testing

@testable import Jobs

@Suite("What a song is to be")
struct OrderFieldsTests {
  private func fields(_ options: [String: [String]], _ file: String? = nil) throws -> GenerateFields {
    let (fields, diagnostics) = SettingsFile.parseGenerate(bytes: file.map { Array($0.utf8) }, options: options)
    #expect(diagnostics.map(\.rendered) == [])
    return try #require(fields)
  }

  @Test("options and files say the same")
  func options() throws {
    let written = """
      key: F#
      scale: dorian
      range: {soprano: [60, 79], bass: [40, 60]}
      polyphony: 3
      metre: 3/4
      tempo: 90.5
      density: 2 to 6
      chords: "F#m | B7 A/C#"
      programs: [0, drums]
      melody: m.mid
      length: 8 bars
      """
    let given = [
      "key": ["F#"], "scale": ["dorian"], "range": ["{soprano: [60, 79], bass: [40, 60]}"], "polyphony": ["3"],
      "metre": ["3/4"], "tempo": ["90.5"], "density": ["2 to 6"], "chords": ["F#m | B7 A/C#"], "programs": ["0,drums"],
      "melody": ["m.mid"], "length": ["8 bars"],
    ]
    #expect(try fields(given) == fields([:], written))
  }

  @Test("what is written comes back from JSON, beside the other fields")
  func coding() throws {
    let written = try fields(
      ["key": ["Bb"], "range": ["40,80"], "density": ["at most 4"], "chords": ["C | %"], "length": ["at most 9 bars"]])
    let data = try JSONEncoder().encode(written)
    #expect(try JSONDecoder().decode(GenerateFields.self, from: data) == written)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    #expect(object["key"] as? String == "Bb")
    #expect(object["range"] as? [Int] == [40, 80])
    #expect(object["chords"] as? String == "C | C")
    #expect(object["exact_length"] as? Bool == false)
    let settings = written.resolved()
    #expect(try JSONDecoder().decode(GenerateSettings.self, from: JSONEncoder().encode(settings)) == settings)
  }

  @Test("an order of before says no more than it did, and its length is the most")
  func older() throws {
    let fields = try JSONDecoder().decode(GenerateFields.self, from: Data(#"{"length":"2 bars","songs":3}"#.utf8))
    #expect(fields.length == .bars(2))
    #expect(fields.order == OrderFields())
  }

  @Test("a length goes with whether it is exact")
  func lengths() throws {
    var defaults = GenerateFields()
    defaults.length = .bars(24)
    #expect(try fields(["key": ["C"]]).resolved(over: defaults).order.isLengthExact == nil)
    let exact = try fields(["length": ["8 bars"]]).resolved(over: defaults)
    #expect(exact.length == .bars(8) && exact.order.isLengthExact == true)
    let most = try fields(["length": ["at most 8 bars"]], "length: 9 bars").resolved(over: defaults)
    #expect(most.length == .bars(8) && most.order.isLengthExact == false)
  }

  @Test("a tonic has its pitch class", arguments: [("C", 0), ("F#", 6), ("Bb", 10), ("Cb", 11), ("E#", 5), ("B#", 0)])
  func tonics(_ name: String, _ pitchClass: Int) throws {
    #expect(try #require(Tonic(name)).pitchClass == pitchClass)
  }

  @Test("what is no tonic is refused", arguments: ["", "H", "c", "C##", "Cm", "C b", "#"])
  func noTonics(_ text: String) { #expect(Tonic(text) == nil) }

  @Test("a scale begins on its tonic")
  func scales() throws {
    let d = try #require(Tonic("D"))
    #expect(ScaleName.dorian.pitchClasses(on: d) == 0b1010_1011_0101)
    #expect(ScaleName.chromatic.pitchClasses(on: d) == 0xFFF)
    for scale in ScaleName.allCases { #expect(scale.pitchClasses(on: d) >> 2 & 1 == 1) }
  }

  @Test(
    "a chord has its pitch classes",
    arguments: [
      ("C", [0, 4, 7]), ("Am", [0, 4, 9]), ("F#m7b5", [0, 4, 6, 9]), ("Bbmaj7", [2, 5, 9, 10]),
      ("G7/F", [2, 5, 7, 11]),
      ("Dsus4", [2, 7, 9]), ("C/Bb", [0, 4, 7, 10]),
    ])
  func chords(_ symbol: String, _ classes: [Int]) throws {
    let chord = try #require(ChordProgression(symbol)?.bars.first?.first)
    #expect((0..<12).filter { chord.pitchClasses >> UInt16($0) & 1 == 1 } == classes)
  }

  @Test("bars of chords stand between bar lines")
  func bars() throws {
    let progression = try #require(ChordProgression("| C | Am F | % |"))
    #expect(progression.bars.map { $0.map(\.symbol) } == [["C"], ["Am", "F"], ["Am", "F"]])
  }

  @Test("what is no progression is refused", arguments: ["", "|", "%", "C || F", "C | x", "C/H", "Cm8", "C/G/E"])
  func noChords(_ text: String) { #expect(ChordProgression(text) == nil) }

  @Test("what is no metre and no density is refused", arguments: ["3/0", "0/4", "65/4", "3", "3/3", "03/4", "a/4"])
  func noMetres(_ text: String) {
    #expect(MetreText(text) == nil)
    for text in ["0", "at least", "-1", "2 to 1", "4 to", "1e9", "nan"] { #expect(NoteDensity(text) == nil) }
  }
}
