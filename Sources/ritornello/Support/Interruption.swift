import ArgumentParser
import Composition
import Dispatch
import Glibc
import Studio

/// Turns SIGINT and SIGTERM into a flag; a second signal ends the program at once.
///
/// What does not look at the flag in time (a big network that is being made, a long validation) is ended all the same:
/// every file is written so that this is as safe as a crash.
final class Interruption: Sendable {
  let flag: StopFlag
  private let signals: StopSignals
  /// Seconds from the first signal to the end.
  private static let patience = 4.5

  init() {
    let flag = StopFlag()
    self.flag = flag
    signals = StopSignals(first: { number in
      flag.stop()
      DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience) { _exit(128 + number) }
    })
  }

  /// The exit status after a stop: 130 or 143.
  var exitCode: ExitCode { ExitCode(128 + (signals.stop ?? SIGTERM)) }
}
