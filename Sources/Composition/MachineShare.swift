internal import CPosix
internal import Foundation
internal import Network

/// What of the machine this process may use: its processors by affinity and control group, its memory by control group.
package struct MachineShare: Sendable, Equatable {
  package var processors: Int
  /// Bytes.
  package var memory: Int

  /// The share as it is now.
  package static var present: MachineShare {
    let allowed = Int(cposix_processors())
    let info = ProcessInfo.processInfo
    return MachineShare(
      processors: allowed > 0 ? allowed : info.activeProcessorCount,
      memory: Int(clamping: info.physicalMemory)
    ) { path in (try? DurableFile.read(path)).map { String(decoding: $0, as: UTF8.self) } }
  }

  /// Bounds what the machine has by the control groups that the process is in, of version 2 or 1.
  ///
  /// - Parameters:
  ///   - processors: Those of the machine that the process may run on.
  ///   - memory: Bytes of the machine.
  ///   - read: Gives a file's text; nil where it is not there.
  init(processors: Int, memory: Int, read: (String) -> String?) {
    self.processors = max(1, processors)
    self.memory = memory
    func words(_ path: String) -> [Substring] { (read(path) ?? "").split { $0 == " " || $0 == "\n" } }
    // The folders of a hierarchy that bound the process: its own, then each above it.
    func folders(_ root: String, _ isOurs: ([Substring]) -> Bool) -> [String] {
      let lines = (read("/proc/self/cgroup") ?? "").split(separator: "\n")
      let fields = lines.map { $0.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false) }
      let parts = fields.first { $0.count == 3 && isOurs($0) }?[2].split(separator: "/") ?? []
      return (0...parts.count).reversed().map { root + parts.prefix($0).map { "/" + $0 }.joined() + "/" }
    }
    for folder in folders("/sys/fs/cgroup", { $0[0] == "0" }) {
      bound(memory: words(folder + "memory.max"))
      // A quota and a period in microseconds, such as "150000 100000".
      bound(processors: words(folder + "cpu.max"))
    }
    for folder in folders("/sys/fs/cgroup/memory", { $0[1] == "memory" }) {
      bound(memory: words(folder + "memory.limit_in_bytes"))
    }
    for folder in folders("/sys/fs/cgroup/cpu", { $0[1].split(separator: ",").contains("cpu") }) {
      bound(processors: words(folder + "cpu.cfs_quota_us") + words(folder + "cpu.cfs_period_us"))
    }
  }

  private mutating func bound(memory limit: [Substring]) {
    if let limit = limit.first.flatMap({ Int($0) }), limit > 0 { memory = min(memory, limit) }
  }

  private mutating func bound(processors quota: [Substring]) {
    let quota = quota.compactMap { Double($0) }
    guard quota.count == 2, quota[0] > 0, quota[1] > 0, quota[0] / quota[1] < Double(processors) else { return }
    processors = max(1, Int((quota[0] / quota[1]).rounded(.up)))
  }

  /// The threads of a worker of a studio: as many as were asked for, but no more than there are processors.
  ///
  /// 0 asks for all of them.
  package func threads(asked: Int) -> Int { asked > 0 ? min(asked, processors) : processors }

  /// What each of a studio's workers is to be asked for, so that together they have a thread a processor; 0: all.
  package func share(asked: Int, workers: Int) -> Int {
    asked > 0 || workers <= 1 ? asked : max(1, processors / workers)
  }
}

extension WorkerPool {
  /// Starts as many threads as were asked for; 0: one for each processor that this process may use.
  convenience init(_ asked: Int) { self.init(threads: asked > 0 ? asked : MachineShare.present.processors) }
}
