internal import Network

/// Does many pieces of work on all threads and takes what comes of them in order, so many at a time that what waits to be
/// taken stays little.
package struct OrderedWork: Sendable {
  private let pool: WorkerPool
  private static let atOnce = 64

  /// Starts the threads; 0: one for each processor that this process may use.
  package init(threads: Int = 0) { pool = WorkerPool(threads) }

  /// Calls `work` for every index below `count` on all threads, and `take` here for each in order.
  ///
  /// - Throws: `Interrupted` where the flag is set; what `work` or `take` throw, of the first index.
  package func run<Value>(
    _ count: Int, stop: StopFlag? = nil, work: (Int) throws -> Value, take: (Value, Int) throws -> Void
  ) throws {
    for start in stride(from: 0, to: count, by: Self.atOnce) {
      var results = [Result<Value, any Error>?](repeating: nil, count: min(Self.atOnce, count - start))
      results.withUnsafeMutableBufferPointer { buffer in
        pool.run(buffer.count) { index in
          guard stop?.isStopped != true else { return }
          buffer[index] = Result { try work(start + index) }
        }
      }
      for index in results.indices {
        guard let result = results[index] else { throw Interrupted() }
        results[index] = nil
        try take(try result.get(), start + index)
      }
    }
  }
}
