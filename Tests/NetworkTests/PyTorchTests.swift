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

  /// How weights are moved, by the names of the script's `WAYS`.
  private static let ways: [String: OptimizerSettings] = [
    "adamw": OptimizerSettings(name: .adamw, learningRate: 0.003, weightDecay: 0.02, clip: 0.5),
    "rmsprop": OptimizerSettings(name: .rmsprop, learningRate: 0.001, clip: 0.5),
    "adam": OptimizerSettings(name: .adam, learningRate: 0.003, weightDecay: 0.02, clip: nil),
    "sgd": OptimizerSettings(name: .sgd, learningRate: 0.3, weightDecay: 0.02, clip: nil),
    "rmsprop-decay": OptimizerSettings(name: .rmsprop, learningRate: 0.001, weightDecay: 0.02, clip: nil),
    "cosine": OptimizerSettings(
      name: .adamw, learningRate: 0.003, weightDecay: 0.02, schedule: .cosine, clip: nil),
    "linear": OptimizerSettings(
      name: .adamw, learningRate: 0.003, weightDecay: 0.02, schedule: .linear, clip: nil),
    "warm-up": OptimizerSettings(name: .adamw, learningRate: 0.003, weightDecay: 0.02, warmUp: 4, clip: nil),
    "average": OptimizerSettings(name: .adamw, learningRate: 0.003, weightDecay: 0.02, clip: nil, average: 0.3),
  ]

  /// Each golden file with steps, and how they were made.
  private static let steps: [(String, String)] =
    ["classes", "mse", "written", "gru", "rnn"].flatMap { [($0, "adamw"), ($0, "rmsprop")] }
    + ["lstm-both", "gru-both", "rnn-both"].map { ($0, "adamw") } + ways.keys.sorted().map { ("ways", $0) }

  @Test("ten optimiser steps agree", arguments: steps)
  func optimisers(_ name: String, _ way: String) throws {
    let golden = try GoldenCase(name)
    let trainer = try Trainer(
      network: golden.network, optimizer: #require(Self.ways[way]), lanes: GoldenCase.lanes, steps: GoldenCase.steps,
      pool: WorkerPool(threads: 1))
    let batch = try golden.batch
    for (iteration, expected) in try golden.numbers(way + ".losses").enumerated() {
      let loss = try trainer.step(batch, iteration: iteration, of: 10, seed: 1)
      #expect(abs(loss - expected) < 1e-4 * max(1, abs(expected)), "step \(iteration)")
    }
    try expect(trainer.network, toBe: golden, way + ".")
    if way == "average" { try expect(trainer.averaged, toBe: golden, "average.average.") }
  }

  private func expect(_ network: Network, toBe golden: GoldenCase, _ prefix: String) throws {
    for tensor in network.tensors() {
      let expected = try golden.numbers(prefix + tensor.name)
      let error = zip(tensor.values, expected).map { abs($0 - $1) }.max() ?? 0
      #expect(error < 1e-4, "\(tensor.name)")
    }
  }
}
