package import Foundation
package import Identity

/// A file as it appeared in the inbox.
///
/// What was seen is its identity: a drop that differs in any of these is another one.
package struct Drop: Hashable, Sendable {
  package var device: UInt64
  package var inode: UInt64
  /// Bytes.
  package var size: Int64
  /// Nanoseconds since 1970.
  package var modified: Int64
  /// Nanoseconds since 1970.
  package var changed: Int64
  /// The path below the inbox.
  package var name: FileName

  package init(device: UInt64, inode: UInt64, size: Int64, modified: Int64, changed: Int64, name: FileName) {
    self.device = device
    self.inode = inode
    self.size = size
    self.modified = modified
    self.changed = changed
    self.name = name
  }
}

/// What became of a drop.
package enum DropFate: String, Sendable, Equatable, CaseIterable { case taken, duplicate, rejected, withdrawn }

/// A drop whose fate is settled.
package struct DropRecord: Sendable, Equatable {
  package var name: FileName
  package var fate: DropFate
  /// Why it was rejected, or what else the person should know.
  package var reason: String?
  package var sha256: ContentHash?
  package var corpus: String?
  package var seenAt: Date
  package var decidedAt: Date
}

/// A drop that is one MIDI file, which goes into a corpus.
package struct TakenDrop: Sendable, Equatable {
  package var drop: Drop
  package var corpus: String
  package var file: TakenFile

  package init(_ drop: Drop, corpus: String, file: TakenFile) {
    self.drop = drop
    self.corpus = corpus
    self.file = file
  }
}

/// A MIDI file that is stored as an object and goes into a corpus.
package struct TakenFile: Sendable, Equatable {
  /// The name in the corpus.
  package var name: FileName
  package var sha256: ContentHash
  package var bytes: Int
  package var notes: Int
  package var seconds: Double

  package init(name: FileName, sha256: ContentHash, bytes: Int, notes: Int, seconds: Double) {
    self.name = name
    self.sha256 = sha256
    self.bytes = bytes
    self.notes = notes
    self.seconds = seconds
  }
}
