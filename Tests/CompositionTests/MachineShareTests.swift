import Testing

@testable import Composition

@Suite("What of the machine may be used")
struct MachineShareTests {
  private func share(_ files: [String: String]) -> MachineShare {
    MachineShare(processors: 8, memory: 1000) { files[$0] }
  }

  @Test("with no control group it is what the machine has")
  func free() {
    let share = share([:])
    #expect(share.processors == 8)
    #expect(share.memory == 1000)
  }

  @Test("every control group above bounds it, a part of a processor counting whole")
  func groups() {
    let share = share([
      "/proc/self/cgroup": "1:name=systemd:/x\n0::/a.slice/b.service\n",
      "/sys/fs/cgroup/a.slice/b.service/cpu.max": "max 100000\n",
      "/sys/fs/cgroup/a.slice/b.service/memory.max": "700\n",
      "/sys/fs/cgroup/a.slice/cpu.max": "250000 100000\n",
      "/sys/fs/cgroup/memory.max": "max\n",
    ])
    #expect(share.processors == 3)
    #expect(share.memory == 700)
  }

  @Test("control groups of version 1 bound it too, each kind in a hierarchy of its own")
  func version1() {
    let share = share([
      "/proc/self/cgroup": "12:cpu,cpuacct:/docker/x\n9:memory:/docker/x\n0::/other\n",
      "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "150000\n",
      "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
      "/sys/fs/cgroup/cpu/docker/x/cpu.cfs_quota_us": "-1\n",
      "/sys/fs/cgroup/cpu/docker/x/cpu.cfs_period_us": "100000\n",
      "/sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes": "600\n",
      "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
    ])
    #expect(share.processors == 2)
    #expect(share.memory == 600)
  }

  @Test(
    "damaged limits are no limits", arguments: ["", "\n", "-5 100", "0 0", "9999999999999999999999 1", "x y", "100000"])
  func damaged(text: String) {
    let share = share(["/sys/fs/cgroup/cpu.max": text, "/sys/fs/cgroup/memory.max": "x" + text])
    #expect(share.processors == 8)
    #expect(share.memory == 1000)
  }

  @Test("a worker has no more threads than there are processors")
  func bounded() {
    #expect(share([:]).threads(asked: 0) == 8)
    #expect(share([:]).threads(asked: 3) == 3)
    #expect(share([:]).threads(asked: 64) == 8)
  }

  @Test("workers that run at once share the processors, each with at least one")
  func shared() {
    #expect(share([:]).share(asked: 0, workers: 1) == 0)
    #expect(share([:]).share(asked: 0, workers: 3) == 2)
    #expect(share([:]).share(asked: 0, workers: 20) == 1)
    #expect(share([:]).share(asked: 5, workers: 3) == 5)
  }

  @Test("the process that asks has a processor and memory")
  func present() {
    #expect(MachineShare.present.processors >= 1)
    #expect(MachineShare.present.memory > 1 << 20)
  }
}
