import Foundation
import Glibc
package import Identity
package import Work

/// Shows how far runs are.
package protocol ProgressTeller {
  /// Called often while a run goes on.
  func tell(_ run: RunID, _ progress: WorkProgress)
  /// Called when nothing runs any more.
  func finish()
}

/// A bar on standard error where that is a terminal, else a line now and then.
package final class StandardErrorProgress: ProgressTeller {
  private let isTerminal: Bool
  private let clock: any StudioClock
  private let line: (String) -> Void
  private var lastTime = -Double.infinity
  private var isShown = false

  /// Seconds between two lines in a log.
  private static let interval = 30.0

  /// - Parameters:
  ///   - clock: says when the next line is due.
  ///   - format: of the log; a bar is drawn beside text alone.
  ///   - line: writes a line of the log.
  package init(
    clock: any StudioClock = SystemClock(), format: LogFormat = .text, line: @escaping (String) -> Void
  ) {
    isTerminal = format == .text && isatty(2) == 1
    self.clock = clock
    self.line = line
  }

  package func tell(_ run: RunID, _ progress: WorkProgress) {
    let now = clock.monotonic
    guard now - lastTime >= (isTerminal ? 0.2 : Self.interval) else { return }
    lastTime = now
    let text = Self.text(run, progress)
    guard isTerminal else {
      if progress.fraction > 0 { line(text) }
      return
    }
    let width = 24
    let done = Int((max(0, min(1, progress.fraction)) * Double(width)).rounded(.down))
    let bar = String(repeating: "█", count: done) + String(repeating: "░", count: width - done)
    write("\r\u{1B}[K" + bar + " " + text)
    isShown = true
  }

  package func finish() {
    if isShown { write("\r\u{1B}[K") }
    isShown = false
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

  private static func text(_ run: RunID, _ progress: WorkProgress) -> String {
    var text = "\(run) \(progress.stage.rawValue), \(progress.percent) %"
    if progress.stage == .training, progress.iterations > 0 {
      text += ", iteration \(progress.iteration) of \(progress.iterations)"
    }
    if let loss = progress.loss { text += ", loss \((loss * 1000).rounded() / 1000)" }
    if let left = progress.etaSeconds, left.isFinite, left >= 0 { text += ", \(TimeLeft.text(left)) left" }
    return text
  }
}

/// A length of time for people.
package enum TimeLeft {
  /// Writes seconds as `12 s`, `3 min` or `2 h 5 min`.
  package static func text(_ seconds: Double) -> String {
    let whole = Int(max(0, min(seconds, 1e9)).rounded())
    if whole < 90 { return "\(whole) s" }
    let minutes = (whole + 30) / 60
    return minutes < 90 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
  }
}
