import Foundation
import Glibc
import Identity
import Ledger
import Logging

/// The problems that stand, kept until a pass finds them gone.
///
/// Each source (intake, delivery, …) tells all the problems that it finds in a pass; those that it no longer tells are
/// gone. They are kept in the ledger; where that cannot be written, in `problems.json`, whose room is set aside while
/// there is some, so that it can be written on a full disk.
final class ProblemBook {
  private var standing: [String: [Problem]] = [:]
  /// What an earlier process left, from which times are taken over.
  private var known: [Problem]
  private var saved: [Problem]?
  private var isFallbackUsed: Bool
  private let path: FileName
  private let environment: StudioEnvironment
  private let store: ([Problem]) throws -> Void

  /// Opens the book.
  ///
  /// - Parameters:
  ///   - path: where the problems are kept that the ledger cannot take.
  ///   - environment: clock, files and log.
  ///   - earlier: what the ledger has.
  ///   - store: writes all problems into the ledger in place of the earlier ones.
  init(
    path: FileName, environment: StudioEnvironment, earlier: [Problem], store: @escaping ([Problem]) throws -> Void
  ) {
    self.path = path
    self.environment = environment
    self.store = store
    let fallback = ProblemFile.read(path, environment)
    isFallbackUsed = !fallback.isEmpty
    known = isFallbackUsed ? fallback : earlier
    saved = isFallbackUsed ? nil : earlier
    ProblemFile.write(fallback, path, environment)
  }

  /// Every problem that stands.
  var all: [Problem] {
    var seen: Set<String> = []
    return standing.keys.sorted().flatMap { standing[$0] ?? [] }
      .filter { seen.insert($0.code + "\n" + $0.subject).inserted }
      .sorted { ($0.code, $0.subject) < ($1.code, $1.subject) }
  }

  /// Takes all the problems that a source found in this pass.
  func replace(_ problems: [Problem], from source: String) {
    let before = (standing[source] ?? []) + known
    standing[source] = problems.map { problem in
      var problem = problem
      if let earlier = before.first(where: { $0.code == problem.code && $0.subject == problem.subject }) {
        problem.since = earlier.since
      } else if problem.code != Problem.badConfig {
        environment.log.warning(
          "\(problem.message); \(problem.remedy)", metadata: ["event": "problem", "code": "\(problem.code)"])
      }
      return problem
    }
  }

  /// Adds one problem to what a source has told.
  func add(_ problem: Problem, from source: String) {
    let others = (standing[source] ?? []).filter { $0.code != problem.code || $0.subject != problem.subject }
    replace(others + [problem], from: source)
  }

  /// Writes the book where it has changed: into the ledger, or beside it.
  func save() throws {
    let problems = all
    guard problems != saved else { return }
    try environment.steps.willMake(.recordProblems)
    known = problems
    do {
      try store(problems)
      if isFallbackUsed { ProblemFile.write([], path, environment) }
      isFallbackUsed = false
      saved = problems
    } catch is LedgerError {
      ProblemFile.write(problems, path, environment)
      isFallbackUsed = true
      // Not counted as saved: the ledger is tried again with the next pass.
      saved = nil
    }
  }
}

/// `problems.json`: a file of fixed size that is written in place, so that it needs no room of a full disk.
enum ProblemFile {
  private static let room = 64 << 10

  private struct Line: Codable {
    var code: String
    var subject: String
    var message: String
    var remedy: String
    var since: Double
  }

  /// The problems in the file; none where the ledger has them.
  static func read(_ path: FileName, _ environment: StudioEnvironment) -> [Problem] {
    guard let bytes = try? environment.contents(of: path, limit: room) else { return [] }
    let lines = (try? JSONDecoder().decode([Line].self, from: Data(bytes))) ?? []
    return lines.map {
      Problem(
        code: $0.code, subject: $0.subject, message: $0.message, remedy: $0.remedy,
        since: Date(timeIntervalSince1970: $0.since))
    }
  }

  /// Writes as many of the problems as there is room for.
  static func write(_ problems: [Problem], _ path: FileName, _ environment: StudioEnvironment) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var lines = problems.map {
      Line(
        code: $0.code, subject: $0.subject, message: $0.message, remedy: $0.remedy,
        since: $0.since.timeIntervalSince1970)
    }
    var bytes = (try? Array(encoder.encode(lines))) ?? Array("[]".utf8)
    while bytes.count >= room, !lines.isEmpty {
      lines.removeLast((lines.count + 1) / 2)
      bytes = (try? Array(encoder.encode(lines))) ?? Array("[]".utf8)
    }
    bytes += Array(repeating: UInt8(ascii: " "), count: room - 1 - bytes.count) + [UInt8(ascii: "\n")]
    let files = environment.files
    guard let descriptor = try? files.open(path, in: workingFolder, flags: O_WRONLY | O_CREAT, permissions: 0o644)
    else { return }
    defer { files.close(descriptor) }
    try? files.write(bytes, to: descriptor, of: path)
  }
}

extension Problem {
  /// What tells of a `jobs.yaml` that cannot be used; the log has its faults one by one.
  static let badConfig = "bad-config"

  /// A fault of the machine as a problem.
  init(_ error: FileError, doing what: String, subject: String = "", at now: Date) {
    self.init(
      code: error.problemCode, subject: subject.isEmpty ? error.path.shown : subject,
      message: "\(what): \(error)", remedy: error.remedy, since: now)
  }

  /// What keeps one run alone from going on, as a problem.
  init(run: RunID, _ error: any Error, at now: Date) {
    self.init(
      code: "run-stuck", subject: run.description, message: "\(run) cannot go on: \(error)",
      remedy: "ritornello cancel or retry it; if it comes again, report it with this message", since: now)
  }

  /// A fault that the ledger tells as a problem.
  init(_ error: LedgerError, doing what: String, at now: Date) {
    let code: String
    let remedy: String
    switch error.machineFault {
    case .diskFull: (code, remedy) = ("disk-full", "free some space on the studio's file system")
    case .inputOutput: (code, remedy) = ("input-output", "check the disk; the system's log says more")
    case .permission: (code, remedy) = ("no-permission", "give the user who runs ritornello the right to write there")
    case .busy: (code, remedy) = ("ledger-busy", "end the program that keeps the ledger locked")
    case .memory: (code, remedy) = ("no-memory", "free some memory")
    case nil: (code, remedy) = ("ledger", "see the message")
    }
    self.init(code: code, subject: "ledger", message: "\(what): \(error)", remedy: remedy, since: now)
  }
}
