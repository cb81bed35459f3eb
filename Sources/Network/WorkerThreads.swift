internal import CKernels
internal import Glibc
internal import Synchronization

/// The threads of a pool, and how they wait: each keeps this alive until it has ended.
final class WorkerThreads: @unchecked Sendable {
  // Unchecked: `body` and `count` are written by the one caller that holds `caller`, before `round` is raised, and read
  // by the workers after they have seen it raised; all else is atomic or guarded by `lock`.

  /// As many as could be started, the caller among them; set before the first round.
  private(set) var threads = 1

  private typealias Body = (Int) -> Void
  private let round = Atomic<Int>(0)
  private let unfinished = Atomic<Int>(0)
  private let sleepers = Atomic<Int>(0)
  private let callerSleeps = Atomic<Bool>(false)
  private let stopped = Atomic<Bool>(false)
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let caller = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let woken = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let done = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private let shared = UnsafeMutablePointer<Shared>.allocate(capacity: 1)
  private var handles: [pthread_t] = []

  private struct Shared {
    var body: Body?
    var count = 0
  }

  private static let spins = 2_000
  private static let yields = 200

  init(threads: Int) {
    let processors = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    let wanted = threads > 0 ? threads : Int(processors)
    pthread_mutex_init(lock, nil)
    pthread_mutex_init(caller, nil)
    pthread_cond_init(woken, nil)
    pthread_cond_init(done, nil)
    shared.initialize(to: Shared())
    // Where the machine gives no more threads, those there are do the work: the results are the same.
    for index in 1..<max(1, min(wanted, 256)) { guard start(index) else { break } }
    self.threads = handles.count + 1
  }

  deinit {
    pthread_mutex_destroy(lock)
    pthread_mutex_destroy(caller)
    pthread_cond_destroy(woken)
    pthread_cond_destroy(done)
    shared.deinitialize(count: 1)
    lock.deallocate()
    caller.deallocate()
    woken.deallocate()
    done.deallocate()
    shared.deallocate()
  }

  func run(_ count: Int, _ body: (Int) -> Void) {
    guard threads > 1, count > 1, !stopped.load(ordering: .relaxed) else {
      for index in 0..<max(0, count) { body(index) }
      return
    }
    pthread_mutex_lock(caller)
    defer { pthread_mutex_unlock(caller) }
    withoutActuallyEscaping(body) { body in
      shared.pointee.body = body
      shared.pointee.count = count
      unfinished.store(threads - 1, ordering: .relaxed)
      round.add(1, ordering: .sequentiallyConsistent)
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
        pthread_mutex_lock(lock)
        pthread_cond_broadcast(woken)
        pthread_mutex_unlock(lock)
      }
      share(of: 0, count: count, body)
      awaitOthers()
      shared.pointee.body = nil
    }
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

  private func share(of thread: Int, count: Int, _ body: Body) {
    for index in thread * count / threads..<(thread + 1) * count / threads { body(index) }
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
    while waitForRound(after: seen) {
      seen += 1
      if let body = shared.pointee.body { share(of: index, count: shared.pointee.count, body) }
      if unfinished.subtract(1, ordering: .sequentiallyConsistent).newValue == 0,
        callerSleeps.load(ordering: .sequentiallyConsistent)
      {
        pthread_mutex_lock(lock)
        pthread_cond_signal(done)
        pthread_mutex_unlock(lock)
      }
    }
  }

  /// Waits for the next round; false: the pool has stopped.
  private func waitForRound(after seen: Int) -> Bool {
    for turn in 0..<Self.spins + Self.yields {
      if round.load(ordering: .acquiring) != seen { return true }
      if stopped.load(ordering: .relaxed) { return false }
      if turn < Self.spins { ck_pause() } else { sched_yield() }
    }
    pthread_mutex_lock(lock)
    defer { pthread_mutex_unlock(lock) }
    sleepers.add(1, ordering: .sequentiallyConsistent)
    defer { sleepers.subtract(1, ordering: .sequentiallyConsistent) }
    while round.load(ordering: .sequentiallyConsistent) == seen {
      if stopped.load(ordering: .sequentiallyConsistent) { return false }
      pthread_cond_wait(woken, lock)
    }
    return true
  }
}
