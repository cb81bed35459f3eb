internal import Identity
internal import MIDI
internal import Representation

/// Reads the files of a snapshot on all threads.
struct CorpusReader {
  let files: [MusicFile]
  let representation: Representation
  let threads: OrderedWork
  /// Beside which path the songs of many files are put aside, in a file without a name; nil: they stay in memory.
  let scratch: String?
  /// Asked between two files; nil: nobody asks for an end.
  let stop: StopFlag?

  /// The songs of a snapshot, by their files' hashes; two songs of one file keep the file's order.
  struct Songs {
    var store: SongStore
    var records: [SongRecord]
    var remarks: SongRemarks
    /// The hashes of all files, each with the name of the first one that has it.
    var names: [ContentHash: String]
  }

  /// What one file holds.
  private struct Content {
    var sha256: ContentHash
    var songs: [(bytes: [UInt8], outline: SongOutline)] = []
    var reasons: [String] = []
    var report = EncodingReport()
  }

  /// The songs of the files, from the cache where it keeps them.
  ///
  /// That a cache cannot be written costs time, and nothing else.
  func songs(_ cache: SongCache?) throws -> Songs {
    guard let cache, files.count >= cache.leastFiles else { return try songsPutAside() }
    let names = try names()
    let key = cache.key(names.keys, representation)
    if let kept = cache.read(key, representation) {
      return Songs(store: kept.store, records: kept.records, remarks: kept.remarks, names: names)
    }
    guard let songs = try songs(writing: key, cache) else { return try songsPutAside() }
    cache.prune(keeping: key)
    return songs
  }

  /// The hash of each file, without reading its music; those that are told are believed.
  private func names() throws -> [ContentHash: String] {
    var names: [ContentHash: String] = [:]
    try forEach { file in
      try file.sha256 ?? ContentHash(of: DurableFile.read(file.path, limit: MIDILimits().fileBytes))
    } take: { hash, file in
      if names[hash] == nil { names[hash] = file.name }
    }
    return names
  }

  private static let many = 1000

  private func songsPutAside() throws -> Songs {
    guard let scratch, files.count >= Self.many, let writer = try? SongFile.Writer(scratch + ".songs") else {
      return try songsInMemory()
    }
    writer.removeName()
    guard var result = try songs(writing: writer), let store = try? writer.finish(SongPacking(representation)) else {
      return try songsInMemory()
    }
    result.store = store
    return result
  }

  private func songsInMemory() throws -> Songs {
    let packing = SongPacking(representation)
    var songs: [[UInt8]] = []
    var result = Songs(store: SongStore([], packing), records: [], remarks: SongRemarks(), names: [:])
    try forEachContent(into: &result) { bytes in
      songs.append(bytes)
      return songs.count - 1
    }
    result.store = SongStore(songs, packing)
    return result
  }

  /// Nil where the file cannot be written.
  private func songs(writing key: ContentHash, _ cache: SongCache) throws -> Songs? {
    guard let writer = try? cache.writer(key), var result = try songs(writing: writer) else { return nil }
    // By the hashes of what was read: a file may have changed since it was looked at.
    let key = cache.key(result.names.keys, representation)
    let store = try? writer.finish(
      result.records, result.remarks, key: key, at: cache.path(key), SongPacking(representation))
    guard let store else { return nil }
    result.store = store
    return result
  }

  /// Reads all files and writes their songs; nil where these cannot be written.
  private func songs(writing writer: SongFile.Writer) throws -> Songs? {
    var result = Songs(
      store: SongStore([], SongPacking(representation)), records: [], remarks: SongRemarks(), names: [:])
    do {
      try forEachContent(into: &result) { bytes in
        do {
          return try writer.append(bytes)
        } catch {
          throw Unwritable()
        }
      }
      return result
    } catch is Unwritable {
      return nil
    }
  }

  /// A song that could not be written.
  private struct Unwritable: Error {}

  /// Reads all files, hands over their songs one by one and notes what is known of them.
  private func forEachContent(into songs: inout Songs, keep: ([UInt8]) throws -> Int) throws {
    let packing = SongPacking(representation)
    try forEach {
      try content(of: $0, packing)
    } take: { content, file in
      guard songs.names[content.sha256] == nil else { return }
      songs.names[content.sha256] = file.name
      for (bytes, outline) in content.songs {
        songs.records.append(SongRecord(sha256: content.sha256, outline: outline, offset: try keep(bytes)))
      }
      songs.remarks.leftOut += content.reasons.map { .init(sha256: content.sha256, reason: $0) }
      songs.remarks.report += content.report
    }
    songs.records = songs.records.enumerated().sorted {
      ($0.element.sha256, $0.offset) < ($1.element.sha256, $1.offset)
    }.map(\.element)
  }

  private func content(of file: MusicFile, _ packing: SongPacking) throws -> Content {
    let bytes = try DurableFile.read(file.path, limit: file.sha256 == nil ? MIDILimits().fileBytes : Int.max - 1)
    var content = Content(sha256: ContentHash(of: bytes))
    if let expected = file.sha256, expected != content.sha256 {
      throw CompositionError(
        .data, "\(file.name) is not what it was: \(file.path.shown) has the hash \(content.sha256), not \(expected)")
    }
    var limits = MIDILimits()
    // What has a hash was taken in under the studio's own limit.
    if file.sha256 != nil { limits.fileBytes = max(limits.fileBytes, bytes.count) }
    let scores: [Score]
    do {
      scores = try MIDIFile(bytes: bytes, limits: limits).scores()
    } catch {
      content.reasons.append("\(error)")
      return content
    }
    for score in scores {
      do {
        let (song, losses) = try representation.encode(score)
        content.report += losses
        if song.frames > 0 {
          content.songs.append((packing.packed(song), representation.outline(of: song)))
        } else {
          content.reasons.append("holds no music")
        }
      } catch {
        content.reasons.append("\(error)")
      }
    }
    return content
  }

  /// Does something with every file on all threads, and takes what came of it in the files' order.
  private func forEach<Value>(
    _ work: (MusicFile) throws -> Value, take: (Value, MusicFile) throws -> Void
  ) throws {
    try threads.run(files.count, stop: stop) {
      try work(files[$0])
    } take: {
      try take($0, files[$1])
    }
  }
}
