package import Identity
package import MIDI
package import Representation

/// A song of a corpus, as other songs are measured against it.
package struct ReferenceSong: Sendable {
  /// The file's name, made safe to show.
  package var name: String
  package var sha256: ContentHash
  package var score: Score
  /// Notes that the file never ended.
  package var hangingNotes = 0

  package init(name: String, sha256: ContentHash, score: Score, hangingNotes: Int = 0) {
    self.name = name
    self.sha256 = sha256
    self.score = score
    self.hangingNotes = hangingNotes
  }

  /// Reads the songs of a file as they stand; one of format 2 holds several.
  ///
  /// - Throws: `CompositionError` of kind `machine` where the file cannot be read, of kind `data` where it is not what it
  ///   was or no MIDI file.
  package static func songs(of file: MusicFile) throws -> [ReferenceSong] {
    let bytes = try DurableFile.read(file.path, limit: file.sha256 == nil ? MIDILimits().fileBytes : Int.max - 1)
    let hash = ContentHash(of: bytes)
    if let expected = file.sha256, expected != hash {
      throw CompositionError(
        .data, "\(file.name) is not what it was: \(file.path.shown) has the hash \(hash), not \(expected)")
    }
    var limits = MIDILimits()
    if file.sha256 != nil { limits.fileBytes = max(limits.fileBytes, bytes.count) }
    do {
      let midi = try MIDIFile(bytes: bytes, limits: limits)
      return zip(midi.scores(), midi.hangingNotes).map {
        ReferenceSong(name: file.name, sha256: hash, score: $0, hangingNotes: $1)
      }
    } catch {
      throw CompositionError(.data, "\(file.name): \(error)")
    }
  }

  /// The songs of a corpus as a representation tells them, so that a network's songs are measured by what it could know.
  package static func songs(of corpus: EncodedCorpus, _ representation: Representation) -> [ReferenceSong] {
    corpus.items.map { ReferenceSong(name: $0.name, sha256: $0.sha256, score: representation.decode($0.song)) }
  }
}
