import Foundation
import Identity
import Ledger
import Work

/// What the newest delivered runs have to say of their music, as problems that stand until a run goes better.
final class MusicRemarks {
  private let paths: StudioPaths
  private let environment: StudioEnvironment
  private let ledger: Ledger
  private var known: [Problem] = []
  /// One-off specs whose remarks are told, the newest.
  private static let mostSpecs = 100
  private var seen: (jobs: [String], delivered: Set<RunID>)?

  init(paths: StudioPaths, environment: StudioEnvironment, ledger: Ledger) {
    self.paths = paths
    self.environment = environment
    self.ledger = ledger
  }

  /// Gathers the problems; they are looked for again only where a run was delivered or the jobs are others.
  ///
  /// - Parameters:
  ///   - jobs: the jobs in force.
  ///   - delivered: the runs that this process has delivered.
  /// - Returns: a problem for each remark of the newest delivered run of each job, also of one-off specs.
  /// - Throws: `LedgerError`.
  func problems(ofJobs jobs: [String], delivered: Set<RunID>) throws -> [Problem] {
    if let seen, seen == (jobs, delivered) { return known }
    var found: [Problem] = []
    // A one-off spec's job stands in no file; its run has its say until another one of that name is delivered.
    var runs = try ledger.reader.newestSpecRuns(Self.mostSpecs).filter { !jobs.contains($0.id.job) }
    for job in jobs { runs += try ledger.reader.lastRuns(1, ofJob: job, in: [.delivered]) }
    for run in runs.sorted(by: { $0.id < $1.id }) {
      // Where it cannot be read now, there is nothing to say; the run itself is delivered.
      let result = try? RunFiles(run.id, paths: paths, environment: environment).result()
      for remark in result?.remarks ?? [] {
        found.append(
          Problem(
            code: remark.code, subject: run.id.description, message: "\(run.id): \(remark.message)",
            remedy: remark.remedy, since: run.endedAt ?? environment.clock.now))
      }
    }
    (known, seen) = (found, (jobs, delivered))
    return found
  }
}
