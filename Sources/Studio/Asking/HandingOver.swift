import Foundation
import Identity
import Jobs
import Ledger
import Logging

/// Hands jobs to the process that owns the studio, and waits for their runs.
package struct HandingOver {
  let paths: StudioPaths
  let environment: StudioEnvironment
  private let reader: LedgerReader

  package init(paths: StudioPaths, environment: StudioEnvironment) {
    self.paths = paths
    self.environment = environment
    reader = LedgerReader(studio: paths.root.text ?? paths.root.shown)
  }

  /// Leaves a request for each job.
  ///
  /// - Returns: the requests' ids, by job.
  /// - Throws: `StudioError.missing` where there is no such job, before anything is left.
  package func leave(jobs names: [String]) throws -> [String: String] {
    let known = try knownJobs()
    for name in names where !known.contains(name) {
      throw StudioError.noJob(name, known)
    }
    let folder = RequestFolder(paths: paths, environment: environment)
    var ids: [String: String] = [:]
    for name in names {
      let request = StudioRequest.make(.run, name, at: environment.clock.now)
      try folder.leave(request)
      ids[request.id] = name
    }
    return ids
  }

  private func knownJobs() throws -> [String] {
    let bytes = (try? environment.contents(of: paths.jobs, limit: 1 << 20)) ?? []
    if let file = JobsFile.parse(bytes: bytes, path: "jobs.yaml").0 { return file.jobs.map(\.name) }
    guard let last = try reader.configuration() else { return [] }
    return JobsFile.parse(bytes: Array(last.text.utf8), path: "jobs.yaml").0?.jobs.map(\.name) ?? []
  }

  /// Waits until the runs of these requests have ended.
  ///
  /// - Throws: `Stopped` after a signal; `StudioError` where the owner has gone.
  package func wait(for requests: [String: String], signals: StopSignals) throws -> PassOutcome {
    var goneSince: Double?
    while true {
      if let number = signals.stop { throw Stopped(signal: number) }
      let jobs = Set(requests.values)
      let runs = try jobs.flatMap { try reader.runs(ofJob: $0) }
        .filter { run in run.request.map { requests[$0] != nil } ?? false }
      if runs.count == requests.count, runs.allSatisfy({ !$0.state.isOpen }) {
        let states = Dictionary(uniqueKeysWithValues: runs.map { ($0.id, $0.state.rawValue) })
        return PassOutcome(status: runs.contains { $0.state != .delivered } ? 1 : 0, runs: states)
      }
      if StudioLock.holder(at: paths.lock, files: environment.files) == nil {
        let now = environment.clock.monotonic
        goneSince = goneSince ?? now
        // A watcher that is started again takes the requests up.
        if now - (goneSince ?? now) > 10 {
          throw StudioError.ownerGone
        }
      } else {
        goneSince = nil
      }
      environment.clock.wait(seconds: 0.2)
    }
  }
}

/// Changes what becomes of a run: through the studio's owner, or under the lock where there is none.
package struct RunChange {
  let paths: StudioPaths
  let environment: StudioEnvironment

  package init(paths: StudioPaths, environment: StudioEnvironment) {
    self.paths = paths
    self.environment = environment
  }

  /// Cancels or retries a run.
  ///
  /// - Returns: the state that it is in then.
  /// - Throws: `StudioError`, `LedgerError` where there is no such run or its state does not allow it.
  package func make(_ kind: StudioRequest.Kind, _ text: String) throws -> String {
    let reader = LedgerReader(studio: paths.root.text ?? paths.root.shown)
    guard let id = RunID(text), let run = try reader.run(id) else {
      throw StudioError.missing("no run '\(FileName(text).shown)'; ritornello runs lists them")
    }
    let allowed: Set<RunState> =
      kind == .retry ? [.failed, .waiting, .blocked] : [.queued, .waiting, .blocked, .running]
    guard allowed.contains(run.state) else {
      let words = allowed.map(\.rawValue).sorted().joined(separator: ", ")
      throw StudioError.refused("\(id) is \(run.state.rawValue); \(kind.rawValue) acts on runs that are \(words)")
    }
    do {
      let session = try StudioSession(paths: paths, environment: environment, word: kind.rawValue, lateness: 3600)
      try kind == .retry ? session.retry(id) : session.cancel(id)
    } catch StudioError.busy {
      try ask(kind, id)
    }
    return try reader.run(id)?.state.rawValue ?? "gone"
  }

  /// Leaves a request and waits until it was acted on.
  private func ask(_ kind: StudioRequest.Kind, _ id: RunID) throws {
    let request = StudioRequest.make(kind, id.description, at: environment.clock.now)
    let folder = RequestFolder(paths: paths, environment: environment)
    try folder.leave(request)
    let reader = LedgerReader(studio: paths.root.text ?? paths.root.shown)
    let deadline = environment.clock.monotonic + 15
    while environment.clock.monotonic < deadline {
      let isWaiting = try environment.exists(paths.requests / (request.id + ".json"))
      // A running one is cancelled once its worker is gone.
      let isGoing = try kind == .cancel && reader.run(id)?.state.isOpen == true
      if !isWaiting, !isGoing { return }
      environment.clock.wait(seconds: 0.05)
    }
    environment.log.notice("the request is left for the process that owns the studio; it has not acted on it yet")
  }
}
