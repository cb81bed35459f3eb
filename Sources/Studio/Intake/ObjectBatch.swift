import Glibc
import Identity
import Ledger

/// Accepted bytes on their way to become objects: many are written, then made durable together.
///
/// Each is written under a temporary name; then all are synchronised, renamed to their hashes, and their folders
/// synchronised. For more than a few the whole file system is synchronised, which takes as long as for one.
final class ObjectBatch {
  private let paths: StudioPaths
  private let environment: StudioEnvironment
  private let reader: LedgerReader
  /// What is written and not yet in its place, in order.
  private var pending: [ContentHash] = []
  private var known: Set<ContentHash> = []
  /// What stands in its place by this batch, and is in nobody's row yet.
  private var placed: [ContentHash] = []

  /// The number of files from which on the whole file system is synchronised.
  private static let many = 4

  init(paths: StudioPaths, environment: StudioEnvironment, reader: LedgerReader) {
    self.paths = paths
    self.environment = environment
    self.reader = reader
  }

  var isEmpty: Bool { pending.isEmpty }
  var count: Int { pending.count }

  /// Writes bytes under their hash, unless they are stored whole.
  ///
  /// - Throws: `FileError` where the machine fails; nothing is left of these bytes then.
  func add(_ bytes: [UInt8], _ hash: ContentHash) throws {
    guard !known.contains(hash) else { return }
    // Without a row, what stands there may not outlast a power cut.
    if try isWhole(hash, bytes: bytes.count), try reader.hasObject(hash) { return }
    let path = paths.object(hash)
    let temporary = temporary(hash)
    let files = environment.files
    try environment.makeFolders(path.folder)
    do {
      try environment.make(.writeObject) {
        let descriptor = try files.open(
          temporary, in: workingFolder, flags: O_WRONLY | O_CREAT | O_TRUNC, permissions: 0o600)
        defer { files.close(descriptor) }
        try files.write(bytes, to: descriptor, of: temporary)
        try files.setPermissions(0o444, of: descriptor, path: temporary)
      }
    } catch let error as FileError {
      // What could not be written takes no space on a disk that may be full.
      try? files.unlink(temporary, in: workingFolder)
      throw error
    }
    pending.append(hash)
    known.insert(hash)
  }

  /// Says whether the object of a hash stands in its place and holds the bytes that its name tells.
  func isWhole(_ hash: ContentHash, bytes limit: Int = .max - 1) throws -> Bool {
    do {
      return ContentHash(of: try environment.contents(of: paths.object(hash), limit: limit)) == hash
    } catch let error as FileError where error.isMissing || error.code == EFBIG {
      return false
    }
  }

  /// Makes all that was added durable, in its place.
  ///
  /// - Returns: what the machine kept from it, with the reason; nothing is left of these.
  func place() throws -> [ContentHash: FileError] {
    guard !pending.isEmpty else { return [:] }
    let files = environment.files
    var failed: [ContentHash: FileError] = [:]
    let hashes = pending
    pending = []
    try synchronise(hashes.map { ($0, temporary($0)) }, .synchroniseObject, &failed)
    for hash in hashes where failed[hash] == nil {
      do {
        try environment.make(.placeObject) {
          try files.rename(temporary(hash), in: workingFolder, to: paths.object(hash), in: workingFolder)
        }
        placed.append(hash)
      } catch let error as FileError {
        failed[hash] = error
      }
    }
    let there = hashes.filter { failed[$0] == nil }
    try synchronise(there.map { ($0, paths.object($0).folder / ".") }, .synchroniseObjectFolder, &failed)
    for hash in failed.keys {
      try? files.unlink(temporary(hash), in: workingFolder)
      known.remove(hash)
    }
    remove(placed.filter { failed[$0] != nil })
    placed.removeAll { failed[$0] != nil }
    return failed
  }

  /// Removes what this batch has stored and no row tells of; its bytes are still where they came from.
  func discard() {
    for hash in pending { try? environment.files.unlink(temporary(hash), in: workingFolder) }
    remove(placed)
    (pending, placed, known) = ([], [], [])
  }

  /// Begins anew, as rows tell of all that was stored.
  func clear() { (pending, placed, known) = ([], [], []) }

  private func remove(_ hashes: [ContentHash]) {
    for hash in hashes {
      // Where the ledger cannot even be read, the next start cleans up.
      guard let isKnown = try? reader.hasObject(hash), !isKnown else { continue }
      try? environment.files.unlink(paths.object(hash), in: workingFolder)
    }
  }

  private func temporary(_ hash: ContentHash) -> FileName {
    FileName(bytes: paths.object(hash).bytes + Array(".tmp".utf8))
  }

  /// Makes files or folders outlast a power cut, each path once.
  private func synchronise(
    _ paths: [(ContentHash, FileName)], _ step: Step, _ failed: inout [ContentHash: FileError]
  ) throws {
    if paths.count >= Self.many {
      do {
        try environment.make(step) {
          try environment.withFolder(self.paths.objects / ".") {
            try environment.files.synchroniseFileSystem($0, of: self.paths.objects)
          }
        }
        return
      } catch is FileError {
        // It does not say which file failed, nor whether it was one of ours: they are asked one by one.
      }
    }
    var results: [FileName: FileError?] = [:]
    for (hash, path) in paths {
      if results[path] == nil {
        results[path] = .some(nil)
        do {
          try environment.make(step) {
            let files = environment.files
            let descriptor = try files.open(path, in: workingFolder, flags: O_RDONLY, permissions: 0)
            defer { files.close(descriptor) }
            try files.synchronise(descriptor, of: path)
          }
        } catch let error as FileError {
          results[path] = error
        }
      }
      if let error = results[path] ?? nil { failed[hash] = error }
    }
  }
}
