package import Foundation
package import Identity
package import Jobs
package import Ledger
import StrictYAML
package import Work

/// What `status` tells: how things stand, gathered without the lock and without writing anything.
package struct StatusReport {
  package var studio: FileName
  package var heartbeat: Date?
  package var watcher: Int32?
  package var configuration = Configuration()
  package var queue: [RunRecord] = []
  package var running: [Running] = []
  package var lastRuns: [RunRecord] = []
  package var jobs: [Job] = []
  package var problems: [Problem] = []

  package struct Configuration {
    package var isOK = false
    package var loadedHash: ContentHash?
    package var fileHash: ContentHash?
    package var error: String?
  }

  package struct Running {
    package var run: RunID
    package var progress: WorkProgress?
  }

  package struct Job {
    package var name: String
    package var next: [Schedule.DueTime]
    /// Says that the job runs when its corpora change.
    package var isByChange: Bool
    package var isByHand: Bool
    /// What its next run is likely to cost; nil: nothing is known.
    package var estimate: RunEstimate?
  }

  /// Gathers the report; what cannot be read is told as a problem.
  package init(paths: StudioPaths, environment: StudioEnvironment) {
    self.init(
      paths: paths, environment: environment, reader: LedgerReader(studio: paths.root.text ?? paths.root.shown))
  }

  /// Gathers the report with a reader that is there already.
  init(paths: StudioPaths, environment: StudioEnvironment, reader: LedgerReader) {
    studio = paths.root
    heartbeat = Heartbeat.last(at: paths.heartbeat, files: environment.files)
    let holder = StudioLock.holder(at: paths.lock, files: environment.files)
    watcher = holder?.word == "watch" ? holder?.pid : nil
    let now = environment.clock.now
    var file = readConfiguration(paths, environment)
    do {
      if let last = try reader.configuration() {
        configuration.loadedHash = last.sha256
        file = file ?? JobsFile.parse(bytes: Array(last.text.utf8), path: "jobs.yaml").0
      }
      queue = try reader.queue()
      for run in try reader.runs(in: [.running, .ready]) {
        let progress = RunFiles(run.id, paths: paths, environment: environment).progress
        running.append(Running(run: run.id, progress: progress))
      }
      lastRuns = try reader.lastRuns(5, in: [.delivered, .failed, .cancelled, .skipped]).reversed()
      let states = try reader.jobStates()
      for job in file?.jobs ?? [] {
        let state = states.first { $0.name == job.name }
        var told = Self.job(job, state, now)
        told.estimate = RunEstimate(job, past: try reader.pastWork(RunEstimate.most, ofJob: job.name))
        jobs.append(told)
      }
      problems = try reader.problems()
    } catch let error as LedgerError {
      problems.append(Problem(error, doing: "the ledger cannot be read", at: now))
      jobs = (file?.jobs ?? []).map { Self.job($0, nil, now) }
    } catch {
      problems.append(
        Problem(
          code: "ledger", message: "the ledger cannot be read: \(error)", remedy: "see the message", since: now))
    }
    let beside = ProblemFile.read(paths.problems, environment)
    if !beside.isEmpty { problems = beside }
    if let error = configuration.error, !problems.contains(where: { $0.code == "bad-config" }) {
      problems.append(
        Problem(
          code: "bad-config", subject: "jobs.yaml", message: "jobs.yaml is not usable: \(error)",
          remedy: "correct it; ritornello check tells all errors", since: now))
    }
  }

  private static func job(_ job: JobSpec, _ state: JobState?, _ now: Date) -> Job {
    var isByChange = false
    if case .corpusChanges = job.schedule { isByChange = true }
    return Job(
      name: job.name, next: job.nextTimes(5, state: state, after: UTCTime(now)), isByChange: isByChange,
      isByHand: job.schedule == nil)
  }

  private mutating func readConfiguration(_ paths: StudioPaths, _ environment: StudioEnvironment) -> JobsFile? {
    let bytes: [UInt8]
    do {
      bytes = try environment.contents(of: paths.jobs, limit: 1 << 20)
    } catch {
      configuration.error = "\(error)"
      return nil
    }
    configuration.fileHash = ContentHash(of: bytes)
    let (file, diagnostics) = JobsFile.parse(bytes: bytes, path: "jobs.yaml")
    configuration.isOK = file != nil
    if file == nil { configuration.error = diagnostics.told }
    return file
  }
}
