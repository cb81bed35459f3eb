internal import Network

/// Trains to the end, or until the flag is set.
///
/// - Parameters:
///   - task: What to train, on what, how.
///   - stop: Set from another thread to ask for a checkpoint and an end.
///   - progress: Called after each iteration.
/// - Returns: The weights, and what is told of the training.
/// - Throws: `Interrupted` after the checkpoint is written; `CompositionError`.
package func train(
  _ task: TrainingTask, stop: StopFlag, progress: (TrainingProgress) -> Void
) throws -> TrainingOutcome {
  let pool = WorkerPool(threads: task.threads)
  defer { pool.stop() }
  var training = try Training(task, pool: pool)
  return try training.run(stop: stop, progress: progress)
}
