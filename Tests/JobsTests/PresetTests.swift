import Testing

@testable import Jobs

@Suite("Presets and training defaults")
struct PresetTests {
  @Test("original is the network of the blog post")
  func original() throws {
    let train = try Parsed(train: "preset: original").train()
    var expected = TrainSettings(representation: .roll)
    expected.from = "latest"
    expected.preset = "original"
    expected.network.hidden = 1024
    expected.network.embedding = 1024
    expected.loss = .mse
    expected.optimizer.name = .rmsprop
    expected.optimizer.learningRate = 0.001
    expected.batch = 16
    expected.sequence = 64
    expected.iterations = 2000
    #expect(train == expected)
    #expect(train.representation.block == 4 && train.network.reads == .tokens && train.network.head == 0)
    #expect(train.patience == nil && train.transpose == nil)
  }

  @Test("chorale writes voices frame by frame")
  func chorale() throws {
    let train = try Parsed(train: "preset: chorale").train()
    var representation = RepresentationFields(name: .voices)
    representation.repeats = false
    #expect(train.representation == representation)
    #expect(train.network.reads == .frames && train.network.hidden == 384 && train.network.head == 256)
    #expect(train.network.inputs == [.position, .pitchClasses, .shift])
    #expect(train.network.dropout.output == 0.5 && train.network.dropout.head == 0.3)
    #expect(train.optimizer.learningRate == 0.003 && train.optimizer.schedule == .cosine)
    #expect(train.optimizer.warmUp == 50 && train.optimizer.clip == 1 && train.optimizer.weightDecay == 0.02)
    #expect(train.iterations == 1200 && train.guide == 150 && train.average == 0.998 && train.loss == .crossEntropy)
    #expect(train.transpose == TransposeSettings(range: Bounds(-6, 5), fade: true, tonic: true))
    #expect(train.generate.songs == 4 && train.generate.length == .bars(24) && train.generate.pitchTopP == 0.97)
    #expect(train.generate.temperature == 1.04 && train.generate.pitchTemperature == nil)
    #expect(train.generate.order.isLengthExact == nil)
    #expect(train.generate.guidance == 0.4 && train.generate.pitchGuidance == 0.1)
  }

  @Test("another representation beside chorale keeps the network and takes its own defaults")
  func keepsNetwork() throws {
    let train = try Parsed(train: "preset: chorale", "representation: {name: steps, holds: false}").train()
    var representation = RepresentationFields(name: .steps)
    representation.holds = false
    #expect(train.representation == representation)
    #expect(train.network.reads == .frames && train.network.head == 256 && train.network.inputs.count == 3)
    #expect(train.loss == .crossEntropy)
  }

  @Test("a roll beside chorale makes the preset's loss give way")
  func adaptsLoss() throws {
    let train = try Parsed(train: "preset: chorale", "representation: roll").train()
    #expect(train.loss == .bce && train.network.reads == .frames && train.representation.block == 4)
    let steps = try Parsed(train: "preset: original", "representation: steps").train()
    #expect(steps.loss == .crossEntropy && steps.network.reads == .tokens)
  }

  @Test("a map of the preset's own representation overrides just its fields, and its name alone means its defaults")
  func overridesRepresentation() throws {
    let three = try Parsed(train: "preset: chorale", "representation: {lines: 3}").train()
    #expect(three.representation.lines == 3 && !three.representation.repeats)
    let plain = try Parsed(train: "preset: chorale", "representation: voices").train()
    #expect(plain.representation == RepresentationFields(name: .voices))
  }

  @Test("reading tokens beside chorale takes the head and embedding that belong to it")
  func changesReading() throws {
    let train = try Parsed(train: "preset: chorale", "network: {reads: tokens}").train()
    #expect(train.network.head == 0 && train.network.embedding == 256)
  }

  @Test("what a preset's songs rest on goes with what it rests on")
  func restsOnTraining() throws {
    let short = try Parsed(train: "preset: chorale", "iterations: 50").train()
    #expect(short.guide == nil && short.generate.guidance == nil && short.generate.pitchGuidance == nil)
    #expect(short.generate.order.isLengthExact == nil)
    let aware = try Parsed(train: "preset: chorale", "network: {inputs: [position, bars-left]}").train()
    #expect(aware.generate.order.isLengthExact == true && aware.generate.guidance == 0.4)
  }

  @Test("none takes away what a preset sets")
  func takesAway() throws {
    let train = try Parsed(train: "preset: chorale", "transpose: none", "average: none", "optimizer: {clip: none}")
      .train()
    #expect(train.transpose == nil && train.average == nil && train.optimizer.clip == nil)
    #expect(train.optimizer.learningRate == 0.003)
  }

  @Test(
    "what a network reads, its embedding, head and loss follow the representation",
    arguments: [
      (RepresentationName.roll, NetworkReading.tokens, 256, 0, LossName.bce), (.steps, .frames, 0, 256, .crossEntropy),
      (.voices, .frames, 0, 256, .crossEntropy),
    ])
  func followsRepresentation(
    _ name: RepresentationName, _ reads: NetworkReading, _ embedding: Int, _ head: Int, _ loss: LossName
  ) throws {
    let train = try Parsed(train: "representation: \(name.rawValue)").train()
    #expect(train.network.reads == reads && train.network.embedding == embedding && train.network.head == head)
    #expect(train.loss == loss)
  }

  @Test("inputs are kept in the network's order")
  func ordersInputs() throws {
    let train = try Parsed(train: "network: {inputs: [shift, position]}").train()
    #expect(train.network.inputs == [.position, .shift])
  }
}
