import Composition
import Foundation
import Glibc
import Identity
import Jobs
import Ledger
import Pages
import Work

/// Puts a run's weights and songs in their places, so that what is visible is whole and each song comes once.
///
///     weights stored ─▶ outbox/.ritornello-JOB-0007/ built, fsynced ─▶ row: ready ─▶ renamed in ─▶ row: delivered
struct Delivery {
  let paths: StudioPaths
  let environment: StudioEnvironment
  let ledger: Ledger

  /// Delivers what a run has made.
  ///
  /// - Throws: `WorkerFault` where the result does not hold; `FileError`, `LedgerError` where the machine fails.
  func deliver(_ run: RunRecord, _ result: WorkResult) throws {
    let now = environment.clock.now
    let weights = try result.training.map { try store($0, of: run) }
    let songs = try stage(run, result, at: now)
    try environment.make(.recordReady) {
      try ledger.recordReady(run.id, weights: weights, songs: songs, at: now)
    }
    try moveIn(run.id)
  }

  /// Renames a ready run's staging folder into place and records it as delivered.
  ///
  /// Where the folder is gone, the run was delivered before a crash came.
  func moveIn(_ run: RunID) throws {
    let staging = paths.staging(run)
    let target = paths.delivered(run)
    let outbox = OutboxWatch(paths: paths, environment: environment, ledger: ledger)
    if try environment.exists(staging) {
      try environment.makeFolders(target.folder)
      try environment.make(.renameIntoPlace) {
        try environment.files.renameWithoutReplacing(staging, in: workingFolder, to: target, in: workingFolder)
      }
      try environment.make(.synchroniseOutbox) {
        try environment.synchroniseFolder(target.folder)
        try environment.synchroniseFolder(paths.outbox)
      }
    } else if try !environment.exists(target), try !outbox.isSame() {
      // Its folder may stand in an outbox that is not mounted now.
      throw FileError(code: ENODEV, call: "find", path: staging)
    }
    try environment.make(.recordDelivered) { try ledger.recordDelivered(run, at: environment.clock.now) }
    // What only the attempt needed goes; if that cannot be, the next start sees to it.
    do {
      try outbox.noteDelivery()
      try RunFiles(run, paths: paths, environment: environment).removeWorkings()
    } catch is FileError {}
  }

  /// Copies the weights under their hash.
  private func store(_ training: WorkResult.Training, of run: RunRecord) throws -> WeightsRecord {
    let hash = training.sha256
    let target = paths.weights(hash)
    let source = paths.run(run.id) / RunFolder.weights
    var size: Int64 = 0
    if try environment.exists(target) {
      size = try environment.files.facts(of: target, in: workingFolder).size
    } else {
      guard try environment.exists(source) else { throw WorkerFault(description: "the worker left no weights") }
      guard let copied = try WeightsStore(environment).copy(source, to: target, expecting: hash) else {
        throw WorkerFault(description: "the worker's weights are not those that it told of")
      }
      size = copied
    }
    return WeightsRecord(
      sha256: hash, bytes: Int(size), job: run.id.job, run: run.id, snapshot: run.snapshot,
      iterations: training.iterations, validationLoss: training.validationLoss,
      parents: run.weightsIn.map { [$0] } ?? [], createdAt: environment.clock.now)
  }

  /// Puts songs and report together beside the outbox's visible folders, and makes them durable.
  private func stage(_ run: RunRecord, _ result: WorkResult, at now: Date) throws -> [SongRecord] {
    let files = environment.files
    let staging = paths.staging(run.id)
    try environment.make(.makeStaging) {
      try environment.removeTree(staging)
      try environment.makeFolders(staging)
    }
    var records: [SongRecord] = []
    for (index, song) in result.songs.enumerated() {
      guard let id = SongID(run: run.id, number: index + 1), song.file == id.fileStem + ".mid" else {
        throw WorkerFault(description: "the worker named a song '\(FileName(song.file).shown)'")
      }
      let bytes = try bytes(of: song, in: run.id)
      try environment.make(.writeSong) { try write(bytes, to: staging / song.file) }
      records.append(try SongRecord(song, id: id, path: path(of: song, run.id), run: run, result: result))
    }
    let report = try RunReport(run, result, files: snapshotFiles(of: run), at: now).text()
    try environment.make(.writeReport) {
      try write(report, to: staging / "run.json")
      if let picture = learningCurve(of: run.id, result) { try write(picture, to: staging / "learning-curve.svg") }
    }
    try environment.make(.synchroniseStaging) {
      try environment.withFolder(staging) { try files.synchronise($0, of: staging) }
      try environment.synchroniseFolder(paths.outbox)
    }
    return records
  }

  /// The picture of how training went; nil where the run did not train, or no curve can be read.
  private func learningCurve(of run: RunID, _ result: WorkResult) -> [UInt8]? {
    guard let training = result.training,
      let curve = RunFiles(run, paths: paths, environment: environment).curve, !curve.points.isEmpty
    else { return nil }
    return Array(LearningCurveChart(curve, training, of: run, songs: result.songs).svg.utf8)
  }

  private func bytes(of song: WorkResult.Song, in run: RunID) throws -> [UInt8] {
    let path = paths.run(run) / RunFolder.songs / song.file
    do {
      let bytes = try environment.contents(of: path, limit: 64 << 20)
      guard ContentHash(of: bytes) == song.sha256 else {
        throw WorkerFault(description: "the song \(song.file) is not the one that the worker told of")
      }
      return bytes
    } catch let error as FileError where error.isMissing {
      throw WorkerFault(description: "the worker left no song \(song.file)")
    }
  }

  private func write(_ bytes: [UInt8], to path: FileName) throws {
    let files = environment.files
    let descriptor = try files.open(
      path, in: workingFolder, flags: O_WRONLY | O_CREAT | O_EXCL, permissions: 0o644)
    defer { files.close(descriptor) }
    try files.write(bytes, to: descriptor, of: path)
    try files.synchronise(descriptor, of: path)
  }

  private func path(of song: WorkResult.Song, _ run: RunID) -> String {
    "outbox/\(run.job)/\(run.paddedNumber)/\(song.file)"
  }

  private func snapshotFiles(of run: RunRecord) throws -> [SnapshotFile] {
    guard let hash = run.snapshot else { return [] }
    return try ledger.reader.snapshot(hash)?.files ?? []
  }
}

extension SongRecord {
  fileprivate init(
    _ song: WorkResult.Song, id: SongID, path: String, run: RunRecord, result: WorkResult
  ) throws {
    self.init(
      id: id, path: path, sha256: song.sha256, weights: result.weights ?? result.training?.sha256 ?? run.weightsIn,
      snapshot: run.snapshot, seed: song.seed, bars: song.bars, notes: song.notes, seconds: song.seconds,
      metrics: try JSONText.of(song.metrics),
      judgement: try song.gate.map { gate in
        try JSONText.of(SongVerdict(copying: song.copying, attempts: song.attempts ?? [], gate: gate))
      })
  }
}

/// What the ledger keeps of how a song was let through.
private struct SongVerdict: Encodable {
  var copying: CopyReport?
  var attempts: [SongAttempt]
  var gate: GateVerdict
}
