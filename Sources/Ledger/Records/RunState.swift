/// How far a run is.
///
///     queued ─▶ running ─▶ ready ─▶ delivered
///       ▲         │  │
///       │         │  └─▶ failed, cancelled
///       └─ waiting, blocked
package enum RunState: String, Sendable, Equatable, CaseIterable {
  /// It may start.
  case queued
  /// It failed, and is tried again at its time.
  case waiting
  /// The machine failed; it is tried again when the machine is well.
  case blocked
  /// A worker is at it.
  case running
  /// Its songs are assembled beside the outbox.
  case ready
  /// Its songs are in the outbox.
  case delivered
  case failed
  case cancelled
  /// It was never started; the error says why.
  case skipped
}
