import ArgumentParser
import Glibc
import Identity
import Jobs
import Ledger
import StrictYAML
import Studio

/// What `check` finds in a studio: everything that is wrong, and when each job is next due.
struct CheckReport {
  /// One thing that is wrong, with its file's path from the studio's folder.
  struct Fault {
    let path: FileName
    let diagnostic: Diagnostic
  }

  /// A job with its next due times.
  struct Job {
    let spec: JobSpec
    let next: [Schedule.DueTime]
    /// Says that the ledger knows from when on the schedule counts.
    let hasRun: Bool
    /// What its next run is likely to cost; nil: nothing is known.
    var estimate: RunEstimate?
  }

  private(set) var faults: [Fault] = []
  /// What deserves a word though nothing is wrong, as finished lines.
  private(set) var warnings: [String] = []
  private(set) var jobs: [Job] = []
  private(set) var specs: [(path: FileName, spec: OneOffSpec)] = []

  /// The largest file that is read; a larger one is refused by its size anyway.
  private static let largest = 1 << 20

  /// Reads a studio's `jobs.yaml` and the specs that lie in its inbox.
  ///
  /// - Throws: `ExitCode` 66 where there is no `jobs.yaml`, 74 where one of them cannot be read; after telling why.
  init(studio: String, now: UTCTime) throws {
    let folder = FileName(studio)
    var file = JobsFile()
    let bytes = try Self.read(folder.appending(FileName("jobs.yaml")))
    let (parsed, diagnostics) = JobsFile.parse(bytes: bytes, path: "jobs.yaml")
    faults = diagnostics.map { Fault(path: FileName("jobs.yaml"), diagnostic: $0) }
    if let parsed {
      file = parsed
      // Without a ledger that can be read, no job has run yet.
      let reader = LedgerReader(studio: studio)
      let states = (try? reader.jobStates()) ?? []
      for job in parsed.jobs {
        add(job, parsed.scheduleMarks[job.name], states.first { $0.name == job.name }, now)
        let past = (try? reader.pastWork(RunEstimate.most, ofJob: job.name)) ?? []
        jobs[jobs.count - 1].estimate = RunEstimate(job, past: past)
      }
    }
    let inbox = FileName("inbox")
    for name in try Self.specNames(in: studio) {
      let path = inbox.appending(name)
      let (spec, diagnostics) = OneOffSpec.parse(
        bytes: try Self.read(folder.appending(path)), path: name.last.shown, studio: file)
      faults += diagnostics.map { Fault(path: path, diagnostic: $0) }
      if let spec { specs.append((path, spec)) }
    }
  }

  private mutating func add(_ job: JobSpec, _ mark: Mark?, _ state: JobState?, _ now: UTCTime) {
    let next = job.nextTimes(5, state: state, after: now)
    jobs.append(Job(spec: job, next: next, hasRun: job.schedule != nil && state?.lastDue(of: job) != nil))
    if case .at(let time) = job.schedule, next.isEmpty {
      let place = mark.map { "jobs.yaml:\($0.line):\($0.column): " } ?? ""
      warnings.append("\(place)warning: \(time) is past, so the job '\(job.name)' is never due")
    }
  }

  private static func read(_ path: FileName) throws -> [UInt8] {
    do throws(PathWalk.Problem) {
      return try PathWalk.read(path, limit: largest)
    } catch {
      throw fail(
        "\(error.path.shown): \(error.message)", error.kind == .noSuchPath ? Exit.noInput : Exit.inputOutput)
    }
  }

  /// The specs that the studio would take, by their paths below its inbox.
  private static func specNames(in studio: String) throws -> [FileName] {
    do {
      return try PendingSpecs(in: StudioPaths(root: studio)).paths
    } catch let error as FileError {
      throw fail("\(error); \(error.remedy)", Exit.inputOutput)
    }
  }
}

extension CheckReport {
  /// The document that `check --json` prints.
  var json: JSONValue {
    .object([
      ("ok", .bool(faults.isEmpty)), ("errors", .array(faults.map(Self.json))),
      ("jobs", .array(jobs.map(Self.json))),
    ])
  }

  private static func json(_ fault: Fault) -> JSONValue {
    let diagnostic = fault.diagnostic
    return .object(
      JSONValue.members(naming: fault.path) + [
        ("line", .int(diagnostic.line)), ("column", .int(diagnostic.column)), ("key", .text(diagnostic.key)),
        ("message", .string(diagnostic.text)), ("nearest", .text(diagnostic.nearest)),
      ])
  }

  private static func json(_ job: Job) -> JSONValue {
    let next = job.next.map { due in
      JSONValue.object([
        ("utc", .string(due.time.description)), ("local", .string(due.local)), ("note", .text(due.note?.rawValue)),
      ])
    }
    return .object([("name", .string(job.spec.name)), ("next", .array(next))])
  }

  /// What `check` prints for people where nothing is wrong, a line each.
  var lines: [String] {
    var result = ["jobs.yaml is good: \(jobs.count) job\(jobs.count == 1 ? "" : "s")"]
    for spec in specs { result.append("\(spec.path.shown) is good: runs once as '\(spec.spec.job.name)'") }
    for job in jobs {
      result.append("")
      result.append("\(job.spec.name): \(Self.words(for: job))")
      if let estimate = job.estimate { result.append("  a run: " + estimate.told) }
      for due in job.next { result.append("  \(due.local)" + Self.words(for: due.note)) }
    }
    return result
  }

  private static func words(for told: Job) -> String {
    let job = told.spec
    let zone = job.timezone.map { " (\($0))" } ?? ""
    return switch job.schedule {
    case .none: "only by hand: ritornello run \(job.name)"
    case .cron(let expression): expression.description + zone
    case .every(let interval):
      "every \(interval), " + (told.hasRun ? "counted from its last due time" : "as it has not been looked at before")
    case .at(let time): "once at \(time)" + zone
    case .corpusChanges(let quiet):
      "when \(job.corpus.map { FileName($0).shown }.joined(separator: ", ")) has changed and been quiet for \(quiet)"
    }
  }

  private static func words(for note: Schedule.Note?) -> String {
    switch note {
    case .gap: "  (gap: clocks are put forward over the time that is written)"
    case .overlap: "  (overlap: clocks are put back and show this time twice)"
    case nil: ""
    }
  }

  /// The document that `check --schema` prints.
  static var schema: JSONValue {
    .array(
      ConfigurationSchema.rows.map { row in
        .object([
          ("key", .string(row.key)), ("type", .string(row.type)), ("default", standard(row)), ("unit", .text(row.unit)),
          ("range", .text(row.range)),
        ])
      })
  }

  /// A default as a JSON value of its own type, where it is one.
  private static func standard(_ row: MappingReader.Row) -> JSONValue {
    guard let text = row.default else { return .null }
    if row.type.hasPrefix("integer") || row.type.hasPrefix("number") {
      if let whole = Int(text) { return .int(whole) }
      if let decimal = Double(text) { return .double(decimal) }
    }
    if row.type == "boolean" { return .bool(text == "true") }
    return .string(text)
  }
}
