/// Trains a network batch by batch.
///
/// Each number is computed whole by one thread, so that neither their number nor the kernels change a bit of it.
package final class Trainer {
  let pass: NetworkPass
  let optimizer: Optimizer
  let weights: FloatBuffer
  private let gradients: FloatBuffer
  /// The gradients of one batch among several; made when first needed.
  private lazy var gradientsOfOne = FloatBuffer(gradients.count)
  private let engine: Engine
  private let masks: DropoutMasks

  /// Prepares the training of a network.
  ///
  /// - Parameters:
  ///   - network: The weights to start from.
  ///   - optimizer: How the weights are changed.
  ///   - lanes: How many lanes every batch has (B).
  ///   - steps: The most steps that a batch has (T).
  ///   - precision: How exactly the operands of large products are kept.
  ///   - pool: The threads that compute.
  /// - Throws: `NetworkError` if the architecture cannot be trained.
  package convenience init(
    network: Network, optimizer: OptimizerSettings, lanes: Int, steps: Int, precision: Precision = .f32,
    pool: WorkerPool
  ) throws(NetworkError) {
    try self.init(
      network: network, optimizer: optimizer, lanes: lanes, steps: steps, precision: precision, pool: pool,
      kernels: Kernels.selected)
  }

  init(
    network: Network, optimizer: OptimizerSettings, lanes: Int, steps: Int, precision: Precision = .f32,
    pool: WorkerPool, kernels: Kernels
  ) throws(NetworkError) {
    pass = try NetworkPass(
      network.architecture, lanes: lanes, steps: steps, trains: true, precision: precision, pool: pool,
      kernels: kernels)
    weights = FloatBuffer(pass.layout.count)
    gradients = FloatBuffer(pass.layout.count)
    pass.layout.pack(network.tensors(), into: weights.base)
    engine = Engine(pool: pool, kernels: kernels)
    self.optimizer = Optimizer(optimizer, weights: weights, engine: engine)
    masks = DropoutMasks(
      network.architecture.dropout, layers: network.architecture.layers, lanes: lanes,
      inputWidth: pass.input.maskWidth, hidden: pass.layout.hidden)
  }

  /// Makes one optimiser step and carries the lanes' state on; the gradient is cut at the batch's start.
  ///
  /// - Parameters:
  ///   - batch: What is read and what is right.
  ///   - iteration: The number of this step, from 0.
  ///   - total: How many steps the schedule has.
  ///   - seed: What dropout is drawn from, together with `iteration`.
  /// - Returns: The summed loss over the batch's divisor, with the weights before this step.
  /// - Throws: `NetworkError` if the batch does not fit; nothing has changed then.
  package func step(_ batch: StepBatch, iteration: Int, of total: Int, seed: UInt64) throws(NetworkError) -> Float {
    try step([batch], iteration: iteration, of: total, seed: seed)
  }

  /// Makes one optimiser step from several batches, read one after another with the same weights.
  ///
  /// The gradient is that of the mean of the batches' losses, summed in their order; batch n of N in iteration i has the
  /// dropout that a batch of its own has in iteration i · N + n.
  ///
  /// - Parameters:
  ///   - batches: What is read and what is right, one or more.
  ///   - iteration: The number of this step, from 0.
  ///   - total: How many steps the schedule has.
  ///   - seed: What dropout is drawn from, together with `iteration`.
  /// - Returns: The mean of the batches' losses, each summed over its divisor, with the weights before this step.
  /// - Throws: `NetworkError` if a batch does not fit; nothing has changed then.
  package func step(_ batches: [StepBatch], iteration: Int, of total: Int, seed: UInt64) throws(NetworkError) -> Float {
    let loss = try findGradients(batches, iteration: iteration, seed: seed)
    optimizer.step(weights: weights, gradients: gradients, iteration: iteration, total: total)
    return loss
  }

  /// Tells the loss of batches and the gradient of every tensor, and carries the lanes' state on.
  func gradients(_ batches: StepBatch..., iteration: Int = 0, seed: UInt64 = 0) throws(NetworkError) -> (
    Float, [Tensor]
  ) {
    let loss = try findGradients(batches, iteration: iteration, seed: seed)
    return (loss, pass.layout.unpack(gradients.base))
  }

  private func findGradients(_ batches: [StepBatch], iteration: Int, seed: UInt64) throws(NetworkError) -> Float {
    guard !batches.isEmpty else { throw NetworkError("a step has no batch; expected 1 or more") }
    for batch in batches { try batch.check(pass.architecture, lanes: pass.lanes, steps: pass.steps) }
    pass.prepare(weights.base)
    var loss = 0.0
    for (number, batch) in batches.enumerated() {
      let into = number == 0 ? gradients : gradientsOfOne
      loss += findGradients(
        batch, among: batches.count, number: iteration &* batches.count &+ number, seed: seed, into: into)
      if number > 0 { engine.add(gradientsOfOne, to: gradients) }
    }
    return Float(loss / Double(batches.count))
  }

  /// Writes the gradients of one batch over `count`, and tells its loss.
  private func findGradients(
    _ batch: StepBatch, among count: Int, number: Int, seed: UInt64, into gradients: FloatBuffer
  ) -> Double {
    masks.draw(seed: seed, iteration: number)
    pass.run(weights.base, batch, masks: masks, gradientScale: 1 / (batch.divisor * Float(count)), watching: nil)
    let loss = pass.output.lossSum / Double(batch.divisor)
    pass.backward(weights.base, gradients: gradients.base, batch, masks: masks)
    return loss
  }

  /// The weights as they are now.
  package var network: Network {
    Network(pass.architecture, trusted: pass.layout.unpack(weights.base))
  }

  /// The averaged weights, or without `average` the weights as they are now.
  package var averaged: Network {
    guard let average = optimizer.average else { return network }
    return Network(pass.architecture, trusted: pass.layout.unpack(average.base))
  }
}
