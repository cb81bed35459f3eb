internal import CPosix
internal import Network

/// Is told of an iteration, and of what gives the averaged weights of that time.
package typealias TrainingSnapshot = (Int, () throws -> WeightsFile) -> Void

/// Trains to the end, or until the flag is set.
///
/// - Parameters:
///   - task: What to train, on what, how.
///   - stop: Set from another thread to ask for a checkpoint and an end.
///   - memory: What `task.checkedMemory()` has told; nil: it is asked here.
///   - snapshot: Called after each multiple of `validateEvery`, if the task tells snapshots.
///   - progress: Called after each iteration.
/// - Returns: The weights, and what is told of the training.
/// - Throws: `Interrupted` after the checkpoint is written; `CompositionError`.
package func train(
  _ task: TrainingTask, stop: StopFlag, memory: Int? = nil, snapshot: TrainingSnapshot = { _, _ in },
  progress: (TrainingProgress) -> Void
) throws -> TrainingOutcome {
  // Buffers that are large are given back to the system when they go, whatever was given back before: a validation
  // would else leave holes, and what a training takes would grow with each.
  cposix_return_large_blocks(1 << 20)
  let pool = WorkerPool(task.threads)
  defer { pool.stop() }
  var training = try Training(task, memory: memory, pool: pool)
  return try training.run(stop: stop, snapshot: snapshot, progress: progress)
}
