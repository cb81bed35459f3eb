package import Foundation
package import Identity
import Jobs
import Ledger
import Work

extension StatusReport {
  /// The report as JSON.
  package var json: JSONValue {
    .object(
      JSONValue.members(naming: studio, key: "studio") + [
        ("heartbeat", .text(heartbeat.map(Instant.text))),
        ("watcher", watcher.map { .object([("pid", .int(Int($0)))]) } ?? .null),
        (
          "config",
          .object([
            ("ok", .bool(configuration.isOK)),
            ("loaded_hash", .text(configuration.loadedHash?.hex)),
            ("file_hash", .text(configuration.fileHash?.hex)),
            ("error", .text(configuration.error)),
          ])
        ),
        ("queue", .array(queue.map(Self.json))),
        ("running", .array(running.map(Self.json))),
        ("jobs", .array(jobs.map(Self.json))),
        ("problems", .array(problems.map(Self.json))),
      ])
  }

  private static func json(_ run: RunRecord) -> JSONValue {
    .object([
      ("run", .string(run.id.description)), ("job", .string(run.id.job)), ("state", .string(run.state.rawValue)),
      ("attempts", .int(run.attempts)), ("queued_at", .string(Instant.text(run.queuedAt))),
      ("not_before", .text(run.notBefore.map(Instant.text))), ("error", .text(run.error)),
    ])
  }

  private static func json(_ running: Running) -> JSONValue {
    let progress = running.progress
    return .object([
      ("run", .string(running.run.description)), ("stage", .text(progress?.stage.rawValue)),
      ("iteration", .number(progress?.iteration)), ("iterations", .number(progress?.iterations)),
      ("loss", .number(progress?.loss)), ("fraction", .number(progress?.fraction)),
      ("eta_seconds", .number(progress?.etaSeconds)),
    ])
  }

  private static func json(_ job: Job) -> JSONValue {
    let next = job.next.map { time -> JSONValue in
      .object([
        ("utc", .string(time.time.description)), ("local", .string(time.local)), ("note", .text(time.note?.rawValue)),
      ])
    }
    let estimate = job.estimate.map { estimate in
      JSONValue.object([
        ("seconds", .number(estimate.seconds)), ("runs", .int(estimate.runs)),
        ("memory_bytes", .number(estimate.memory)),
      ])
    }
    return .object([("name", .string(job.name)), ("next", .array(next)), ("estimate", estimate ?? .null)])
  }

  private static func json(_ problem: Problem) -> JSONValue {
    .object([
      ("code", .string(problem.code)), ("message", .string(problem.message)), ("remedy", .string(problem.remedy)),
      ("since", .string(Instant.text(problem.since))),
    ])
  }

  /// The report for people, a line each.
  package func lines(now: Date) -> [String] {
    var lines = ["studio    \(studio.shown)"]
    if let watcher {
      lines.append("watcher   pid \(watcher)" + (heartbeat.map { ", seen \(Self.age(of: $0, now)) ago" } ?? ""))
    } else {
      lines.append("watcher   none; start one with ritornello watch, or run passes with ritornello run")
    }
    if let error = configuration.error { lines.append("jobs.yaml \(Self.oneLine(error))") }
    for run in running { lines.append("running   " + Self.text(run)) }
    for run in queue {
      var line = "\(run.state.rawValue.padding(toLength: 10, withPad: " ", startingAt: 0))\(run.id)"
      if let time = run.notBefore, time > now { line += ", again in \(TimeLeft.text(time.timeIntervalSince(now)))" }
      if let error = run.error { line += ": " + Self.oneLine(error) }
      lines.append(line)
    }
    for run in lastRuns.reversed() {
      var line = "\(run.state.rawValue.padding(toLength: 10, withPad: " ", startingAt: 0))\(run.id)"
      if let ended = run.endedAt { line += ", \(Self.age(of: ended, now)) ago" }
      if run.songs > 0 { line += run.songs == 1 ? ", 1 song" : ", \(run.songs) songs" }
      if let error = run.error { line += ": " + Self.oneLine(error) }
      lines.append(line)
    }
    for job in jobs {
      let when =
        job.next.first.map { "next at \($0.local)" }
        ?? (job.isByChange ? "when its corpus changes" : job.isByHand ? "by hand" : "not again")
      lines.append("job       \(job.name): \(when)" + (job.estimate.map { ", " + $0.told } ?? ""))
    }
    for problem in problems {
      lines.append("problem   \(Self.oneLine(problem.message))")
      lines.append("          → \(Self.oneLine(problem.remedy))")
    }
    return lines
  }

  private static func text(_ running: Running) -> String {
    guard let progress = running.progress else { return "\(running.run)" }
    var text = "\(running.run) \(progress.stage.rawValue), \(progress.percent) %"
    if progress.iterations > 0 { text += ", iteration \(progress.iteration) of \(progress.iterations)" }
    if let left = progress.etaSeconds, left.isFinite { text += ", \(TimeLeft.text(left)) left" }
    return text
  }

  private static func age(of time: Date, _ now: Date) -> String { TimeLeft.text(now.timeIntervalSince(time)) }

  private static func oneLine(_ text: String) -> String {
    text.split(separator: "\n").joined(separator: "; ")
  }
}
