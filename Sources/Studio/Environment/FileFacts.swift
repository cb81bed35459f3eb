/// What the system says of a file.
package struct FileFacts: Sendable, Hashable {
  package enum Kind: Sendable, Hashable { case file, folder, link, other }

  package var kind: Kind
  package var device: UInt64
  package var inode: UInt64
  package var size: Int64
  /// Nanoseconds since 1970.
  package var modified: Int64
  /// Nanoseconds since 1970.
  package var changed: Int64
  package var permissions: UInt32

  package init(
    kind: Kind, device: UInt64, inode: UInt64, size: Int64, modified: Int64, changed: Int64, permissions: UInt32
  ) {
    self.kind = kind
    self.device = device
    self.inode = inode
    self.size = size
    self.modified = modified
    self.changed = changed
    self.permissions = permissions
  }

  /// Says whether both are the same file with the same contents; a rename, which moves ctime, is let through.
  package func hasSameContents(as other: FileFacts) -> Bool {
    device == other.device && inode == other.inode && size == other.size && modified == other.modified
  }
}
