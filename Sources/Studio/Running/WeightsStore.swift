import Glibc
import Identity

/// Copies weights to where a studio keeps them: written, made durable, renamed.
struct WeightsStore {
  private let environment: StudioEnvironment

  init(_ environment: StudioEnvironment) { self.environment = environment }

  /// Copies a file.
  ///
  /// - Returns: its size; nil where its hash is another one, and then nothing is left.
  /// - Throws: `FileError` where the machine fails.
  func copy(_ source: FileName, to target: FileName, expecting hash: ContentHash) throws -> Int64? {
    let files = environment.files
    try environment.makeFolders(target.folder)
    let input = try files.open(source, in: workingFolder, flags: O_RDONLY, permissions: 0)
    defer { files.close(input) }
    let temporary = FileName(bytes: target.bytes + Array(".tmp".utf8))
    do {
      let size = try environment.make(.writeWeights) { try write(input, source, to: temporary, expecting: hash) }
      guard let size else {
        try? files.unlink(temporary, in: workingFolder)
        return nil
      }
      try environment.make(.placeWeights) {
        try files.rename(temporary, in: workingFolder, to: target, in: workingFolder)
      }
      try environment.synchroniseFolder(target.folder)
      return size
    } catch let error as FileError {
      try? files.unlink(temporary, in: workingFolder)
      throw error
    }
  }

  private func write(
    _ input: Int32, _ source: FileName, to temporary: FileName, expecting hash: ContentHash
  ) throws -> Int64? {
    let files = environment.files
    let output = try files.open(
      temporary, in: workingFolder, flags: O_WRONLY | O_CREAT | O_TRUNC, permissions: 0o600)
    defer { files.close(output) }
    var hasher = ContentHash.Hasher()
    var size: Int64 = 0
    while true {
      let piece = try files.read(input, count: 1 << 20, of: source)
      if piece.isEmpty { break }
      hasher.update(piece)
      try files.write(piece, to: output, of: temporary)
      size += Int64(piece.count)
    }
    guard hasher.finish() == hash else { return nil }
    try files.setPermissions(0o444, of: output, path: temporary)
    try environment.make(.synchroniseWeights) { try files.synchronise(output, of: temporary) }
    return size
  }
}
