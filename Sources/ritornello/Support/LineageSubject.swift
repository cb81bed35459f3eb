import Foundation
import Identity
import Ledger

/// Finds what an ID or PATH of the command line means.
struct LineageSubject {
  private let studio: String
  private let reader: LedgerReader

  init(studio: String) {
    self.studio = studio
    reader = LedgerReader(studio: studio)
  }

  /// The lineage of what a text names.
  ///
  /// Throws `LedgerError.unknown` where the ledger knows nothing of it.
  func lineage(of text: String) throws -> Lineage {
    if let song = SongID(text) { return try reader.lineage(ofSong: song) }
    if let run = RunID(text) { return try reader.lineage(ofRun: run) }
    if let hash = ContentHash(hex: text) { return try lineage(ofBytes: hash, named: text) }
    let argument = PathWalk.argument(text)
    if let found = try lineage(ofPath: argument) { return found }
    do {
      let limit = 1 << 32
      let bytes = try PathWalk.read(argument, limit: limit)
      guard bytes.count <= limit else {
        throw LedgerError.unknown("'\(argument.shown)' is larger than any song or weights")
      }
      return try lineage(ofBytes: ContentHash(of: bytes), named: argument.shown)
    } catch let problem as PathWalk.Problem where problem.kind == .noSuchPath {
      guard let weights = try? reader.weights(meantBy: text) else {
        throw LedgerError.unknown("'\(argument.shown)' is no id, hash or file; `ritornello songs` lists the songs")
      }
      return try reader.lineage(ofWeights: weights.sha256)
    }
  }

  /// What lies under a path in this studio, or lay there: a song, a run's folder, weights.
  private func lineage(ofPath path: FileName) throws -> Lineage? {
    let absolute = PathWalk.absolute(path)
    let places = [absolute.text ?? absolute.shown, studio + "/" + (path.text ?? path.shown)]
    let roots = [studio, URL(fileURLWithPath: studio).resolvingSymlinksInPath().path]
    for place in places {
      let url = URL(fileURLWithPath: place)
      for full in [url.standardizedFileURL.path, url.resolvingSymlinksInPath().path] {
        for root in roots where full.hasPrefix(root + "/") {
          if let found = try lineage(below: String(full.dropFirst(root.count + 1))) { return found }
        }
      }
    }
    return nil
  }

  private func lineage(below path: String) throws -> Lineage? {
    if let song = try reader.song(atPath: path) { return try reader.lineage(ofSong: song.id) }
    let steps = path.split(separator: "/").map(String.init)
    guard let last = steps.last else { return nil }
    if steps.count == 3, steps[0] == "outbox", let run = RunID(steps[1] + "/" + steps[2]), try reader.run(run) != nil {
      return try reader.lineage(ofRun: run)
    }
    if steps.dropLast() == [".ritornello", "weights"], let hash = ContentHash(hex: String(last.prefix(64))),
      try reader.weights(hash) != nil
    {
      return try reader.lineage(ofWeights: hash)
    }
    return nil
  }

  private func lineage(ofBytes hash: ContentHash, named name: String) throws -> Lineage {
    if let song = try reader.songs(withHash: hash).first { return try reader.lineage(ofSong: song.id) }
    if try reader.weights(hash) != nil { return try reader.lineage(ofWeights: hash) }
    if try reader.hasObject(hash) {
      throw LedgerError.unknown("'\(FileName(name).shown)' was given to this studio, not made by it: it has no lineage")
    }
    throw LedgerError.unknown(
      "this studio made no song and no weights with the bytes of '\(FileName(name).shown)'; `ritornello songs` lists them"
    )
  }
}
