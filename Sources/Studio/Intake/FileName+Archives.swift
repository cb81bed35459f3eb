import Identity

extension FileName {
  private static let archiveEndings = [".zip", ".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz"]

  /// The last component without the endings of an archive; nil: it is not named as one.
  var archiveStem: FileName? {
    let name = last.bytes
    let small = name.map { $0 >= 65 && $0 <= 90 ? $0 + 32 : $0 }
    let ending = Self.archiveEndings.filter {
      small.count > $0.utf8.count && small.suffix($0.utf8.count).elementsEqual($0.utf8)
    }
    .max { $0.utf8.count < $1.utf8.count }
    return ending.map { FileName(bytes: Array(name.dropLast($0.utf8.count))) }
  }

  /// The name in a corpus of an archive's entry with this path; nil: it has none.
  ///
  /// A path is a name, never a place: of one that is absolute or goes upwards the last component is left.
  var entryName: FileName? {
    guard bytes.count <= 4096 else { return nil }
    var parts = components.filter { $0.bytes != Array(".".utf8) }
    let up = FileName("..")
    if bytes.first == UInt8(ascii: "/") || parts.contains(up) { parts = parts.suffix(1) }
    guard !parts.isEmpty, parts != [up] else { return nil }
    return parts.reduce(FileName(bytes: [])) { $0.appending($1) }
  }
}
