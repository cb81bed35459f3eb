import TestSupport
import Testing

@testable import Network

@Suite("Gradients beside finite differences")
struct GradientTests {
  @Test("every tensor's gradient is the slope of the plain loss", arguments: NetworkCase.small)
  func slopes(_ example: NetworkCase) throws {
    let network = try example.livelyNetwork()
    let batch = example.batch(steps: 4, lanes: 3, seed: 5)
    let trainer = try Trainer(
      network: network, optimizer: OptimizerSettings(name: .sgd, learningRate: 1), lanes: 3, steps: 4,
      pool: WorkerPool(threads: 1))
    let (loss, gradients) = try trainer.gradients(batch, iteration: 2, seed: 9)
    let layout = trainer.pass.layout
    let masks = DropoutMasks(
      example.architecture.dropout, layers: example.architecture.layers, lanes: 3,
      inputWidth: trainer.pass.input.maskWidth, hidden: layout.hidden)
    masks.draw(seed: 9, iteration: 2)
    var reference = ReferenceNetwork(network)
    let expected = reference.loss(batch, masks: masks)
    #expect(abs(Double(loss) - expected) < 1e-5 * max(1, abs(expected)))
    var numbers = SeededGenerator(seed: 1)
    for gradient in gradients {
      for _ in 0..<6 {
        let place = Int.random(in: 0..<gradient.values.count, using: &numbers)
        let slope = try reference.slope(batch, masks, gradient.name, place)
        let found = Double(gradient.values[place])
        #expect(abs(found - slope) < 1e-3 * max(0.05, abs(slope)), "\(gradient.name) \(place)")
      }
    }
  }
}

extension ReferenceNetwork {
  /// The slope of the loss along one weight; steps of floats, so that what is stored is what is meant.
  fileprivate mutating func slope(_ batch: StepBatch, _ masks: DropoutMasks, _ name: String, _ place: Int) throws
    -> Double
  {
    let value = try #require(tensors[name]).values[place]
    let up = value + 0x1p-14, down = value - 0x1p-14
    tensors[name]?.values[place] = up
    let above = loss(batch, masks: masks)
    tensors[name]?.values[place] = down
    let below = loss(batch, masks: masks)
    tensors[name]?.values[place] = value
    return (above - below) / (Double(up) - Double(down))
  }
}
