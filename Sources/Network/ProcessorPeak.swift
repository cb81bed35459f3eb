internal import CKernels

/// What the processor's arithmetic can do at most, for comparing.
package enum ProcessorPeak {
  /// Makes fused multiply-adds and nothing else, on all threads of a pool.
  ///
  /// - Parameters:
  ///   - rounds: How often each thread makes 24 vectors of them.
  ///   - pool: The threads.
  /// - Returns: floating-point operations made, two a multiply-add, and a number that came of them.
  package static func run(rounds: Int, pool: WorkerPool) -> (operations: Double, made: Float) {
    let table = Kernels.selected.table
    let results = FloatBuffer(pool.threads)
    pool.run(pool.threads) { results.base[$0] = table.peak(rounds) }
    let made = (0..<pool.threads).reduce(Float(0)) { $0 + results.base[$1] }
    return (2 * 24 * Double(table.peak_width) * Double(rounds) * Double(pool.threads), made)
  }
}
