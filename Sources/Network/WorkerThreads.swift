internal import CKernels
internal import Glibc
internal import Synchronization

/// The threads of a pool: how they share a round's indices, and how they wait.
///
/// Each thread has a range of its own, takes a part of what is left of it at a time, and then helps with the ranges of
/// others: where the machine is busy, a thread that does not run holds nobody up. The threads keep this object alive
/// until they have ended.
final class WorkerThreads: @unchecked Sendable {
  // Unchecked: `body` and `turn` are written by the one caller that holds `caller`, before it opens the ranges, and read only by who
  // has taken indices out of an open range and not yet told that they are done; all else is atomic or under `lock`.

  /// As many as could be started, the caller among them; set before the first round.
  private(set) var threads = 1

  private typealias Body = (_ turn: Int, _ index: Int) -> Void
  private let round = Atomic<Int>(0)
  private let unfinished = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let callerSleeps = Atomic<Bool>(false)
  private let stopped = Atomic<Bool>(false)
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let caller = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let woken = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let done = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let body = UnsafeMutablePointer<Body?>.allocate(capacity: 1)
  /// Which of the rounds that `body` is called for is open.
  private let turn = UnsafeMutablePointer<Int>.allocate(capacity: 1)
  /// What is left of each thread's range, end << 32 | next; a cache line each.
  private let ranges: UnsafeMutablePointer<Atomic<UInt64>>
  private static let line = 8
  private var handles: [pthread_t] = []

  private static let most = 256
  private static let spins = 2_000
  private static let yields = 200
  /// How long a thread waits before it helps another, in turns of some ten nanoseconds.
  private static let patience = 300

  init(threads: Int) {
    let wanted = threads > 0 ? threads : sysconf(Int32(_SC_NPROCESSORS_ONLN))
    ranges = .allocate(capacity: Self.most * Self.line)
    for i in 0..<Self.most * Self.line { (ranges + i).initialize(to: Atomic(0)) }
    pthread_mutex_init(lock, nil)
    pthread_mutex_init(caller, nil)
    pthread_cond_init(woken, nil)
    pthread_cond_init(done, nil)
    body.initialize(to: nil)
    turn.initialize(to: 0)
    // Where the machine gives no more threads, those there are do the work: the results are the same.
    for index in 1..<max(1, min(wanted, Self.most)) { guard start(index) else { break } }
    self.threads = handles.count + 1
  }

  deinit {
    pthread_mutex_destroy(lock)
    pthread_mutex_destroy(caller)
    pthread_cond_destroy(woken)
    pthread_cond_destroy(done)
    body.deinitialize(count: 1)
    ranges.deinitialize(count: Self.most * Self.line)
    lock.deallocate()
    caller.deallocate()
    woken.deallocate()
    done.deallocate()
    body.deallocate()
    turn.deallocate()
    ranges.deallocate()
  }

  /// Calls `body` for every index below `count`, once for each of `rounds` in their order.
  func run(rounds: Int, _ count: Int, _ body: (_ round: Int, _ index: Int) -> Void) {
    guard threads > 1, count > 1, count < 1 << 31, !stopped.load(ordering: .relaxed) else {
      for round in 0..<max(0, rounds) { for index in 0..<max(0, count) { body(round, index) } }
      return
    }
    pthread_mutex_lock(caller)
    defer { pthread_mutex_unlock(caller) }
    withoutActuallyEscaping(body) { body in
      self.body.pointee = body
      for turn in 0..<rounds { open(turn, count) }
      self.body.pointee = nil
    }
  }

