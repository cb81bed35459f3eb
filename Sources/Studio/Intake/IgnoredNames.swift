import Identity

/// The names that the inbox leaves alone: hidden files, files that are still arriving, droppings of desktops and of
/// programs that keep folders in step.
enum IgnoredNames {
  private static let endings = [
    ".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".opdownload", ".swp", "~",
    ".!sync", ".bts", ".!ut",
  ]
  private static let names: Set<String> = [
    "thumbs.db", "ehthumbs.db", "desktop.ini", "@eadir", "#recycle", "__macosx", "icon\r", "lost+found",
    "$recycle.bin", "system volume information", "recycler", "network trash folder", "temporary items",
  ]

  static func contains(_ name: FileName) -> Bool {
    if name.bytes.first == UInt8(ascii: ".") { return true }
    let small = name.bytes.map { $0 >= 65 && $0 <= 90 ? $0 + 32 : $0 }
    if endings.contains(where: { small.ends(with: $0.utf8) }) { return true }
    // Word processors lock a document with such a name.
    if small.starts(with: "~$".utf8) { return true }
    return names.contains(String(decoding: small, as: UTF8.self))
  }
}

extension Array where Element == UInt8 {
  fileprivate func ends(with other: String.UTF8View) -> Bool {
    count >= other.count && suffix(other.count).elementsEqual(other)
  }
}
