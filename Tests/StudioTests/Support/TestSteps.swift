import Studio
import Synchronization

/// What a cut throws.
struct Cut: Error {}

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
