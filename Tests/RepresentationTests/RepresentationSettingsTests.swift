import Foundation
import Representation
import Testing

@Suite("Settings of a representation")
struct RepresentationSettingsTests {
  private func json(_ settings: RepresentationSettings) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(settings), as: UTF8.self)
  }

  @Test("JSON holds what the representation uses, in the order of keys")
  func written() throws {
    #expect(try json(.init(.roll)) == #"{"block":4,"name":"roll","pitches":[21,108],"resolution":4}"#)
    #expect(try json(.init(.steps)) == #"{"holds":true,"name":"steps","pitches":[21,108],"resolution":4}"#)
    #expect(
      try json(.init(.voices)) == #"{"lines":4,"name":"voices","pitches":[21,108],"repeats":true,"resolution":4}"#)
    #expect(try json(.init(.events)) == #"{"name":"events","resolution":4,"time":"metrical"}"#)
    var clock = RepresentationSettings(.events)
    clock.time = .clock
    #expect(try json(clock) == #"{"name":"events","time":"clock"}"#)
    var steps = RepresentationSettings(.steps)
    steps.isMixed = true
    steps.programs = .listed([0, 40])
    steps.drums = true
    steps.pedal = true
    #expect(
      try json(steps)
        == #"{"drums":true,"holds":true,"name":"steps","pedal":true,"pitches":[21,108],"programs":[0,40],"resolution":"mixed"}"#
    )
  }

  @Test("what is missing has its default")
  func read() throws {
    let read = { try JSONDecoder().decode(RepresentationSettings.self, from: Data(($0 as String).utf8)) }
    #expect(try read(#"{"name":"voices"}"#) == RepresentationSettings(.voices))
    var settings = RepresentationSettings(.steps)
    settings.resolution = 12
    settings.pitches = 36...84
    settings.holds = false
    #expect(try read(try json(settings)) == settings)
    settings.isMixed = true
    settings.resolution = 4
    settings.programs = .families
    settings.drums = true
    #expect(try read(try json(settings)) == settings)
    for bad in [
      #"{"name":"steps","resolution":"some"}"#, #"{"name":"steps","programs":"each"}"#,
      #"{"name":"steps","programs":7}"#,
    ] {
      #expect(throws: (any Error).self) { try read(bad) }
    }
    for bad in [#"{}"#, #"{"name":"x"}"#, #"{"name":"roll","pitches":[5]}"#, #"{"name":"roll","pitches":[9,5]}"#] {
      #expect(throws: (any Error).self) { try read(bad) }
    }
  }

  @Test("settings out of range are refused by key and bound")
  func refused() {
    var cases: [(RepresentationSettings, String)] = []
    var settings = RepresentationSettings(.voices)
    settings.lines = 9
    cases.append((settings, "representation.lines: 9 is out of range; expected 1 to 8"))
    settings.lines = 4
    settings.resolution = 0
    cases.append((settings, "representation.resolution: 0 is out of range; expected 1 to 480"))
    settings.resolution = 4
    settings.pitches = 0...128
    cases.append((settings, "representation.pitches: 128 is out of range; expected 0 to 127"))
    for (settings, message) in cases {
      let error = #expect(throws: RepresentationError.self) { try Representation(settings) }
      #expect(error?.description == message)
    }
  }
}
