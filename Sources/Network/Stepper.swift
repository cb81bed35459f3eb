/// Reads one step at a time, for generating.
///
/// A lane's numbers do not depend on which other lanes are read.
package final class Stepper {
  /// Prepares reading with all lanes' states clear.
  ///
  /// - Throws: `NetworkError` if the architecture cannot be run.
  package init(network: Network, lanes: Int, pool: WorkerPool) throws(NetworkError) {}

  /// Clears the state of a lane.
  package func clear(lane: Int) {}

  /// Makes one recurrent step in some lanes.
  ///
  /// - Parameters:
  ///   - reads: What is read, a row for each of `lanes`.
  ///   - lanes: Different lanes.
  /// - Throws: `NetworkError` if they do not fit.
  package func read(_ reads: StepBatch.Reads, lanes: [Int]) throws(NetworkError) {}

  /// The raw outputs of a lane after what it read last: logits of classes, values, or logits of independent bits.
  package func logits(lane: Int) -> [Float] { [] }

  /// The logits of the next token of a written step, -infinity where the mask forbids a class.
  ///
  /// - Parameters:
  ///   - lane: The lane, after what it read last.
  ///   - tableRows: The rows of the head's tables, numbered through, in the order of training.
  ///   - output: Which output layer.
  ///   - mask: Which mask.
  package func writtenLogits(lane: Int, tableRows: [Int32], output: Int, mask: Int) -> [Float] { [] }
}
