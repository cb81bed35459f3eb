import Composition
import Jobs
import Network
import Representation
import Testing

@testable import Work

@Suite("What is chosen where settings leave it open")
struct TrainingChoiceTests {
  private func parsed(_ text: String) throws -> TrainSettings {
    let (settings, diagnostics) = SettingsFile.parseTrain(bytes: Array(text.utf8), path: "t.yaml")
    #expect(diagnostics.isEmpty)
    return try #require(settings)
  }

  /// Songs of so many notes on a beat, with at most so many at once.
  private static func facts(songs: Int = 100, notes: Int = 20_000, voices: Int = 4) -> CorpusFacts {
    var facts = CorpusFacts()
    (facts.songs, facts.notes, facts.onSixteenths, facts.quarters) = (songs, notes, notes, notes / 4)
    facts.songsByVoices = [Int](repeating: 0, count: voices) + [songs]
    return facts
  }

  private func choice(_ facts: CorpusFacts, _ text: String = "{}", from start: NetworkPlan? = nil) throws
    -> TrainingChoice
  {
    try #require(try parsed(text).choosing(for: facts, from: start))
  }

  @Test(
    "settings that say what is trained leave nothing open",
    arguments: [
      "preset: chorale", "representation: steps", "network: {hidden: 8}", "loss: cross-entropy",
    ])
  func closed(text: String) throws {
    let settings = try parsed(text)
    #expect(settings.open.isEmpty)
    #expect(settings.choosing(for: Self.facts(), from: nil) == nil)
  }

  @Test("one voice and four are read as lines, more as steps")
  func voices() throws {
    for voices in [1, 4] {
      let settings = try choice(Self.facts(voices: voices)).settings
      #expect(settings.representation.name == .voices)
      #expect(settings.representation.lines == voices)
      #expect(!settings.representation.repeats)
    }
    #expect(try choice(Self.facts(voices: 5)).settings.representation.name == .steps)
    var repeating = Self.facts()
    repeating.repeats = 3
    #expect(try choice(repeating).settings.representation.repeats)
  }

  @Test("drums alone and among other notes are written")
  func drums() throws {
    var facts = Self.facts()
    facts.drumNotes = facts.notes
    // A drummer keeps to no grid exactly.
    facts.onSixteenths = facts.notes / 2
    let alone = try choice(facts).settings
    #expect(alone.representation.name == .steps && alone.representation.drums && !alone.representation.holds)
    #expect(alone.transpose == nil)
    facts.drumNotes = facts.notes / 3
    facts.onSixteenths = facts.notes
    let among = try choice(facts).settings
    #expect(among.representation.drums && among.representation.holds)
  }

  @Test("performances without a beat are events by the clock")
  func performances() throws {
    var facts = Self.facts(voices: 12)
    facts.onSixteenths = facts.notes / 3
    facts.pedalled = facts.songs
    let settings = try choice(facts).settings
    #expect(settings.representation.name == .events && settings.representation.time == .clock)
    #expect(settings.representation.pedal)
    #expect(settings.network.reads == .tokens && settings.network.head == 0 && settings.network.inputs.isEmpty)
    #expect(settings.varyTempo != nil)
  }

  @Test("triplets need a grid that holds them")
  func triplets() throws {
    var facts = Self.facts()
    (facts.onSixteenths, facts.onTriplets) = (facts.notes * 8 / 10, facts.notes * 2 / 10)
    #expect(try choice(facts).settings.representation.resolution == .mixed)
  }

  @Test("more music gets a wider network and more iterations, within bounds")
  func size() throws {
    let counts = [0, 100, 2000, 10_000, 100_000, 1_000_000, 100_000_000]
    let chosen = try counts.map { try choice(Self.facts(notes: $0)).settings }
    #expect(zip(chosen, chosen.dropFirst()).allSatisfy { $0.network.hidden <= $1.network.hidden })
    #expect(zip(chosen, chosen.dropFirst()).allSatisfy { $0.iterations <= $1.iterations })
    #expect(chosen.allSatisfy { (200...4000).contains($0.iterations) && $0.validateEvery <= $0.iterations })
  }

  @Test("what stands in one key is moved less and less")
  func key() throws {
    var facts = Self.facts()
    facts.songsByLastBass[0] = 60
    facts.songsByLastBass[7] = 40
    #expect(try choice(facts).settings.transpose?.fade == true)
    facts.songsByLastBass[7] = 0
    for pitchClass in 1..<5 { facts.songsByLastBass[pitchClass] = 10 }
    #expect(try choice(facts).settings.transpose?.fade == false)
  }

  @Test("what is written is kept")
  func written() throws {
    let text = """
      iterations: 77
      minutes: 3
      batch: 8
      seed: 9
      optimizer: {name: sgd, learning_rate: 0.1}
      transpose: none
      patience: none
      average: none
      precision: bf16
      """
    let settings = try choice(Self.facts(), text).settings
    #expect(settings.iterations == 77 && settings.minutes == 3 && settings.batch == 8 && settings.seed == 9)
    #expect(settings.optimizer.name == .sgd && settings.optimizer.schedule == .constant)
    #expect(settings.transpose == nil && settings.patience == nil && settings.average == nil)
    #expect(settings.precision == .bf16)
    #expect(settings.open.isEmpty)
  }

  @Test("a guide is kept where training goes on beyond it, and else taken away in words")
  func guide() throws {
    let kept = try choice(Self.facts(), "guide: 50\niterations: 51")
    #expect(kept.settings.guide == 50)
    let late = try choice(Self.facts(), "guide: 100000")
    #expect(late.settings.guide == nil)
    #expect(late.words.last == "no guide is kept, for training ends before iteration 100000")
  }

  @Test("a training that starts from weights has their network")
  func start() throws {
    var representation = RepresentationSettings(.voices)
    (representation.lines, representation.isMixed, representation.pitches) = (3, true, 30...90)
    let plan = NetworkPlan(
      representation: representation,
      network: NetworkSettings(
        reads: .frames, cell: "gru", hidden: 24, layers: 2, embedding: 0, head: 12, inputs: [.echo, .shift],
        dropout: ["output": 0.2, "recurrent": 0.1], residual: true, layerNorm: true, loss: .crossEntropy))
    let fresh = try choice(Self.facts())
    let settings = try choice(Self.facts(), from: plan).settings
    #expect(settings.networkPlan == plan)
    #expect(settings.optimizer.learningRate < fresh.settings.optimizer.learningRate)
    #expect(settings.iterations <= fresh.settings.iterations)
  }

  @Test("each choice makes a network, and is told in words")
  func plans() throws {
    var facts = Self.facts(voices: 9)
    for beat in [20_000, 5000] {
      for drums in [0, 2000, 20_000] {
        (facts.onSixteenths, facts.drumNotes) = (beat, drums)
        let choice = try choice(facts)
        #expect(choice.words.count >= 3)
        #expect(throws: Never.self) { try choice.settings.networkPlan.reading() }
      }
    }
  }
}
