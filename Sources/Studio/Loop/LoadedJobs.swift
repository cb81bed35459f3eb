import Foundation
import Glibc
import Identity
import Jobs
import Ledger
import Logging
import StrictYAML

extension [Diagnostic] {
  /// What is wrong, a line each: `jobs.yaml:4:7: …`.
  var told: String { map { $0.place + ": " + $0.text }.joined(separator: "\n") }
}

/// `jobs.yaml` as it is in force: the last good version, whatever stands in the file now.
final class LoadedJobs {
  private(set) var file = JobsFile()
  /// The hash of the version in force; nil: there never was a good one.
  private(set) var loadedHash: ContentHash?
  /// What is wrong with the file as it is now; nil: nothing.
  private(set) var error: String?
  private var lastBytes: [UInt8]?
  private let paths: StudioPaths
  private let environment: StudioEnvironment
  private let ledger: Ledger

  init(paths: StudioPaths, environment: StudioEnvironment, ledger: Ledger) throws {
    self.paths = paths
    self.environment = environment
    self.ledger = ledger
    if let last = try ledger.reader.configuration() {
      let (parsed, _) = JobsFile.parse(bytes: Array(last.text.utf8), path: "jobs.yaml")
      if let parsed {
        file = parsed
        loadedHash = last.sha256
      }
    }
    try reload()
  }

  /// Reads the file again where it has changed.
  ///
  /// - Returns: whether another version is in force now.
  @discardableResult
  func reload() throws -> Bool {
    let bytes: [UInt8]
    do {
      bytes = try environment.contents(of: paths.jobs, limit: 1 << 20)
    } catch let failure as FileError {
      lastBytes = nil
      let what = failure.code == EFBIG ? "jobs.yaml holds more than 1 MiB" : failure.description
      tell(what)
      return false
    }
    guard bytes != lastBytes else { return false }
    let (parsed, diagnostics) = JobsFile.parse(bytes: bytes, path: "jobs.yaml")
    guard let parsed else {
      lastBytes = bytes
      tell(diagnostics.told)
      return false
    }
    error = nil
    let hash = ContentHash(of: bytes)
    guard hash != loadedHash else {
      lastBytes = bytes
      return false
    }
    let isFirst = loadedHash == nil
    // Removing a job cancels its queued runs, in the same transaction: no crash comes between.
    try environment.make(.recordSchedule) {
      try ledger.recordConfiguration(
        String(decoding: bytes, as: UTF8.self), sha256: hash, jobs: parsed.jobs.map(\.name),
        at: environment.clock.now)
    }
    // Only now: where the ledger's machine failed, the next look tries again.
    lastBytes = bytes
    file = parsed
    loadedHash = hash
    let count = parsed.jobs.count == 1 ? "1 job" : "\(parsed.jobs.count) jobs"
    environment.log.info("jobs.yaml is \(isFirst ? "read" : "read again"): \(count)")
    return true
  }

  private func tell(_ message: String) {
    guard error != message else { return }
    error = message
    // Each fault is an event of its own; the problem that follows from them is not told again.
    for line in message.split(separator: "\n") { environment.log.error("\(line)", metadata: ["event": "bad-config"]) }
    let rest = loadedHash == nil ? "there are no jobs" : "the last good version stays in force"
    environment.log.error("jobs.yaml is not usable; \(rest)", metadata: ["event": "bad-config"])
  }

  /// The problem to tell; nil: the file is good.
  var problem: Problem? {
    guard let error else { return nil }
    let rest = loadedHash == nil ? "no job runs until it is right" : "the last good version stays in force"
    return Problem(
      code: Problem.badConfig, subject: "jobs.yaml", message: "jobs.yaml is not usable: \(error)",
      remedy: "correct it (ritornello check tells all errors); \(rest)", since: environment.clock.now)
  }
}
