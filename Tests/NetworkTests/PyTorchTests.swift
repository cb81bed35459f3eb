import Testing

@testable import Network

@Suite("The network beside PyTorch")
struct PyTorchTests {
  @Test("loss and every gradient agree", arguments: GoldenCase.names)
  func gradients(_ name: String) throws {
    let golden = try GoldenCase(name)
    let trainer = try Trainer(
      network: golden.network, optimizer: OptimizerSettings(name: .adamw, learningRate: 0.001),
      lanes: GoldenCase.lanes, steps: GoldenCase.steps, pool: WorkerPool(threads: 2))
    let (loss, gradients) = try trainer.gradients(golden.batch)
    let expected = try golden.numbers("loss")[0]
    #expect(abs(loss - expected) < 2e-6 * max(1, abs(expected)))
    for gradient in gradients {
      let expected = try golden.numbers("gradient." + gradient.name)
      let bound = 2e-5 * (expected.map(abs).max() ?? 0) + 1e-7
      let error = zip(gradient.values, expected).map { abs($0 - $1) }.max() ?? 0
      #expect(error <= bound, "\(gradient.name)")
    }
  }

  @Test("ten optimiser steps agree", arguments: ["classes", "mse", "written", "gru", "rnn"], ["adamw", "rmsprop"])
  func optimisers(_ name: String, _ optimiser: String) throws {
    let golden = try GoldenCase(name)
    let settings =
      optimiser == "adamw"
      ? OptimizerSettings(name: .adamw, learningRate: 0.003, weightDecay: 0.02, clip: 0.5)
      : OptimizerSettings(name: .rmsprop, learningRate: 0.001, clip: 0.5)
    let trainer = try Trainer(
      network: golden.network, optimizer: settings, lanes: GoldenCase.lanes, steps: GoldenCase.steps,
      pool: WorkerPool(threads: 1))
    let batch = try golden.batch
    for (iteration, expected) in try golden.numbers(optimiser + ".losses").enumerated() {
      let loss = try trainer.step(batch, iteration: iteration, of: 10, seed: 1)
      #expect(abs(loss - expected) < 1e-4 * max(1, abs(expected)), "step \(iteration)")
    }
    for tensor in trainer.network.tensors() {
      let expected = try golden.numbers(optimiser + "." + tensor.name)
      let error = zip(tensor.values, expected).map { abs($0 - $1) }.max() ?? 0
      #expect(error < 1e-4, "\(tensor.name)")
    }
  }
}
