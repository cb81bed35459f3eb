import Foundation
import Studio
import Synchronization

/// A clock that stands still until it is moved, or waited on.
final class ManualClock: StudioClock {
  private let state: Mutex<(wall: Double, monotonic: Double)>

  /// Starts at a time of the wall, in seconds since 1970.
  init(_ wall: Double = Date().timeIntervalSince1970.rounded(.down)) { state = Mutex((wall, 1000)) }

  var now: Date { Date(timeIntervalSince1970: state.withLock { $0.wall }) }
  var monotonic: Double { state.withLock { $0.monotonic } }
  var sinceBoot: Double { monotonic }

  func wait(seconds: Double) { advance(seconds) }

  /// Lets time pass.
  func advance(_ seconds: Double) {
    state.withLock {
      $0.wall += seconds
      $0.monotonic += seconds
    }
  }

  /// Sets the wall's time alone, as a person would.
  func set(_ wall: Double) { state.withLock { $0.wall = wall } }
}
