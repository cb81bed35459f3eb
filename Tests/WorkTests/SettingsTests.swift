import Composition
import Foundation
import Jobs
import Network
import Representation
import Testing

@testable import Work

@Suite("From the words of jobs.yaml to the modules' own")
struct SettingsTests {
  private func settings(_ text: String) throws -> TrainSettings {
    try #require(SettingsFile.parseTrain(bytes: Array(text.utf8), path: "s.yaml").0)
  }

  @Test("the preset original is the network of the blog post")
  func original() throws {
    let settings = try settings("preset: original")
    let reading = try settings.networkPlan.reading()
    #expect(reading.architecture.reading == .vectors(width: 352))
    #expect(reading.architecture.embedding == 1024)
    #expect(reading.architecture.hidden == 1024)
    #expect(reading.architecture.layers == 1)
    #expect(reading.architecture.writing == .values(width: 352, loss: .mse))
    #expect(settings.trainingSettings.optimizer.name == .rmsprop)
    #expect(settings.trainingSettings.iterations == 2000)
  }

  @Test("the preset chorale keeps its network with another representation")
  func chorale() throws {
    let settings = try settings("preset: chorale\nrepresentation: {name: steps, holds: false}")
    let reading = try settings.networkPlan.reading()
    // 88 pitches, first, position (16 and 12), pitch classes, shift.
    #expect(reading.architecture.reading == .vectors(width: 88 + 1 + 28 + 12 + 12))
    guard case .written(let head) = reading.architecture.writing else {
      Issue.record("no head")
      return
    }
    #expect(head.classes == 90)
    #expect(head.head == 256)
  }

  @Test("residual connections, norms and batches an iteration reach the network and the trainer")
  func handingUp() throws {
    let plain = try settings("preset: chorale")
    #expect(try !plain.networkPlan.reading().architecture.residual)
    #expect(try !plain.networkPlan.reading().architecture.layerNorm && plain.trainingSettings.accumulate == 1)
    for name in ["roll", "steps", "voices", "events"] {
      let set = try settings(
        "representation: \(name)\naccumulate: 4\nnetwork: {layers: 2, residual: true, layer_norm: true}")
      let architecture = try set.networkPlan.reading().architecture
      #expect(architecture.residual && architecture.layerNorm && set.trainingSettings.accumulate == 4)
    }
    let frames = try settings(
      "representation: roll\nnetwork: {reads: frames, layers: 2, residual: true, layer_norm: true}")
    #expect(try frames.networkPlan.reading().architecture.layerNorm)
  }

  @Test("a chorale's inputs have the width that the design gives")
  func voices() throws {
    let reading = try settings("preset: chorale").networkPlan.reading()
    // Four lines of 88 pitches or silence, seven lengths each, first, position, pitch classes, shift.
    #expect(reading.architecture.reading == .vectors(width: 4 * 89 + 4 * 7 + 1 + 28 + 12 + 12))
  }

  @Test("sets of programs, drums, the mixed grid and the pedal reach the representation")
  func representationOptions() throws {
    let settings = try settings(
      "representation: {name: steps, resolution: mixed, programs: [40, 0], drums: true, pedal: true}")
    var expected = RepresentationSettings(.steps)
    expected.isMixed = true
    expected.programs = .listed([0, 40])
    expected.drums = true
    expected.pedal = true
    #expect(settings.networkPlan.representation == expected)
    let encoded = try JSONEncoder().encode(settings)
    #expect(try JSONDecoder().decode(TrainSettings.self, from: encoded) == settings)
    #expect(settings.networkPlan.representation.framesAQuarter == 12)
    let families = try self.settings("representation: {name: roll, programs: families}")
    #expect(families.networkPlan.representation.programs == .families)
  }

  @Test("variations of tempo and velocity reach the training, and are none unless asked for")
  func variations() throws {
    let varied = try settings("representation: events\nvary_tempo: 0.1\nvary_velocity: 10").trainingSettings
    #expect(varied.varyTempo == 0.1 && varied.varyVelocity == 10)
    let plain = try settings("representation: events\nvary_tempo: none").trainingSettings
    #expect(plain.varyTempo == nil && plain.varyVelocity == nil)
    // What older weights were trained with keeps its bytes.
    #expect(String(decoding: try JSONEncoder().encode(plain), as: UTF8.self).contains("vary") == false)
  }

  @Test("defaults of generation travel with weights and back")
  func defaults() throws {
    let settings = try settings("preset: chorale\nnetwork: {inputs: [bars-left]}")
    let back = GenerateFields(settings.generate.defaults).resolved()
    #expect(back.songs == 4)
    #expect(back.pitchTopP == 0.97)
    #expect(back.length == settings.generate.length && back.order.isLengthExact == true)
    #expect(back.guidance == 0.4 && back.pitchGuidance == 0.1)
  }

  @Test("who asks for another length, or another guidance, asks for nothing else of the weights' defaults")
  func overlaidDefaults() throws {
    let (fields, faults) = SettingsFile.parseGenerate(options: ["length": ["at most 8 bars"], "guidance": ["0"]])
    #expect(faults.isEmpty)
    let settings = try #require(fields).resolved(
      over: GenerateFields(try settings("preset: chorale\nnetwork: {inputs: [bars-left]}").generate.defaults))
    #expect(settings.order.isLengthExact == false && settings.pitchTopP == 0.97)
    #expect(settings.generationSettings.guidance == 0 && settings.generationSettings.pitchGuidance == 0)
  }

  @Test("a melody's length goes before the weights' own, and gives way to one that is written")
  func melodysLength() throws {
    let defaults = GenerateFields(try settings("preset: chorale\nnetwork: {inputs: [bars-left]}").generate.defaults)
    func rule(_ options: [String: [String]]) throws -> Bool? {
      try #require(SettingsFile.parseGenerate(options: options).0).resolved(over: defaults).order.isLengthExact
    }
    #expect(try rule([:]) == true)
    #expect(try rule(["melody": ["m.mid"]]) == nil)
    #expect(try rule(["melody": ["m.mid"], "length": ["8 bars"]]) == true)
  }

  @Test("a guide reaches the training, and leaves no trace where there is none")
  func guide() throws {
    #expect(try settings("guide: 20").trainingSettings.guide == 20)
    let plain = try settings("preset: chorale\nguide: none").trainingSettings
    #expect(String(decoding: try JSONEncoder().encode(plain), as: UTF8.self).contains("guide") == false)
  }

  @Test("defaults out of range, as hostile weights may have them, count as not told")
  func hostileDefaults() {
    let hostile = GenerationDefaults(
      songs: 1_000_000_000_000, length: "x", temperature: -1, topP: 7, topK: -3, pitchTemperature: 0, pitchTopP: -1,
      guidance: -1, pitchGuidance: .infinity)
    #expect(GenerateFields(hostile).resolved() == GenerateFields().resolved())
  }
}
