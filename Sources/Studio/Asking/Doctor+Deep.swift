import Foundation
import Glibc
import Identity
import Ledger
import Work

/// The deep examination: the ledger's own integrity, and every file of ours against the hash that the ledger has.
///
/// A studio's owner may be at work meanwhile, so the ledger is read first: what it tells of lies on the disk before. What
/// only a crash leaves, and the next start puts in order, is a notice; what is lost or damaged is a fault.
extension Doctor {
  func examineDeep(_ report: inout DoctorReport) {
    let isHeld = StudioLock.holder(at: paths.lock, files: environment.files) != nil
    do {
      let damages = try reader.damages()
      for damage in damages.prefix(20) {
        report.fault("ledger", damage, remedy: "restore a backup of ledger.sqlite; keep the damaged one")
      }
      let disagreements = damages.isEmpty ? try reader.disagreements() : []
      for disagreement in disagreements.prefix(20) {
        report.fault("ledger-facts", disagreement, remedy: "restore a backup of ledger.sqlite; keep this one")
      }
      if damages.isEmpty, disagreements.isEmpty {
        report.good("ledger", "the ledger's pages, indexes and references are whole, its facts agree")
      }
      try examineObjects(&report, isHeld: isHeld)
      try examineWeights(&report, isHeld: isHeld)
      try examineSongs(&report)
      try examineOutbox(&report, isHeld: isHeld)
      try examineRejected(&report)
      try examineLeftovers(&report, isHeld: isHeld)
      try examineUnrecorded(&report, isHeld: isHeld)
    } catch {
      report.fault("examination", "the examination could not be finished: \(error)", remedy: "put that right first")
    }
  }

  private func examineObjects(_ report: inout DoctorReport, isHeld: Bool) throws {
    let objects = try reader.objects()
    for (hash, size) in objects.sorted(by: { $0.key < $1.key }) {
      let path = paths.object(hash)
      switch try environment.hashOfFile(path) {
      case nil:
        report.fault(
          "object-missing", "the object \(hash) of \(size) bytes is missing",
          remedy: "drop the file again, or restore \(path.shown) from a backup")
      case hash: break
      default:
        report.fault(
          "object-damaged", "the object \(hash) has other bytes than its name says",
          remedy: "drop the file again, or restore \(path.shown) from a backup")
      }
    }
    report.count("objects", objects.count)
    guard !isHeld else { return }
    for shard in try environment.names(in: paths.objects) {
      for name in try environment.names(in: paths.objects / shard) where name.ending == "mid" {
        let hash = name.text.flatMap { ContentHash(hex: String($0.dropLast(4))) }
        if hash.map({ objects[$0] == nil }) ?? true {
          leftover(&report, "the object \(name.shown) is in no row of the ledger")
        }
      }
    }
  }

  private func examineWeights(_ report: inout DoctorReport, isHeld: Bool) throws {
    let weights = try reader.weights()
    var count = 0
    for record in weights where record.prunedAt == nil {
      count += 1
      let path = paths.weights(record.sha256)
      let found = try environment.hashOfFile(path)
      if found == record.sha256 { continue }
      // Pruned since the ledger was read.
      if found == nil, try reader.weights(record.sha256)?.prunedAt != nil { continue }
      report.fault(
        found == nil ? "weights-missing" : "weights-damaged",
        "the weights \(record.sha256) are \(found == nil ? "missing" : "not what they were")",
        remedy: "restore \(path.shown) from a backup; ritornello reproduce --deep trains them again to compare")
    }
    report.count("weights", count)
    guard !isHeld else { return }
    let known = Set(weights.filter { $0.prunedAt == nil }.map(\.sha256.hex))
    for name in try environment.names(in: paths.weights) where name.ending == "safetensors" {
      if !known.contains(String(name.shown.dropLast(12))) {
        leftover(&report, "the weights \(name.shown) are in no row of the ledger")
      }
    }
  }

  private func examineSongs(_ report: inout DoctorReport) throws {
    let songs = try reader.songs().filter { $0.deliveredAt != nil }
    var moved = 0
    for song in songs {
      switch try environment.hashOfFile(paths.root / song.path) {
      case nil: if song.collectedAt == nil { moved += 1 }
      case song.sha256: break
      default:
        report.fault(
          "song-changed", "\(song.path) is not the song that was delivered",
          remedy: "ritornello reproduce \(song.id) makes it again; if it was changed on purpose, keep it elsewhere")
      }
    }
    if moved > 0 {
      report.notice(
        "songs-moved", "\(moved) songs are no longer in the outbox",
        remedy: "nothing: the next pass notes them as collected")
    }
    report.count("songs", songs.count)
  }

