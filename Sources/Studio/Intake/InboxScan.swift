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

/// What one look at the inbox found: everything in it but the files that have a fate and stay.
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
}
