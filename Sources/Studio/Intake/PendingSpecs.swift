package import Identity
package import Jobs
import Ledger
package import StrictYAML

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

  /// Reads a spec as it is read when it is taken.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - name: its name as diagnostics show it.
  ///   - configuration: the `jobs.yaml` in force.
  /// - Returns: the spec, or nil where anything is wrong; and everything that is wrong, by place.
  package static func parse(
    _ bytes: [UInt8], name: FileName, studio configuration: JobsFile
  ) -> (OneOffSpec?, [Diagnostic]) {
    let (spec, diagnostics) = OneOffSpec.parse(bytes: bytes, path: name.shown, studio: configuration)
    guard let job = spec?.job else { return (nil, diagnostics) }
    let outside = [("prime", job.generate?.prime), ("melody", job.generate?.order.melody)].compactMap { key, path in
      path.flatMap { liesOutside($0) ? fault(key, $0, bytes, name) : nil }
    }
    return (outside.isEmpty ? spec : nil, outside)
  }

  /// Says whether a path that a spec names lies outside the studio, or names nothing.
  private static func liesOutside(_ path: String) -> Bool {
    let components = FileName(path).components
    return path.hasPrefix("/") || components.isEmpty || components.contains { $0.text == ".." || $0.text == "." }
  }

  private static func fault(_ key: String, _ path: String, _ bytes: [UInt8], _ name: FileName) -> Diagnostic {
    Diagnostic(
      path: name.shown, mark: mark(of: path, in: String(decoding: bytes, as: UTF8.self)), key: key,
      message: "\(key): '\(FileName(path).shown)' lies outside the studio",
      expected: "a file of a corpus (bach/x.mid) or of the studio's folder")
  }

  /// Where a value is written; the file's start where it is written in another way.
  private static func mark(of value: String, in text: String) -> Mark {
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      guard !value.isEmpty, let found = line.firstRange(of: value) else { continue }
      let before = line[..<found.lowerBound]
      let isQuoted = before.last == "'" || before.last == "\""
      return Mark(line: number + 1, column: before.unicodeScalars.count + (isQuoted ? 0 : 1))
    }
    return Mark(line: 1, column: 1)
  }
}

extension InboxEntry {
  /// Says whether the file is named as a one-off spec.
  var isSpec: Bool { path.archiveStem == nil && Intake.specEndings.contains(path.ending) }
}
