import Studio
import Synchronization

/// What a cut throws.
struct Cut: Error {}

/// Tells of each step.
struct CountingSteps: StepObserver {
  let told: @Sendable (Step) -> Void

  init(_ told: @escaping @Sendable (Step) -> Void) { self.told = told }

  func willMake(_ step: Step) { told(step) }
}

/// Cuts the studio at its n-th step and at every one after it, as a dead process makes none.
final class CuttingSteps: StepObserver {
  private let count = Mutex(0)
  private let last: Int

  init(at step: Int) { last = step }

  func willMake(_ step: Step) throws {
    let number = count.withLock {
      $0 += 1
      return $0
    }
    if number >= last { throw Cut() }
  }

  /// Says whether the cut was reached.
  var wasCut: Bool { count.withLock { $0 } >= last }
}
