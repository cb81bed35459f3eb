package import Identity

/// Where things lie in a studio.
package struct StudioPaths: Sendable, Equatable {
  /// The studio's folder, absolute.
  package let root: FileName

  package init(root: FileName) { self.root = root }
  package init(root: String) { self.root = FileName(root) }

  package var jobs: FileName { root / "jobs.yaml" }
  package var inbox: FileName { root / "inbox" }
  package var outbox: FileName { root / "outbox" }
  package var rejected: FileName { inbox / "rejected" }
  /// The hidden folder of the inbox through which taken files leave it.
  package var taken: FileName { inbox / StudioPaths.takenName }
  package var hidden: FileName { root / ".ritornello" }
  package var ledger: FileName { hidden / "ledger.sqlite" }
  package var objects: FileName { hidden / "objects" }
  package var weights: FileName { hidden / "weights" }
  /// Music and weights that the ledger has no row for.
  package var unrecorded: FileName { hidden / "unrecorded" }
  /// Songs as representations write them, which workers keep for later runs; it may be removed at any time.
  package var cache: FileName { hidden / "cache" }
  package var runs: FileName { hidden / "runs" }
  package var requests: FileName { hidden / "requests" }
  package var lock: FileName { hidden / "lock" }
  package var heartbeat: FileName { hidden / "heartbeat" }
  /// Which folder the outbox was when it was last looked at.
  package var outboxIdentity: FileName { hidden / "outbox" }
  package var problems: FileName { hidden / "problems.json" }
  /// Songs that are made again to be compared.
  package var reproductions: FileName { hidden / "reproduce" }

  package static let takenName = ".ritornello-taken"
  /// How names of staging folders in the outbox begin.
  package static let stagingPrefix = ".ritornello-"

  /// The object of accepted MIDI with that hash.
  package func object(_ hash: ContentHash) -> FileName { objects / String(hash.hex.prefix(2)) / (hash.hex + ".mid") }
  /// The weights file with that hash.
  package func weights(_ hash: ContentHash) -> FileName { weights / (hash.hex + ".safetensors") }
  /// A run's private folder.
  package func run(_ id: RunID) -> FileName { runs / id.job / id.paddedNumber }
  /// A run's folder in the outbox.
  package func delivered(_ id: RunID) -> FileName { outbox / id.job / id.paddedNumber }
  /// Where a run's delivery is put together.
  package func staging(_ id: RunID) -> FileName { outbox / (StudioPaths.stagingPrefix + id.fileStem) }
}

extension FileName {
  /// The path of an entry of this folder.
  static func / (folder: FileName, name: String) -> FileName { folder.appending(FileName(name)) }
  /// The path of an entry of this folder.
  static func / (folder: FileName, name: FileName) -> FileName { folder.appending(name) }

  /// The path as text, for what opens files by text: exact where it is UTF-8.
  var openable: String { text ?? shown }

  /// The path without its last component; empty where there is none.
  var folder: FileName {
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return FileName(bytes: []) }
    return FileName(bytes: Array(bytes[..<slash]))
  }

  /// The components of the path.
  var components: [FileName] {
    bytes.split(separator: UInt8(ascii: "/")).map { FileName(bytes: Array($0)) }
  }

  /// The path of this one, which lies below `folder`, from there.
  func relative(to folder: FileName) -> FileName? {
    let prefix = folder.bytes + [UInt8(ascii: "/")]
    guard bytes.starts(with: prefix) else { return nil }
    return FileName(bytes: Array(bytes.dropFirst(prefix.count)))
  }

  /// Where the last component's ending begins (its dot), or the end where there is none.
  var endingStart: Int {
    let nameStart = bytes.count - last.bytes.count
    guard let dot = bytes.lastIndex(of: UInt8(ascii: ".")), dot > nameStart, bytes.count - dot <= 16 else {
      return bytes.count
    }
    return dot
  }

  /// The last component's ending in small letters, without its dot; empty where there is none.
  var ending: String {
    String(decoding: bytes[endingStart...].dropFirst(), as: UTF8.self).lowercased()
  }
}
