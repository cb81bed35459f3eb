import Foundation

/// Tells how often the kernel has ended a process for want of memory, injected so that tests can let it do so.
package protocol MemoryKills: Sendable {
  /// The number so far; nil: the system does not tell.
  func kills() -> Int?
}

/// What the kernel counts: in this process's control group, or on the whole machine.
package struct KernelMemoryKills: MemoryKills {
  package init() {}

  package func kills() -> Int? {
    if let line = Self.text("/proc/self/cgroup")?.split(separator: "\n").first(where: { $0.hasPrefix("0::/") }) {
      let group = line.dropFirst("0::".count)
      let events = "/sys/fs/cgroup" + (group == "/" ? "" : group) + "/memory.events"
      if let number = Self.number("oom_kill", in: Self.text(events)) { return number }
    }
    return Self.number("oom_kill", in: Self.text("/proc/vmstat"))
  }

  /// The number that stands behind a word at the beginning of a line.
  static func number(_ word: String, in text: String?) -> Int? {
    let lines = text?.split(separator: "\n").map { $0.split(separator: " ") } ?? []
    return lines.first { $0.count == 2 && $0[0] == word }.flatMap { Int($0[1]) }
  }

  private static func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
}
