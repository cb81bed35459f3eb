import Foundation
import Glibc
import Identity

/// Workers of a studio that has died: they end by themselves, but not before they notice.
struct StrayWorkers {
  let paths: StudioPaths
  let environment: StudioEnvironment

  /// Ends every process that works on a run's folder, and waits until it is gone.
  func end(of run: RunID) {
    let folder = paths.run(run)
    for _ in 0..<200 {
      let strays = processes(workingOn: folder)
      guard !strays.isEmpty else { return }
      for process in strays { _ = kill(process, SIGKILL) }
      environment.clock.wait(seconds: 0.01)
    }
  }

  private func processes(workingOn folder: FileName) -> [Int32] {
    guard let names = try? environment.names(in: FileName("/proc")) else { return [] }
    return names.compactMap { name -> Int32? in
      guard let text = name.text, let process = Int32(text), process != getpid() else { return nil }
      let line = try? environment.contents(of: FileName("/proc") / name / "cmdline", limit: 1 << 20)
      let words = (line ?? []).split(separator: 0, omittingEmptySubsequences: false).map { Array($0) }
      guard let place = words.firstIndex(of: Array("work".utf8)), words.indices.contains(place + 1),
        words[place + 1] == folder.bytes
      else { return nil }
      return process
    }
  }
}
