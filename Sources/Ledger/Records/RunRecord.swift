package import Foundation
package import Identity

/// What made a run: it is unique by this.
package enum RunTrigger: Sendable, Equatable {
  /// A due time of the job's schedule.
  case due(Date)
  /// The content of the job's corpora changed and was quiet until then.
  case corpusChange(due: Date, snapshot: ContentHash)
  /// A one-off spec, by the hash of its text.
  case spec(ContentHash)
  /// A person's request, by its name.
  case request(String)
}

/// One execution of a job.
package struct RunRecord: Sendable, Equatable {
  package var id: RunID
  package var state: RunState
  /// The due time; nil: it was made by a spec or a request.
  package var dueAt: Date?
  package var spec: ContentHash?
  package var request: String?
  /// The job's settings when the run was queued, as JSON.
  package var settings: String
  package var queuedAt: Date
  package var startedAt: Date?
  package var endedAt: Date?
  package var attempts: Int
  /// Attempts that failed and count as tries.
  package var failures: Int
  package var interruptions: Int
  /// Interruptions in a row without progress.
  package var interruptionsWithoutProgress: Int
  /// The time before which it is not started again.
  package var notBefore: Date?
  package var weightsIn: ContentHash?
  package var weightsOut: ContentHash?
  package var snapshot: ContentHash?
  /// The number of its songs.
  package var songs: Int
  package var error: String?
}

/// How long a run that was delivered worked.
package struct PastWork: Sendable, Equatable {
  /// Of all its attempts.
  package var seconds: Double
  /// The iterations that its training took; nil: it did not train.
  package var iterations: Int?
  /// The job's settings then, as JSON.
  package var settings: String

  package init(seconds: Double, iterations: Int?, settings: String) {
    self.seconds = seconds
    self.iterations = iterations
    self.settings = settings
  }
}

/// One try of a run.
package struct AttemptRecord: Sendable, Equatable {
  package var number: Int
  package var startedAt: Date
  package var endedAt: Date?
  /// `done`, `stopped`, `interrupted`, `blocked`, `failed` or `cancelled`; nil: it has not ended.
  package var outcome: String?
  package var error: String?
}

/// How an attempt ended, other than well.
package enum AttemptOutcome: Sendable, Equatable {
  /// The studio asked the worker to stop: the run is queued again, and nothing is counted.
  case stopped
  /// It was killed, or the power went: queued again, at once the first time, later after 1, 4, 16 … minutes, at most an
  /// hour; the third in a row without progress fails the run.
  case interrupted(error: String, progressed: Bool)
  /// The machine failed: the run is blocked and is tried again after a minute.
  case blocked(error: String)
  /// It failed through no fault of data or spec: tried again after 1, 4, 16 … minutes, at most an hour, up to `retries`
  /// times.
  case failed(error: String, retries: Int)
  /// Data or spec are at fault: failed, and not tried again.
  case refused(error: String)
}
