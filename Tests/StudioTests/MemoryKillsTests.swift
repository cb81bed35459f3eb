import Ledger
import Synchronization
import Testing

@testable import Studio

/// A system that has ended one process more for want of memory each time it is asked.
private final class CountingMemoryKills: MemoryKills {
  private let count = Mutex(0)
  func kills() -> Int? {
    count.withLock {
      $0 += 1
      return $0
    }
  }
}

@Suite("Workers ended for want of memory")
struct MemoryKillsTests {
  private func run(_ studio: TemporaryStudio) throws -> RunRecord { try #require(try studio.reader.runs().first) }

  @Test("a worker that the system ended for want of memory is told apart from one that a person ended")
  func memory() throws {
    let (studio, _) = try TemporaryStudio.withMusic([.die(iterations: 5), .finish])
    studio.memory = CountingMemoryKills()
    let session = try studio.session()
    _ = try session.takeIn()
    _ = try session.queue(job: "chorales", request: "r1")
    try session.supervisor.startNext(session.jobs.file, blockedAtOnce: false)
    try session.supervisor.poll()
    #expect(try run(studio).state == .queued)
    #expect(try run(studio).error?.contains("the system ended the worker for want of memory") == true)
    #expect(try run(studio).interruptions == 1)

    let (other, _) = try TemporaryStudio.withMusic([.die(iterations: 5), .finish])
    let second = try other.session()
    _ = try second.takeIn()
    _ = try second.queue(job: "chorales", request: "r1")
    try second.supervisor.startNext(second.jobs.file, blockedAtOnce: false)
    try second.supervisor.poll()
    #expect(try run(other).error == "the worker was ended by signal 9")
  }

  @Test("the kernel's count is read from its text")
  func counts() {
    #expect(KernelMemoryKills.number("oom_kill", in: "oom 3\noom_kill 2\noom_group_kill 0\n") == 2)
    #expect(KernelMemoryKills.number("oom_kill", in: "low 0\n") == nil)
    #expect(KernelMemoryKills.number("oom_kill", in: nil) == nil)
  }
}
