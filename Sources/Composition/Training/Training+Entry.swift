internal import CPosix
internal import Network

/// Trains to the end, or until the flag is set.
///
/// - Parameters:
///   - task: What to train, on what, how.
///   - stop: Set from another thread to ask for a checkpoint and an end.
///   - memory: What `task.checkedMemory()` has told; nil: it is asked here.
///   - progress: Called after each iteration.
/// - Returns: The weights, and what is told of the training.
/// - Throws: `Interrupted` after the checkpoint is written; `CompositionError`.
package func train(
  _ task: TrainingTask, stop: StopFlag, memory: Int? = nil, progress: (TrainingProgress) -> Void
) throws -> TrainingOutcome {
  // Buffers that are large are given back to the system when they go, whatever was given back before: a validation
  // would else leave holes, and what a training takes would grow with each.
  cposix_return_large_blocks(1 << 20)
  let pool = WorkerPool(task.threads)
  defer { pool.stop() }
  var training = try Training(task, memory: memory, pool: pool)
  return try training.run(stop: stop, progress: progress)
}
