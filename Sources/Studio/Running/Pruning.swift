import Foundation
import Glibc
import Identity
import Jobs
import Ledger
import Logging

/// Deletes weights beyond what `keep: {weights: N}` of a job leaves; their rows, songs and MIDI files stay.
struct Pruning {
  let paths: StudioPaths
  let environment: StudioEnvironment
  let ledger: Ledger

  /// Prunes for every job that sets a number.
  ///
  /// Never what any job names, what a run that is not finished names or reads, the newest of a job, or what is pinned. The
  /// row is marked first: what a crash leaves of a file then is removed by the next start.
  ///
  /// - Throws: `FileError` or `LedgerError` where the machine fails.
  func prune(_ configuration: JobsFile) throws {
    let jobs = configuration.jobs.filter { $0.keepWeights != nil }
    guard !jobs.isEmpty else { return }
    var named: Set<ContentHash>?
    for job in jobs {
      guard let count = job.keepWeights,
        !(try ledger.reader.prunableWeights(ofJob: job.name, keeping: count, named: []).isEmpty)
      else { continue }
      let kept = try named ?? self.named(configuration)
      named = kept
      for weights in try ledger.reader.prunableWeights(ofJob: job.name, keeping: count, named: kept) {
        try environment.make(.recordPruned) {
          try ledger.recordPruned(weights.sha256, at: environment.clock.now)
        }
        try environment.make(.removeWeights) {
          try environment.removeTree(paths.weights(weights.sha256))
        }
        environment.log.info("the weights \(weights.sha256) are pruned: \(job.name) keeps \(count)")
      }
    }
  }

  /// What jobs and runs that are not finished name.
  private func named(_ configuration: JobsFile) throws -> Set<ContentHash> {
    let open = try ledger.reader.queue() + ledger.reader.runs(in: [.running, .ready])
    let specs = configuration.jobs + open.compactMap { try? JobSpec(settings: $0.settings) }
    var named: Set<ContentHash> = []
    for spec in specs {
      for name in [spec.train?.from, spec.generate?.from] {
        guard let name, !["scratch", "starter"].contains(name) else { continue }
        do {
          named.insert(try ledger.reader.weights(meantBy: name, inJob: spec.name).sha256)
        } catch let error as LedgerError where error.machineFault == nil {
          // It names none that there are.
          continue
        }
      }
    }
    return named
  }
}
