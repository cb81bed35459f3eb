import ArgumentParser
import Identity
import Ledger

/// `ritornello runs`: the runs of all jobs.
struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs",
    abstract: "List the runs, oldest first.",
    discussion: """
      Lists the runs of all jobs, the newest 1000 unless more are asked for, how far each is, and why where it failed, \
      waits or was skipped.

      ritornello runs --json
      """)

  @Option(help: "The studio's folder; otherwise the nearest one upwards that holds jobs.yaml.", completion: .directory)
  var studio: String?

  @Flag(help: "Print one JSON array, one object a run.")
  var json = false

  @OptionGroup var list: ListOptions

  func run() throws {
    let folder = try StudioFolder.find(explicit: studio)
    let (runs, number) = try LedgerAnswers.telling {
      let reader = LedgerReader(studio: folder)
      return (try Array(reader.lastRuns(list.limit).reversed()), try reader.runCount())
    }
    list.tell(shown: runs.count, of: number, "runs")
    if json {
      print(JSONValue.array(runs.map(\.json)).text())
    } else if runs.isEmpty {
      print("no runs yet")
    } else {
      print(Self.table(runs).text(width: Terminal.width))
    }
  }

  private static func table(_ runs: [RunRecord]) -> Table {
    Table(
      [
        .init(title: "run", cut: .keepsEnd), .init(title: "state"),
        .init(title: "attempts", isNumber: true, isOptional: true),
        .init(title: "songs", isNumber: true, isOptional: true), .init(title: "queued", isOptional: true),
        .init(title: "ended", isOptional: true), .init(title: "weights", cut: .keepsStart, least: 12, isOptional: true),
        .init(title: "error", cut: .keepsStart, least: 20),
      ],
      runs.map { run in
        [
          run.id.description, run.state.rawValue, String(run.attempts), String(run.songs), Table.cell(run.queuedAt),
          Table.cell(run.endedAt), run.weightsOut?.hex ?? "-", run.error.map { FileName($0).shown } ?? "",
        ]
      })
  }
}

extension RunRecord {
  /// The run as `runs --json` tells it.
  var json: JSONValue {
    .object([
      ("id", .string(id.description)), ("job", .string(id.job)), ("state", .string(state.rawValue)),
      ("attempts", .int(attempts)), ("queued_at", .time(queuedAt)), ("started_at", .time(startedAt)),
      ("ended_at", .time(endedAt)), ("weights_in", .hash(weightsIn)), ("weights_out", .hash(weightsOut)),
      ("songs", .int(songs)), ("error", .text(error)),
    ])
  }
}