  /// Opens a round and returns when it is done.
  private func open(_ turn: Int, _ count: Int) {
    self.turn.pointee = turn
    unfinished.store(count, ordering: .relaxed)
    for thread in 0..<threads {
      let next = thread * count / threads, end = (thread + 1) * count / threads
      ranges[thread * Self.line].store(UInt64(end) << 32 | UInt64(next), ordering: .releasing)
    }
    round.add(1, ordering: .sequentiallyConsistent)
    if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
      pthread_mutex_lock(lock)
      pthread_cond_broadcast(woken)
      pthread_mutex_unlock(lock)
    }
    share(of: 0)
    awaitOthers()
  }

  func stop() {
    pthread_mutex_lock(caller)
    defer { pthread_mutex_unlock(caller) }
    guard !stopped.exchange(true, ordering: .sequentiallyConsistent) else { return }
    pthread_mutex_lock(lock)
    pthread_cond_broadcast(woken)
    pthread_mutex_unlock(lock)
    for handle in handles { pthread_join(handle, nil) }
    handles = []
  }

  /// Does what is left of the thread's own range, then helps with the others'.
  ///
  /// Who is through waits a moment first: a thread that runs ends its part about now, and to take a piece of it from
  /// under its hands would leave both with uneven work.
  private func share(of thread: Int) {
    finishRange(of: thread)
    for _ in 0..<Self.patience {
      if unfinished.load(ordering: .acquiring) <= 0 { return }
      ck_pause()
    }
    for other in 1..<threads { finishRange(of: (thread + other) % threads) }
  }

  /// Does what is left of a thread's range.
  private func finishRange(of thread: Int) {
    var finished = 0
    while let indices = take(from: thread) {
      if let body = body.pointee { for index in indices { body(turn.pointee, index) } }
      finished += indices.count
    }
    guard finished > 0 else { return }
    let left = unfinished.subtract(finished, ordering: .sequentiallyConsistent).newValue
    guard left == 0, callerSleeps.load(ordering: .sequentiallyConsistent) else { return }
    pthread_mutex_lock(lock)
    pthread_cond_signal(done)
    pthread_mutex_unlock(lock)
  }

  /// Takes a quarter of what is left of a range, at least one index; nil: nothing is left.
  ///
  /// What is taken belongs to the round that is open now, even if the thread meant an earlier one.
  private func take(from thread: Int) -> Range<Int>? {
    let place = ranges + thread * Self.line
    var left = place.pointee.load(ordering: .relaxed)
    while true {
      let next = left & 0xFFFF_FFFF, end = left >> 32
      guard next < end else { return nil }
      let size = max(1, (end - next) / 4)
      let (taken, found) = place.pointee.compareExchange(
        expected: left, desired: left + size, ordering: .acquiringAndReleasing)
      if taken { return Int(next)..<Int(next + size) }
      left = found
    }
  }

  private func awaitOthers() {
    for turn in 0..<Self.spins + Self.yields {
      if unfinished.load(ordering: .acquiring) == 0 { return }
      if turn < Self.spins { ck_pause() } else { sched_yield() }
    }
    pthread_mutex_lock(lock)
    callerSleeps.store(true, ordering: .sequentiallyConsistent)
    while unfinished.load(ordering: .sequentiallyConsistent) != 0 { pthread_cond_wait(done, lock) }
    callerSleeps.store(false, ordering: .sequentiallyConsistent)
    pthread_mutex_unlock(lock)
  }

  private final class Start {
    let threads: WorkerThreads
    let index: Int
    init(threads: WorkerThreads, index: Int) {
      self.threads = threads
      self.index = index
    }
  }

  private func start(_ index: Int) -> Bool {
    var handle = pthread_t()
    let start = Unmanaged.passRetained(Start(threads: self, index: index))
    let failure = pthread_create(
      &handle, nil,
      { argument in
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        start.threads.work(start.index)
        return nil
      }, start.toOpaque())
    guard failure == 0 else {
      start.release()
      return false
    }
    handles.append(handle)
    return true
  }

  private func work(_ index: Int) {
    var seen = 0
    while let next = waitForRound(after: seen) {
      seen = next
      share(of: index)
    }
  }

  /// Waits for a later round and tells its number; nil: the pool has stopped.
  private func waitForRound(after seen: Int) -> Int? {
    for turn in 0..<Self.spins + Self.yields {
      let now = round.load(ordering: .acquiring)
      if now != seen { return now }
      if stopped.load(ordering: .relaxed) { return nil }
      if turn < Self.spins { ck_pause() } else { sched_yield() }
    }
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    sleepers.add(1, ordering: .sequentiallyConsistent)
    defer { sleepers.subtract(1, ordering: .sequentiallyConsistent) }
    while true {
      let now = round.load(ordering: .sequentiallyConsistent)
      if now != seen { return now }
      if stopped.load(ordering: .sequentiallyConsistent) { return nil }
      pthread_cond_wait(woken, lock)
    }
  }
}
