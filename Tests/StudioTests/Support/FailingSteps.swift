import Studio
import Synchronization

/// Lets a step fail once, with an error of the test's choice, as a machine does that is well again afterwards.
final class FailingSteps: StepObserver {
  private let error: any Error & Sendable
  private let step: Step
  private let left: Mutex<(spared: Int, times: Int)>

  /// - Parameters:
  ///   - step: what fails.
  ///   - error: with what.
  ///   - times: how often.
  ///   - after: how often it is let through before.
  init(_ step: Step, _ error: any Error & Sendable, times: Int = 1, after: Int = 0) {
    self.step = step
    self.error = error
    left = Mutex((after, times))
  }

  func willMake(_ step: Step) throws {
    guard step == self.step else { return }
    let isDue = left.withLock { left in
      if left.spared > 0 {
        left.spared -= 1
        return false
      }
      defer { left.times -= 1 }
      return left.times > 0
    }
    if isDue { throw error }
  }
}
