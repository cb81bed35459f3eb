package import Identity
import Ledger

/// The one-off specs that lie in the inbox and have no fate yet, as the studio will take them.
package struct PendingSpecs {
  /// Their paths below the inbox, in byte order; none where there is no inbox.
  package let paths: [FileName]

  /// Looks through the inbox as taking in does.
  ///
  /// - Throws: `FileError` where the inbox is there and cannot be read.
  package init(in studio: StudioPaths, files: any FileSystem = GlibcFileSystem()) throws {
    let entries = try Self.files(in: studio.inbox, files).filter(\.isSpec)
    // Without a ledger that can be read, none has a fate.
    let reader = LedgerReader(studio: studio.root.text ?? studio.root.shown)
    let fates = (try? reader.fates(of: entries.map(\.drop))) ?? [:]
    paths = entries.filter { fates[$0.drop] == nil }.map(\.path)
  }

  private static func files(in inbox: FileName, _ files: any FileSystem) throws(FileError) -> [InboxEntry] {
    do {
      return try InboxTree(of: inbox, files: files).look(isRemote: true).files
    } catch  where error.isMissing {
      return []
    }
  }
}

extension InboxEntry {
  /// Says whether the file is named as a one-off spec.
  var isSpec: Bool { path.archiveStem == nil && Intake.specEndings.contains(path.ending) }
}
