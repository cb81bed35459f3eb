import Glibc
import Identity

/// The inbox as it was seen, so that a look at one in which nothing happens costs little.
///
/// A folder whose times have not changed holds the same names, which are not read again. Files that have a fate and stay,
/// as in a read-only inbox, are looked at in turn, some in each look; all others each time. No link is followed.
final class InboxTree {
  private final class Folder {
    var facts: FileFacts
    /// Says that a change after the names were read would have moved the folder's times.
    var isTrusted = false
    /// What is looked at each time, in byte order.
    var names: [FileName] = []
    /// Files that have a fate and stay.
    var kept: [FileName: FileFacts] = [:]
    /// Their names, as they are looked at in turn, and the next one's place; nil: they have changed.
    var order: [FileName]?
    var next = 0
    var folders: [FileName: Folder] = [:]

    init(_ facts: FileFacts) { self.facts = facts }
  }

  /// Files with a fate that are looked at in one look.
  private static let share = 4096
  /// Nanoseconds that a folder must have been left alone before its times are trusted: some systems count in seconds.
  private static let margin: Int64 = 2_500_000_000

  private var root: Folder?
  private var left = 0
  private let inbox: FileName
  private let files: any FileSystem

  init(of inbox: FileName, files: any FileSystem) {
    self.inbox = inbox
    self.files = files
  }

  /// Looks.
  ///
  /// - Parameter isRemote: whether the inbox lies on a network file system, whose times are not to be relied on.
  /// - Returns: what was found.
  /// - Throws: `FileError` where the inbox itself cannot be read.
  func look(isRemote: Bool) throws(FileError) -> InboxScan {
    let descriptor = try files.open(inbox / ".", in: workingFolder, flags: O_RDONLY | O_DIRECTORY, permissions: 0)
    defer { files.close(descriptor) }
    var scan = InboxScan()
    left = Self.share
    root = try visit(root, descriptor, path: FileName(bytes: []), depth: 0, isRemote, &scan)
    return scan
  }

  /// Notes that a file has a fate and stays: it is not told again until it changes.
  func keep(_ entry: InboxEntry) {
    var folder = root
    for name in entry.path.components.dropLast() { folder = folder?.folders[name] }
    folder?.kept[entry.path.last] = entry.facts
    folder?.order = nil
  }

  private func visit(
    _ known: Folder?, _ descriptor: Int32, path: FileName, depth: Int, _ isRemote: Bool, _ scan: inout InboxScan
  ) throws(FileError) -> Folder {
    let now = files.now
    let facts = try files.facts(of: descriptor, path: inbox / path)
    let folder: Folder
    if let known, known.isTrusted, known.facts == facts {
      folder = known
    } else {
      folder = known ?? Folder(facts)
      folder.facts = facts
      folder.names = try files.names(in: descriptor, of: depth == 0 ? inbox : path).filter { name in
        !IgnoredNames.contains(name) && !(depth == 0 && name.bytes == Array("rejected".utf8))
      }
      folder.isTrusted = !isRemote && now - max(facts.modified, facts.changed) > Self.margin
      let there = Set(folder.names)
      folder.folders = folder.folders.filter { there.contains($0.key) }
      folder.kept = folder.kept.filter { there.contains($0.key) }
      folder.order = nil
    }
    for name in folder.names { look(at: name, in: folder, descriptor, path: path, depth: depth, isRemote, &scan) }
    if !folder.kept.isEmpty {
      folder.names.removeAll { folder.kept[$0] != nil }
      lookAtKept(of: folder, descriptor)
    }
    return folder
  }

  private func look(
    at name: FileName, in folder: Folder, _ descriptor: Int32, path: FileName, depth: Int, _ isRemote: Bool,
    _ scan: inout InboxScan
  ) {
    let own = path.appending(name)
    let facts: FileFacts
    do {
      facts = try files.facts(of: name, in: descriptor)
    } catch {
      // Gone since the folder was listed: a later look tells.
      if !error.isMissing { scan.unreadable.append(FileError(code: error.code, call: error.call, path: own)) }
      return
    }
    if facts.kind != .folder { folder.folders[name] = nil }
    switch facts.kind {
    case .file:
      if folder.kept[name] == facts { return }
      folder.kept[name] = nil
      scan.files.append(InboxEntry(path: own, facts: facts))
    case .link, .other: scan.others.append(InboxEntry(path: own, facts: facts))
    case .folder:
      guard depth < InboxScan.depth else {
        scan.tooDeep.append(own)
        return
      }
      do {
        let inner = try files.open(name, in: descriptor, flags: O_RDONLY | O_DIRECTORY, permissions: 0)
        defer { files.close(inner) }
        folder.folders[name] = try visit(
          folder.folders[name], inner, path: own, depth: depth + 1, isRemote, &scan)
      } catch {
        // ENOTDIR, ELOOP: something else was put in the folder's place meanwhile.
        if !error.isMissing && !error.isLink {
          scan.unreadable.append(FileError(code: error.code, call: error.call, path: own))
        }
      }
    }
  }

  /// Looks at some of the files that have a fate; one that has changed is told with the next look.
  private func lookAtKept(of folder: Folder, _ descriptor: Int32) {
    let order = folder.order ?? folder.kept.keys.sorted()
    folder.order = order
    var changed: [FileName] = []
    for _ in 0..<min(left, order.count) {
      if folder.next >= order.count { folder.next = 0 }
      let name = order[folder.next]
      folder.next += 1
      left -= 1
      let facts = try? files.facts(of: name, in: descriptor)
      if facts != folder.kept[name] { changed.append(name) }
    }
    guard !changed.isEmpty else { return }
    for name in changed { folder.kept[name] = nil }
    folder.order = nil
    folder.names = (folder.names + changed).sorted()
  }
}
