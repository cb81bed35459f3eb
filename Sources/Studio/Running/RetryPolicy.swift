/// When a run is tried again that did not get through.
package enum RetryPolicy {
  /// Interruptions without progress after which a run has failed.
  package static let interruptionsAllowed = 3

  /// Seconds until the next attempt after the n-th failure (from 1): 1, 4, 16 … minutes, at most an hour.
  package static func delay(afterFailure number: Int) -> Double {
    var minutes = 1.0
    for _ in 1..<max(1, min(number, 8)) { minutes *= 4 }
    return min(minutes, 60) * 60
  }

  /// Seconds until an interrupted run goes on: none the first time, then 1, 4, 16 … minutes, at most an hour.
  package static func delay(afterInterruption number: Int) -> Double {
    number <= 1 ? 0 : delay(afterFailure: number - 1)
  }
}
