import Dispatch
import Glibc
import Synchronization

/// SIGTERM and SIGINT, heard through dispatch sources: the first asks to stop, the second ends the process at once.
package final class StopSignals: Sendable {
  private let received = Atomic<Int32>(0)
  /// Kept alive; written in `init` alone.
  nonisolated(unsafe) private var sources: [any DispatchSourceSignal] = []

  /// Makes one that hears nothing and is told by `ask` alone.
  package init(asked: Int32?) {
    if let asked { received.store(asked, ordering: .sequentiallyConsistent) }
  }

  /// Begins to listen.
  ///
  /// - Parameter second: called on the second signal, with its number; it should end the process.
  package init(second: @escaping @Sendable (Int32) -> Void = { _exit(128 + $0) }) {
    // A log whose reader has gone is no reason to end.
    signal(SIGPIPE, SIG_IGN)
    let queue = DispatchQueue(label: "ritornello.signals")
    for number in [SIGTERM, SIGINT] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler { [weak self] in
        guard let self else { return }
        let first = self.received.compareExchange(expected: 0, desired: number, ordering: .sequentiallyConsistent)
        if !first.exchanged { second(number) }
      }
      source.resume()
      sources.append(source)
    }
  }

  /// The first signal that came; nil: none so far.
  package var stop: Int32? {
    let number = received.load(ordering: .sequentiallyConsistent)
    return number == 0 ? nil : number
  }
}
