package import Identity

/// A MIDI file of a snapshot.
package struct MusicFile: Sendable, Equatable {
  /// The name, made safe to show.
  package var name: String
  /// Where its bytes lie.
  package var path: FileName
  /// The hash that the bytes must have; nil: whatever they have.
  package var sha256: ContentHash?
  /// The corpus that it is of, where styles are told apart.
  package var corpus: String?

  package init(name: String, path: FileName, sha256: ContentHash? = nil, corpus: String? = nil) {
    self.corpus = corpus
    self.name = name
    self.path = path
    self.sha256 = sha256
  }
}
