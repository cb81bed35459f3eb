package import Foundation
import Glibc

/// What time it is, injected so that tests can move it.
package protocol StudioClock: Sendable {
  /// The wall's time, for people and schedules.
  var now: Date { get }
  /// Seconds on a clock that is never set, for waiting and settling.
  var monotonic: Double { get }
  /// Seconds on a clock that is never set and goes on while the machine sleeps, for telling sleep from a correction.
  var sinceBoot: Double { get }
  /// Waits; a test's clock moves on instead.
  func wait(seconds: Double)
}

/// The machine's clocks.
package struct SystemClock: StudioClock {
  package init() {}

  package var now: Date { Date() }

  package var monotonic: Double { Self.seconds(of: CLOCK_MONOTONIC) }
  package var sinceBoot: Double { Self.seconds(of: CLOCK_BOOTTIME) }

  private static func seconds(of clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  package func wait(seconds: Double) {
    guard seconds > 0 else { return }
    Thread.sleep(forTimeInterval: seconds)
  }
}
