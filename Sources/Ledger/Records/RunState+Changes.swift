extension RunState {
  /// The states that may follow this one; everything else is refused.
  package var followers: Set<RunState> {
    switch self {
    case .queued: [.running, .blocked, .failed, .cancelled, .skipped]
    case .waiting: [.queued, .running, .blocked, .failed, .cancelled]
    case .blocked: [.queued, .running, .blocked, .failed, .cancelled]
    case .running: [.queued, .waiting, .blocked, .ready, .failed, .cancelled]
    case .ready: [.delivered]
    case .failed: [.queued]
    case .delivered, .cancelled, .skipped: []
    }
  }

  /// Says whether the run still has work before it.
  package var isOpen: Bool {
    switch self {
    case .queued, .waiting, .blocked, .running, .ready: true
    case .delivered, .failed, .cancelled, .skipped: false
    }
  }
}
