import Foundation
import Identity
import Ledger
import Work

/// What the newest delivered runs have to say of their music, as problems that stand until a run goes better.
final class MusicRemarks {
  private let paths: StudioPaths
  private let environment: StudioEnvironment
  private let ledger: Ledger
  private var known: [(problem: Problem, until: Date)] = []
  /// One-off specs whose remarks are told, the newest, and for how many seconds: nothing may ever come after them.
  private static let (mostSpecs, patience) = (100, 7 * 86_400.0)
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
  /// - Returns: a problem for each remark of the newest delivered run of each job, and of one-off specs for a week.
  /// - Throws: `LedgerError`.
  func problems(ofJobs jobs: [String], delivered: Set<RunID>) throws -> [Problem] {
    if let seen, seen == (jobs, delivered) { return standing }
    var found: [(problem: Problem, until: Date)] = []
    // A one-off spec's job stands in no file; its run has its say until another one of that name is delivered.
    var runs = try ledger.reader.newestSpecRuns(Self.mostSpecs).filter { !jobs.contains($0.id.job) }
    for job in jobs { runs += try ledger.reader.lastRuns(1, ofJob: job, in: [.delivered]) }
    for run in runs.sorted(by: { $0.id < $1.id }) {
      // Where it cannot be read now, there is nothing to say; the run itself is delivered.
      let result = try? RunFiles(run.id, paths: paths, environment: environment).result()
      let ended = run.endedAt ?? environment.clock.now
      for remark in result?.remarks ?? [] {
        let problem = Problem(
          code: remark.code, subject: run.id.description, message: "\(run.id): \(remark.message)",
          remedy: remark.remedy, since: ended)
        found.append((problem, run.spec == nil ? .distantFuture : ended + Self.patience))
      }
    }
    (known, seen) = (found, (jobs, delivered))
    return standing
  }

  private var standing: [Problem] {
    let now = environment.clock.now
    return known.filter { $0.until > now }.map(\.problem)
  }
}
