/// Scores batches with fixed weights.
package final class Scorer {
  /// Prepares scoring with all lanes' states clear.
  ///
  /// - Throws: `NetworkError` if the architecture cannot be run.
  package init(network: Network, lanes: Int, steps: Int, pool: WorkerPool) throws(NetworkError) {}

  /// Clears the state of all lanes.
  package func clear() {}

  /// Scores a batch and carries the lanes' state on.
  ///
  /// - Parameters:
  ///   - batch: What is read and what is right.
  ///   - watching: A class whose probability is told at every target.
  /// - Throws: `NetworkError` if the batch does not fit.
  package func score(_ batch: StepBatch, watching: Int32? = nil) throws(NetworkError) -> BatchScore { BatchScore() }
}
