import Studio
import Synchronization

/// Lets a step fail once, with an error of the test's choice, as a machine does that is well again afterwards.
final class FailingSteps: StepObserver {
  private let error: any Error & Sendable
  private let step: Step
  private let left: Mutex<Int>

  /// - Parameters:
  ///   - step: what fails.
  ///   - error: with what.
  ///   - times: how often.
  init(_ step: Step, _ error: any Error & Sendable, times: Int = 1) {
    self.step = step
    self.error = error
    left = Mutex(times)
  }

  func willMake(_ step: Step) throws {
    guard step == self.step else { return }
    let isDue = left.withLock { left in
      defer { left -= 1 }
      return left > 0
    }
    if isDue { throw error }
  }
}
