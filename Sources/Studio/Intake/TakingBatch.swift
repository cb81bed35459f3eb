import Foundation
import Glibc
import Identity
import Jobs
import Ledger
import Logging
import MIDI

/// MIDI files that are taken together: their bytes are written, and their rows come in one transaction.
final class TakingBatch {
  /// One of them, open still, so that what is removed is what was read.
  struct Item {
    var entry: InboxEntry
    var descriptor: Int32
    var file: TakenFile
  }

  let objects: ObjectBatch
  private let files: any FileSystem
  private(set) var items: [Item] = []
  private var bytes = 0

  private static let mostFiles = 200
  private static let mostBytes = 32 << 20

  init(objects: ObjectBatch, files: any FileSystem) {
    self.objects = objects
    self.files = files
  }

  var isFull: Bool { items.count >= Self.mostFiles || bytes >= Self.mostBytes }

  /// Adds a file whose bytes are among the objects; its descriptor is closed with the batch.
  func add(_ item: Item) {
    items.append(item)
    bytes += item.file.bytes
  }

  /// Closes all files and begins anew.
  func close() {
    for item in items { files.close(item.descriptor) }
    items = []
    bytes = 0
  }
}

extension Intake {
  /// Reads a MIDI file and writes its bytes.
  ///
  /// - Returns: what was decided; nil: it is in the batch.
  /// - Throws: `FileError` or `LedgerError` where the machine fails; the file is then where it was.
  func prepare(_ entry: InboxEntry, _ configuration: JobsFile, _ batch: TakingBatch) throws -> Decision? {
    let descriptor = try inbox.open(entry.path)
    var isKept = false
    defer { if !isKept { environment.files.close(descriptor) } }
    let limit = configuration.limits.fileBytes.bytes
    switch try read(entry, descriptor, limit: limit, what: "\(ByteCount(bytes: limit)) (limits.file_bytes)") {
    case .left(let decision): return decision
    case .whole(let bytes):
      let hash = ContentHash(of: bytes)
      switch try parse(entry, bytes, hash, configuration) {
      case .left(let decision): return decision
      case .facts(let facts):
        try batch.objects.add(bytes, hash)
        let file = TakenFile(
          name: entry.name, sha256: hash, bytes: bytes.count, notes: facts.notes, seconds: facts.seconds)
        batch.add(TakingBatch.Item(entry: entry, descriptor: descriptor, file: file))
        isKept = true
        return nil
      }
    }
  }

  /// Makes a batch's objects durable, records its files in one transaction, and takes them out of the inbox.
  func finish(_ batch: TakingBatch, _ look: inout Look) throws {
    defer { batch.close() }
    guard !batch.items.isEmpty else { return }
    let failed = try batch.objects.place()
    for item in batch.items { if let error = failed[item.file.sha256] { note(error, item.entry, &look) } }
    let items = batch.items.filter { failed[$0.file.sha256] == nil }
    guard try record(items, batch, &look) else { return }
    for item in items {
      try remove(item.entry, item.descriptor)
      settling.forget(item.entry.path)
      look.decided += 1
    }
    inbox.removeEmptyFolders()
  }

  /// Records files as taken.
  ///
  /// - Returns: whether they are.
  private func record(_ items: [TakingBatch.Item], _ batch: TakingBatch, _ look: inout Look) throws -> Bool {
    guard let first = items.first else { return false }
    let now = environment.clock.now
    do {
      try environment.make(.recordTaken) {
        let drops = items.map { TakenDrop($0.entry.drop, corpus: $0.entry.corpus.shown, file: $0.file) }
        _ = try ledger.recordTaken(drops, seenAt: now, at: now)
      }
      batch.objects.clear()
      return true
    } catch let error as LedgerError {
      batch.objects.discard()
      for item in items { settling.forget(item.entry.path) }
      if case .refused = error {
        // One of them has a fate, as the same drop was decided on before: the next reading tells which.
        environment.log.warning("\(items.count) files are looked at again: \(error)")
        return false
      }
      try note(error, "'\(first.entry.path.shown)' and \(items.count - 1) more cannot be taken in", &look)
      return false
    }
  }
}
