import CPosix
import Foundation
import Glibc
import Synchronization

/// SIGTERM and SIGINT: the first asks to stop, the second ends the process at once.
///
/// A handler writes each signal into a pipe, which a thread reads. Dispatch's signal sources are not used: on Linux they
/// now and then lose a signal that comes while other threads begin or end.
package final class StopSignals: Sendable {
  private let received = Atomic<Int32>(0)

  /// Makes one that hears nothing, and has been told to stop already or never is.
  package init(asked: Int32?) {
    if let asked { received.store(asked, ordering: .sequentiallyConsistent) }
  }

  /// Begins to listen, once a process.
  ///
  /// Where the process may open no more files, signals do what they do by default.
  ///
  /// - Parameters:
  ///   - first: called on a thread of its own with the first signal's number.
  ///   - second: called on the second signal, with its number; it should end the process.
  package init(
    first: @escaping @Sendable (Int32) -> Void = { _ in },
    second: @escaping @Sendable (Int32) -> Void = { _exit(128 + $0) }
  ) {
    let pipe = cposix_hear_stop_signals()
    guard pipe >= 0 else { return }
    let thread = Thread { [self] in
      while let number = Self.next(pipe) {
        let before = received.compareExchange(expected: 0, desired: number, ordering: .sequentiallyConsistent)
        if before.exchanged { first(number) } else { second(number) }
      }
    }
    thread.name = "signals"
    thread.start()
  }

  /// The first signal that came; nil: none so far.
  package var stop: Int32? {
    let number = received.load(ordering: .sequentiallyConsistent)
    return number == 0 ? nil : number
  }

  /// Waits for the next signal's number.
  private static func next(_ pipe: Int32) -> Int32? {
    var byte: UInt8 = 0
    while true {
      let count = read(pipe, &byte, 1)
      if count == 1 { return Int32(byte) }
      guard count < 0, errno == EINTR else { return nil }
    }
  }
}
