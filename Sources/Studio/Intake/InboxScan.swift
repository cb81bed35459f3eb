import Glibc
import Identity

/// A file that lies in the inbox, as one look saw it.
struct InboxEntry: Sendable, Equatable {
  /// The path below the inbox.
  var path: FileName
  var facts: FileFacts

  /// The corpus that the file's place names: the first folder, or `loose`.
  var corpus: FileName {
    let components = path.components
    return components.count > 1 ? components.first ?? path : FileName("loose")
  }

  /// The name within the corpus: the path below its folder.
  var name: FileName {
    let components = path.components.dropFirst(path.components.count > 1 ? 1 : 0)
    return components.reduce(FileName(bytes: [])) { $0.appending($1) }
  }
}

/// One look at everything in the inbox, which follows no link.
struct InboxScan {
  /// Files, in byte order of their paths.
  var files: [InboxEntry] = []
  /// What is neither a file nor a folder, by path.
  var others: [InboxEntry] = []
  /// Folders that lie too deep.
  var tooDeep: [FileName] = []
  /// Folders that could not be read, and why.
  var unreadable: [FileError] = []

  /// The deepest folder that is read, counted from the inbox.
  static let depth = 16

  /// Looks.
  ///
  /// - Throws: `FileError` where the inbox itself cannot be read.
  init(of inbox: FileName, files system: any FileSystem) throws(FileError) {
    let descriptor = try system.open(inbox / ".", in: workingFolder, flags: O_RDONLY | O_DIRECTORY, permissions: 0)
    defer { system.close(descriptor) }
    let names = try system.names(in: descriptor, of: inbox)
    walk(names, in: descriptor, below: FileName(bytes: []), depth: 0, system)
  }

  private mutating func walk(
    _ names: [FileName], in folder: Int32, below path: FileName, depth: Int, _ system: any FileSystem
  ) {
    for name in names where !IgnoredNames.contains(name) {
      if depth == 0, name.bytes == Array("rejected".utf8) { continue }
      let own = path.appending(name)
      let facts: FileFacts
      do {
        facts = try system.facts(of: name, in: folder)
      } catch {
        // Gone since the folder was listed: a later look tells.
        if !error.isMissing { unreadable.append(FileError(code: error.code, call: error.call, path: own)) }
        continue
      }
      switch facts.kind {
      case .file: files.append(InboxEntry(path: own, facts: facts))
      case .link, .other: others.append(InboxEntry(path: own, facts: facts))
      case .folder:
        guard depth < Self.depth else {
          tooDeep.append(own)
          continue
        }
        enter(name, in: folder, path: own, depth: depth, system)
      }
    }
  }

  private mutating func enter(
    _ name: FileName, in folder: Int32, path: FileName, depth: Int, _ system: any FileSystem
  ) {
    do {
      let descriptor = try system.open(name, in: folder, flags: O_RDONLY | O_DIRECTORY, permissions: 0)
      defer { system.close(descriptor) }
      let names = try system.names(in: descriptor, of: path)
      walk(names, in: descriptor, below: path, depth: depth + 1, system)
    } catch let error {
      // ENOTDIR, ELOOP: something else was put in the folder's place meanwhile.
      if !error.isMissing && !error.isLink {
        unreadable.append(FileError(code: error.code, call: error.call, path: path))
      }
    }
  }
}
