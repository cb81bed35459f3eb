import Foundation
import Identity
import Jobs
import Ledger
import Logging
import StrictYAML

extension Intake {
  /// Takes a one-off spec: its run is recorded, then it leaves the inbox; a bad one is rejected with its diagnostics.
  func takeSpec(
    _ entry: InboxEntry, _ bytes: [UInt8], _ descriptor: Int32, _ configuration: JobsFile
  ) throws -> Decision {
    let hash = ContentHash(of: bytes)
    let (spec, diagnostics) = OneOffSpec.parse(bytes: bytes, path: entry.path.last.shown, studio: configuration)
    guard let spec else {
      return try reject(
        entry, hash, "not a usable spec\n" + diagnostics.map(\.rendered).joined(separator: "\n"))
    }
    let settings = try JSONText.of(spec.job)
    let now = environment.clock.now
    let run = try environment.make(.recordSpec) {
      try ledger.recordSpec(
        entry.drop, sha256: hash, text: String(decoding: bytes, as: UTF8.self), job: spec.job.name,
        settings: settings, seenAt: now, at: now)
    }
    if let run {
      environment.log.info("'\(entry.path.shown)' was taken as the run \(run)")
    } else {
      environment.log.info("'\(entry.path.shown)' is a spec that was run before; it does nothing")
    }
    try remove(entry, descriptor)
    inbox.removeEmptyFolders()
    return run == nil ? .decided : .queuedRun
  }
}

/// Settings as they stand in the ledger.
enum JSONText {
  static func of(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
