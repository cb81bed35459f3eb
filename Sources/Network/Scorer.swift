/// Scores batches with fixed weights.
package final class Scorer {
  private let pass: NetworkPass
  private let weights: FloatBuffer

  /// Prepares scoring with all lanes' states clear.
  ///
  /// - Throws: `NetworkError` if the architecture cannot be run.
  package convenience init(network: Network, lanes: Int, steps: Int, pool: WorkerPool) throws(NetworkError) {
    try self.init(network: network, lanes: lanes, steps: steps, pool: pool, kernels: Kernels.selected)
  }

  init(network: Network, lanes: Int, steps: Int, pool: WorkerPool, kernels: Kernels) throws(NetworkError) {
    pass = try NetworkPass(
      network.architecture, lanes: lanes, steps: steps, trains: false, pool: pool, kernels: kernels)
    weights = FloatBuffer(pass.layout.count)
    pass.layout.pack(network.tensors(), into: weights.base)
    pass.prepare(weights.base)
  }

  /// Takes over the averaged weights of a trainer of the same architecture, without `average` its weights as they are.
  ///
  /// - Throws: `NetworkError` if the architecture is another.
  package func take(from trainer: Trainer) throws(NetworkError) {
    guard trainer.pass.architecture == pass.architecture else {
      throw NetworkError("the weights to be scored are of another architecture")
    }
    weights.copy(from: trainer.optimizer.average ?? trainer.weights)
    pass.prepare(weights.base)
  }

  /// Clears the state of all lanes.
  package func clear() {
    for lane in 0..<pass.lanes { pass.clear(lane: lane) }
  }

  /// Scores a batch and carries the lanes' state on.
  ///
  /// - Parameters:
  ///   - batch: What is read and what is right.
  ///   - watching: A class whose probability is told at every target.
  /// - Returns: What was found of each target.
  /// - Throws: `NetworkError` if the batch does not fit.
  package func score(_ batch: StepBatch, watching: Int32? = nil) throws(NetworkError) -> BatchScore {
    try batch.check(pass.architecture, lanes: pass.lanes, steps: pass.steps)
    if let watching, watching < 0 || watching >= pass.architecture.outputWidth {
      throw NetworkError("class \(watching) is watched; there are \(pass.architecture.outputWidth)")
    }
    pass.run(weights.base, batch, masks: nil, gradientScale: nil, watching: watching)
    return pass.output.score
  }
}
