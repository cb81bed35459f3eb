internal import CPosix
internal import Foundation
internal import Glibc
internal import Identity
internal import Network
internal import Representation

/// A folder that keeps the songs of snapshots as representations write them, so that a second training on the same files
/// need not read them.
///
/// A file in it is named by a hash of all that its songs follow from: the files' hashes, the representation's settings and
/// the program. It may be removed at any time, and changes no byte of any result.
package struct SongCache: Sendable {
  let folder: String
  /// Fewer files than this are read each time.
  let leastFiles: Int
  /// Bytes that the folder may hold; the file that was used last stays in any case.
  private let mostBytes: Int
  private static let ending = ".songs"
  /// Nothing is written where the disk would have less room than this afterwards.
  private static let spareBytes = 1 << 30

  /// - Parameters:
  ///   - folder: Where the files lie; it is made when it is needed.
  ///   - leastFiles: How many files a snapshot has that is kept.
  ///   - mostBytes: What the folder may hold.
  package init(folder: String, leastFiles: Int = 100, mostBytes: Int = 4 << 30) {
    self.folder = folder
    self.leastFiles = leastFiles
    self.mostBytes = mostBytes
  }

  /// The person's own cache: `$XDG_CACHE_HOME/ritornello`, else `~/.cache/ritornello`; nil where neither is known.
  package static func ofUser(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> SongCache? {
    func absolute(_ name: String) -> String? { environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil } }
    return (absolute("XDG_CACHE_HOME") ?? absolute("HOME").map { $0 + "/.cache" }).map {
      SongCache(folder: $0 + "/ritornello")
    }
  }

  /// Names what the songs of some files follow from.
  func key(_ files: some Sequence<ContentHash>, _ representation: Representation) -> ContentHash {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    var hasher = ContentHash.Hasher()
    hasher.update(Array("\(SongFile.format) \(Numerics.version) \(ProgramVersion.current)\n".utf8))
    // Encoding settings cannot fail: they hold numbers and text alone.
    hasher.update(Array((try? encoder.encode(representation.settings)) ?? Data()))
    hasher.update(Array("\n\(ContentHash(ofSnapshot: files))".utf8))
    return hasher.finish()
  }

  /// The songs that are kept under a key; a file that is damaged is removed.
  func read(_ key: ContentHash, _ representation: Representation) -> SongFile.Contents? {
    let path = path(key)
    guard DurableFile.exists(path) else { return nil }
    guard let contents = SongFile.read(path, key: key, representation) else {
      DurableFile.remove(path)
      return nil
    }
    // The time of its last use, by which files are removed.
    utimensat(AT_FDCWD, path, nil, 0)
    return contents
  }

  /// Begins to write what is kept under a key.
  ///
  /// - Throws: `CompositionError` of kind `machine`.
  func writer(_ key: ContentHash) throws(CompositionError) -> SongFile.Writer {
    guard hasRoom() else {
      throw CompositionError(.machine, "cannot write to \(folder): less than 1 GiB is left on its disk")
    }
    return try SongFile.Writer(path(key))
  }

  /// Makes the folder, and says whether its disk has room to spare.
  func hasRoom() -> Bool {
    guard (try? DurableFile.makeFolder(folder)) != nil else { return false }
    return DurableFile.freeBytes(folder).map { $0 >= Self.spareBytes } ?? true
  }

  /// Removes what was used longest ago, until the folder holds no more than it may, and what dead processes left.
  func prune(keeping key: ContentHash) {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return }
    var files: [(used: Int, size: Int, path: String)] = []
    for name in names {
      let path = folder + "/" + name
      var facts = stat()
      guard lstat(path, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { continue }
      let endings = [Self.ending, Self.factsEnding]
      if name.hasSuffix(".tmp"), endings.contains(where: { name.contains($0 + ".") }) {
        removeLeftover(path)
      } else if endings.contains(where: name.hasSuffix), path != self.path(key) {
        files.append((Int(facts.st_mtim.tv_sec), Int(facts.st_size), path))
      }
    }
    var total = files.reduce(DurableFile.size(path(key)) ?? 0) { $0 + $1.size }
    for file in files.sorted(by: { $0.used < $1.used }) where total > mostBytes {
      DurableFile.remove(file.path)
      total -= file.size
    }
  }

  /// Removes a temporary file that nobody writes.
  private func removeLeftover(_ path: String) {
    let descriptor = cposix_open_at(AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0)
    guard descriptor >= 0 else { return }
    if cposix_lock_exclusively(descriptor) == 0 { DurableFile.remove(path) }
    close(descriptor)
  }

  /// Where the songs of a key are kept.
  func path(_ key: ContentHash) -> String { folder + "/" + key.hex + Self.ending }
}
