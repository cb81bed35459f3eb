package import Foundation
package import Identity

/// What the scheduler remembers of a job.
package struct JobState: Sendable, Equatable {
  package var name: String
  /// The number of the job's last run; 0: it has none.
  package var counter: Int
  /// The schedule's text when it was last looked at; a change of it means that nothing was missed.
  package var schedule: String?
  /// When this schedule was first seen.
  package var scheduleSince: Date?
  /// The last due time that was acted on: queued or passed over.
  package var lastDue: Date?
  /// The content of the job's corpora that its last run by corpus-changes was made for.
  package var snapshotSeen: ContentHash?
}

/// Something that is wrong now and what to do about it.
package struct Problem: Sendable, Equatable {
  /// A short word for the kind of problem, the same at each time.
  package var code: String
  /// What it is about, made safe to show, where there can be several of a code; else empty.
  package var subject: String
  package var message: String
  package var remedy: String
  /// When it was first told.
  package var since: Date

  package init(code: String, subject: String = "", message: String, remedy: String, since: Date) {
    self.code = code
    self.subject = subject
    self.message = message
    self.remedy = remedy
    self.since = since
  }
}

/// The last good `jobs.yaml`.
package struct ConfigurationRecord: Sendable, Equatable {
  package var text: String
  package var sha256: ContentHash
  package var loadedAt: Date
}

/// Where a song, run or weights came from.
package struct Lineage: Sendable, Equatable {
  package var song: SongRecord?
  package var run: RunRecord?
  /// The weights that the song or run used or made; nil: none, or unknown to the ledger.
  package var weights: WeightsRecord?
  /// The weights that those began from, and theirs in turn, nearest first.
  package var parents: [WeightsRecord]
  /// Hashes of ancestors that the ledger does not hold, as `starter`.
  package var unknownParents: [ContentHash]
  package var snapshot: ContentHash?
  /// The snapshot's files, in the order in which they were taken in.
  package var files: FileTable
  /// Files that only the parents were trained on.
  package var earlierFiles: FileTable
}
