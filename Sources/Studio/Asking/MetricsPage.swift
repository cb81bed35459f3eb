package import Foundation
import Identity
import Jobs
package import Ledger
import Work

/// How a studio is, as OpenMetrics text (OpenMetrics 1.0, "Text format"), which Prometheus's node exporter reads too.
package struct MetricsPage: Sendable {
  /// What a metric is: its value may fall, only rises, or is a fixed text.
  package enum Kind: String, Sendable { case gauge, counter, info }

  private var lines: [String] = []

  package init() {}

  /// Adds a metric with its samples, each a set of labels and a value.
  package mutating func add(
    _ name: String, _ kind: Kind, _ help: String, unit: String? = nil, _ samples: [([(String, String)], Double)]
  ) {
    guard !samples.isEmpty else { return }
    let name = "ritornello_" + name
    lines.append("# TYPE \(name) \(kind.rawValue)")
    if let unit { lines.append("# UNIT \(name) \(unit)") }
    lines.append("# HELP \(name) \(help)")
    let suffix = kind == .counter ? "_total" : kind == .info ? "_info" : ""
    for (labels, value) in samples {
      let text = labels.map { "\($0.0)=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
      lines.append(name + suffix + (text.isEmpty ? "" : "{" + text + "}") + " " + Self.number(value))
    }
  }

  /// Adds a metric with one sample and no labels.
  package mutating func add(_ name: String, _ kind: Kind, _ help: String, unit: String? = nil, _ value: Double?) {
    add(name, kind, help, unit: unit, value.map { [([], $0)] } ?? [])
  }

  /// The text.
  package var text: String { (lines + ["# EOF"]).joined(separator: "\n") + "\n" }

  /// A label's value: what would do harm on a terminal is shown, then what the format reserves is escaped.
  private static func escaped(_ text: String) -> String {
    FileName(text).shown.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
  }
}

extension MetricsPage {
  /// Gathers how a studio is.
  ///
  /// - Parameters:
  ///   - status: how things stand.
  ///   - counts: what the ledger holds; nil: it cannot be read.
  ///   - pending: files of the inbox without a fate.
  ///   - paths: where the studio's folders are, whose free room is told.
  ///   - version: the program's version and that of its arithmetic.
  ///   - now: the time.
  package init(
    _ status: StatusReport, _ counts: LedgerCounts?, pending: Int, paths: StudioPaths,
    version: (program: String, numerics: Int), now: Date
  ) {
    self.init()
    let labels = [("version", version.program), ("numerics", String(version.numerics))]
    add("build", .info, "The program's version and that of its arithmetic.", [(labels, 1)])
    add(
      "heartbeat_timestamp_seconds", .gauge, "When the studio's owner last showed life.", unit: "seconds",
      now.timeIntervalSince1970)
    add("inbox_pending_files", .gauge, "Files of the inbox that have no fate yet.", Double(pending))
    if let counts { add(counts) }
    add(
      "run_progress_ratio", .gauge, "How far a run is, 0 to 1.", unit: "ratio",
      status.running.compactMap { run in
        run.progress.map { ([("job", run.run.job), ("run", run.run.description)], $0.fraction) }
      })
    add(
      "run_eta_seconds", .gauge, "The time that a run's training has left.", unit: "seconds",
      status.running.compactMap { run in
        run.progress?.etaSeconds.map { ([("job", run.run.job), ("run", run.run.description)], $0) }
      })
    add(
      "job_next_due_timestamp_seconds", .gauge, "When a job is next due.", unit: "seconds",
      status.jobs.compactMap { job in job.next.first.map { ([("job", job.name)], Double($0.time.seconds)) } })
    add(
      "config_good", .gauge, "1 where jobs.yaml as it stands is in force, else 0.", status.configuration.isOK ? 1 : 0)
    let problems = Dictionary(grouping: status.problems, by: \.code).mapValues(\.count)
    add("problems", .gauge, "The problems that stand, whatever they are.", Double(status.problems.count))
    add(
      "problems_by_code", .gauge, "The problems that stand, by kind.",
      problems.sorted { $0.key < $1.key }.map { ([("code", $0.key)], Double($0.value)) })
    let folders = [("inbox", paths.inbox), ("outbox", paths.outbox), ("private", paths.hidden)]
    add(
      "free_bytes", .gauge, "The room that is left on a folder's file system.", unit: "bytes",
      folders.compactMap { name, path in path.freeBytes.map { ([("folder", name)], Double($0)) } })
  }

  private mutating func add(_ counts: LedgerCounts) {
    add(
      "drops", .counter, "Files of the inbox by fate.",
      DropFate.allCases.map { ([("fate", $0.rawValue)], Double(counts.drops[$0] ?? 0)) })
    add("objects", .gauge, "MIDI files that are kept.", Double(counts.objects))
    add("corpora", .gauge, "Corpora.", Double(counts.corpora))
    add("weights", .gauge, "Weights whose file is kept.", Double(counts.weights))
    add(
      "runs", .gauge, "Runs by state.",
      RunState.allCases.map { ([("state", $0.rawValue)], Double(counts.runs[$0] ?? 0)) })
    add("songs", .counter, "Songs that were made.", Double(counts.songs))
    add("songs_collected", .gauge, "Songs that lie in the outbox no more.", Double(counts.collected))
    add(
      "last_delivery_timestamp_seconds", .gauge, "When songs were last delivered.", unit: "seconds",
      counts.lastDelivered?.timeIntervalSince1970)
  }
}
