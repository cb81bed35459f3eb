/// Threads of our own that share the computing of one caller.
///
/// Work is split over outputs only, so the number of threads never changes a result. Swift's cooperative threads are
/// not used: computing there would starve everything that waits on them.
///
/// Waiting threads spin for a bounded time (a time step lasts some ten microseconds), then yield, then sleep.
package final class WorkerPool: Sendable {
  private let threadsAtWork: WorkerThreads

  /// How many threads take part, the caller's among them.
  package var threads: Int { threadsAtWork.threads }

  /// Starts the threads; 0: as many as there are processors.
  package init(threads: Int) { threadsAtWork = WorkerThreads(threads: threads) }

  deinit { threadsAtWork.stop() }

  /// Calls `body` for every index below `count` and returns when all are done.
  ///
  /// A thread begins with a range that depends on `count` and `threads` alone, so that it meets the same weights again.
  /// One caller at a time: others wait. Not to be called from inside `body`.
  package func run(_ count: Int, _ body: (Int) -> Void) {
    threadsAtWork.run(rounds: 1, count) { _, index in body(index) }
  }

  /// Calls `body` with contiguous ranges that together are the indices below `count`, some for each thread.
  func runRanges(_ count: Int, _ body: (Range<Int>) -> Void) {
    runRanges(rounds: 1, count) { _, range in body(range) }
  }

  /// The same once for each of `rounds`, of which each begins when the one before is done by all.
  func runRanges(rounds: Int, _ count: Int, _ body: (_ round: Int, Range<Int>) -> Void) {
    let parts = threads == 1 ? min(count, 1) : min(4 * threads, max(count, 0))
    threadsAtWork.run(rounds: rounds, parts) { round, part in
      body(round, part * count / parts..<(part + 1) * count / parts)
    }
  }

  /// Ends the threads; later work is done by the caller alone.
  package func stop() { threadsAtWork.stop() }
}
