import ArgumentParser
import Composition
import Dispatch
import Glibc
import Synchronization

/// Turns SIGINT and SIGTERM into a flag; a second signal ends the program at once.
///
/// What does not look at the flag in time (a big network that is being made, a long validation) is ended all the same:
/// every file is written so that this is as safe as a crash.
final class Interruption: Sendable {
  let flag = StopFlag()
  private let received = Mutex<Int32>(0)
  /// Seconds from the first signal to the end.
  private static let patience = 4.5
  /// Kept alive; written in `init` alone.
  nonisolated(unsafe) private var sources: [any DispatchSourceSignal] = []

  init() {
    for number in [SIGINT, SIGTERM] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { [self] in receive(number) }
      source.resume()
      sources.append(source)
    }
  }

  private func receive(_ number: Int32) {
    let isFirst = received.withLock { first in
      defer { if first == 0 { first = number } }
      return first == 0
    }
    guard isFirst else { _exit(128 + number) }
    flag.stop()
    DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience) { _exit(128 + number) }
  }

  /// The exit status after a stop: 130 or 143.
  var exitCode: ExitCode { ExitCode(128 + received.withLock { $0 == 0 ? SIGTERM : $0 }) }
}
