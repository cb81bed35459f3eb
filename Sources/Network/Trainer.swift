/// Trains a network batch by batch.
package final class Trainer {
  private let current: Network

  /// Prepares the training of a network.
  ///
  /// - Parameters:
  ///   - network: The weights to start from.
  ///   - optimizer: How the weights are changed.
  ///   - lanes: How many lanes every batch has (B).
  ///   - steps: The most steps that a batch has (T).
  ///   - pool: The threads that compute.
  /// - Throws: `NetworkError` if the architecture cannot be trained.
  package init(network: Network, optimizer: OptimizerSettings, lanes: Int, steps: Int, pool: WorkerPool)
    throws(NetworkError)
  {
    current = network
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
    throw NetworkError("not written yet")
  }

  /// The weights as they are now.
  package var network: Network { current }

  /// The averaged weights, or without `average` the weights as they are now.
  package var averaged: Network { current }

  /// Everything that `restore` needs to go on with the same bits: weights, moments, average, the lanes' state.
  package func saved() -> [Tensor] { [] }

  /// Goes back to what `saved` told.
  ///
  /// - Throws: `NetworkError` if the tensors are not those of a trainer like this.
  package func restore(_ tensors: [Tensor]) throws(NetworkError) {}
}
