import Synchronization
import Testing

@testable import Network

@Suite("The worker pool")
struct WorkerPoolTests {
  @Test("every index is done once", arguments: [1, 2, 3, 5], [0, 1, 2, 7, 100])
  func indices(_ threads: Int, _ count: Int) {
    let pool = WorkerPool(threads: threads)
    #expect(pool.threads == threads)
    // Not atomic: rounds follow each other, and an index is one thread's.
    let done = UnsafeMutablePointer<Int>.allocate(capacity: count)
    defer { done.deallocate() }
    done.initialize(repeating: 0, count: count)
    for _ in 0..<50 { pool.run(count) { done[$0] += 1 } }
    #expect(Array(UnsafeBufferPointer(start: done, count: count)) == [Int](repeating: 50, count: count))
  }

  @Test("several callers take turns")
  func callers() async {
    let pool = WorkerPool(threads: 2)
    let sums = await withTaskGroup(of: Int.self) { group in
      for _ in 0..<4 {
        group.addTask {
          let total = Atomic<Int>(0)
          for _ in 0..<100 { pool.run(3) { total.add($0 + 1, ordering: .relaxed) } }
          return total.load(ordering: .relaxed)
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(sums == [600, 600, 600, 600])
  }

  @Test("a pool that was stopped still computes")
  func stopping() {
    let pool = WorkerPool(threads: 3)
    pool.stop()
    pool.stop()
    let total = Atomic<Int>(0)
    pool.run(10) { total.add($0, ordering: .relaxed) }
    #expect(total.load(ordering: .relaxed) == 45)
  }
}
