import Composition
import Foundation
import Identity
import Jobs
import Ledger
import Work

extension RunReport {
  typealias Metrics = SongMetrics
  typealias Evaluation = EvaluationReport

  /// Gathers the report of a run that is about to be delivered.
  init(_ run: RunRecord, _ result: WorkResult, files: [SnapshotFile], at now: Date) throws {
    let spec = try JobSpec(settings: run.settings)
    job = run.id.job
    self.run = run.id
    attempt = max(1, run.attempts)
    // What is being delivered is delivered where this can be read.
    state = run.state == .failed ? run.state.rawValue : RunState.delivered.rawValue
    error = run.error
    queuedAt = Instant.text(run.queuedAt)
    startedAt = run.startedAt.map(Instant.text)
    endedAt = Instant.text(now)
    settings = spec
    generate = result.generate
    snapshot = run.snapshot
    self.files = files.map { File(FileName($0.corpus).appending($0.name), $0.sha256) }
    weightsIn = run.weightsIn
    weightsOut = result.training?.sha256
    training = result.training
    evaluation = result.evaluation
    seeds = Seeds(train: spec.train?.seed, generate: result.generate?.seed)
    songs = result.songs.enumerated().compactMap { index, song in
      SongID(run: run.id, number: index + 1).map {
        Song(
          id: $0, file: song.file, sha256: song.sha256, seed: song.seed, bars: song.bars, notes: song.notes,
          seconds: song.seconds, metrics: song.metrics, copying: song.copying, attempts: song.attempts, gate: song.gate)
      }
    }
    withheld = result.withheld ?? []
    remarks = result.remarks ?? []
    warnings = result.warnings
    version = result.programVersion
    numerics = result.numerics
    instructionSet = result.instructionSet
  }
}
