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

  /// Bounds what the machine has by the control groups (version 2) that the process is in.
  ///
  /// - Parameters:
  ///   - processors: Those of the machine that the process may run on.
  ///   - memory: Bytes of the machine.
  ///   - read: Gives a file's text; nil where it is not there.
  init(processors: Int, memory: Int, read: (String) -> String?) {
    self.processors = max(1, processors)
    self.memory = memory
    let line = read("/proc/self/cgroup")?.split(separator: "\n").first { $0.hasPrefix("0::/") }
    var group = line.map { String($0.dropFirst("0::".count)) } ?? "/"
    // Each group above bounds those below it.
    while true {
      let folder = "/sys/fs/cgroup" + (group == "/" ? "" : group) + "/"
      if let limit = read(folder + "memory.max").flatMap({ Int($0.split(separator: "\n").first ?? "") }) {
        self.memory = min(self.memory, limit)
      }
      // A quota and a period in microseconds, such as "150000 100000".
      let quota = (read(folder + "cpu.max") ?? "").split { $0 == " " || $0 == "\n" }.compactMap { Double($0) }
      if quota.count == 2, quota[0] > 0, quota[1] > 0, quota[0] / quota[1] < Double(self.processors) {
        self.processors = max(1, Int((quota[0] / quota[1]).rounded(.up)))
      }
      guard group != "/", let slash = group.lastIndex(of: "/") else { break }
      group = slash == group.startIndex ? "/" : String(group[..<slash])
    }
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