  /// What is visible in the outbox is of a run that is delivered, or is just being, and is whole.
  private func examineOutbox(_ report: inout DoctorReport, isHeld: Bool) throws {
    let runs = try reader.runs(in: [.ready, .delivered])
    let known = Dictionary(runs.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    var folders = 0
    for job in try environment.names(in: paths.outbox) where job.bytes.first != UInt8(ascii: ".") {
      guard try isFolder(paths.outbox / job) else { continue }
      for number in try environment.names(in: paths.outbox / job) {
        guard let id = RunID(job.shown + "/" + number.shown), try isFolder(paths.outbox / job / number) else {
          continue
        }
        folders += 1
        guard known[id] != nil || isHeld else {
          report.fault(
            "run-unknown", "outbox/\(id) is there and the ledger does not know it as delivered",
            remedy: "if it is another studio's, move it away; else restore a backup of the ledger")
          continue
        }
        if try !environment.exists(paths.delivered(id) / "run.json") {
          report.notice(
            "run-report", "outbox/\(id) has no run.json any more", remedy: "nothing, if it was taken away on purpose")
        }
      }
    }
    report.count("run folders", folders)
  }

  /// Each file that was rejected has its reason beside it.
  private func examineRejected(_ report: inout DoctorReport) throws {
    for folder in try foldersBelow(paths.rejected) {
      let names = Set(try environment.names(in: folder))
      for name in names.sorted() where !RejectedFolder.isReason(name) && name.bytes.first != UInt8(ascii: ".") {
        guard !names.contains(RejectedFolder.reason(of: name)), try !isFolder(folder / name) else { continue }
        report.notice(
          "rejected-reason", "\((folder / name).shown) lies among the rejected files without a reason",
          remedy: "nothing, if its reason was taken away on purpose; else move it into the inbox again")
      }
    }
  }

  /// A folder and all those below it; none where it is missing.
  private func foldersBelow(_ folder: FileName) throws -> [FileName] {
    var found = [folder]
    var next = 0
    while next < found.count {
      let here = found[next]
      found += try environment.names(in: here).sorted().map { here / $0 }.filter { try isFolder($0) }
      next += 1
    }
    return found
  }

  private func examineLeftovers(_ report: inout DoctorReport, isHeld: Bool) throws {
    guard !isHeld else { return }
    let ready = Set(try reader.runs(in: [.ready]).map { paths.staging($0.id).last })
    for name in try environment.names(in: paths.outbox)
    where name.bytes.starts(with: StudioPaths.stagingPrefix.utf8) && !ready.contains(name) {
      leftover(&report, "outbox/\(name.shown) was not finished")
    }
    if try environment.exists(paths.taken) { leftover(&report, "files are on their way out of the inbox") }
    for folder in try foldersBelow(paths.hidden) {
      for name in try environment.names(in: folder).sorted() where name.ending == "tmp" {
        leftover(&report, "\((folder / name).shown) was not finished")
      }
    }
    for run in try reader.runs(in: [.running]) { leftover(&report, "\(run.id) was cut off while it ran") }
  }

  /// What the ledger has no row for is kept, until it has one or a person deletes it.
  private func examineUnrecorded(_ report: inout DoctorReport, isHeld: Bool) throws {
    let found = try UnrecordedFiles(paths: paths, environment: environment, reader: reader).setAsideBefore()
    guard !found.isEmpty else { return }
    let music = Set(try reader.objects().keys)
    let weights = Set(try reader.weights().map(\.sha256))
    for file in found {
      if try environment.hashOfFile(file.path) != file.hash, try environment.exists(file.path) {
        report.notice(
          "unrecorded-damaged", "\(file.path.shown) has other bytes than its name says",
          remedy: "delete it, or restore it from a backup")
      } else if file.kind == .music ? music.contains(file.hash) : weights.contains(file.hash) {
        if !isHeld { leftover(&report, "\(file.path.shown) has a row in the ledger by now") }
      } else {
        report.notice(
          UnrecordedFiles.code, "\(file.path.shown) is in no row of the ledger",
          remedy: UnrecordedFiles.remedy(hasMusic: file.kind == .music, hasWeights: file.kind == .weights))
      }
    }
  }

  private func leftover(_ report: inout DoctorReport, _ message: String) {
    report.notice("left-over", message, remedy: "nothing: the next watch or run puts it in order")
  }

  private func isFolder(_ path: FileName) throws -> Bool {
    do {
      return try environment.files.facts(of: path, in: workingFolder).kind == .folder
    } catch let error where error.isMissing {
      return false
    }
  }
}
