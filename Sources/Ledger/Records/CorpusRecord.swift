package import Foundation
package import Identity

/// A corpus and what it holds now.
package struct CorpusRecord: Sendable, Equatable {
  package var name: String
  /// The number of files.
  package var files: Int
  package var notes: Int
  package var seconds: Double
  package var bytes: Int
  /// The hash of its content; nil: it is empty.
  package var snapshot: ContentHash?
  /// When its content last changed.
  package var changedAt: Date
}

/// A file of a corpus.
package struct CorpusFile: Sendable, Equatable {
  package var corpus: String
  package var name: FileName
  package var sha256: ContentHash
  package var bytes: Int
  package var notes: Int
  package var seconds: Double
  package var addedAt: Date
}

/// The exact content of one or several corpora at one time.
package struct Snapshot: Sendable, Equatable {
  package var sha256: ContentHash
  /// Its files in the order of their hashes, each content once.
  package var files: [SnapshotFile]
}

/// A file of a snapshot.
package struct SnapshotFile: Sendable, Equatable {
  package var corpus: String
  package var name: FileName
  package var sha256: ContentHash
}
