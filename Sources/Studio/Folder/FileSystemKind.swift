package import Identity

/// What kinds of file system matter to the studio.
package enum FileSystemKind {
  /// The names of network and user-space file systems, by statfs's `f_type`.
  private static let remote: [Int: String] = [
    0x6969: "NFS", 0x517B: "SMB", 0xFF53_4D42: "CIFS", 0xFE53_4D42: "SMB2", 0x6573_5546: "FUSE",
    0x0102_1997: "9P", 0x5346_414F: "AFS", 0x00C3_6400: "Ceph", 0x0BD0_0BD0: "Lustre", 0x7461_636F: "OCFS2",
    0x0116_1970: "GFS2", 0x1980_0204: "BeeGFS", 0x4750_4653: "GPFS", 0x786F_4256: "a shared folder of VirtualBox",
  ]

  /// The name of the network or user-space file system that holds a path; nil where it is a local one.
  package static func remoteName(of path: FileName, files: any FileSystem) -> String? {
    remote[files.type(of: path) & 0xFFFF_FFFF]
  }
}
