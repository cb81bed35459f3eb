import ArgumentParser
import Identity
import Ledger

/// `ritornello runs`: the runs of all jobs.
struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs",
    abstract: "List the runs, oldest first.",
    discussion: """
      Lists the runs of all jobs, how far each is, and why where it failed, waits or was skipped. A table has the \
      newest 1000 unless others are asked for, JSON has all.

      ritornello runs --json
      """)

  @Option(help: "The studio's folder; otherwise the nearest one upwards that holds jobs.yaml.", completion: .directory)
  var studio: String?

  @Flag(help: "Print one JSON array, one object a run.")
  var json = false

  @OptionGroup var list: ListOptions

  func run() throws {
    let reader = LedgerReader(studio: try StudioFolder.find(explicit: studio))
    if json {
      try LedgerAnswers.telling { try reader.tellRuns(last: list.last, to: StandardOutput.write) }
      return
    }
    let (runs, number) = try LedgerAnswers.telling {
      (try Array(reader.lastRuns(list.limit).reversed()), try reader.runCount())
    }
    list.tell(shown: runs.count, of: number, "runs")
    if runs.isEmpty {
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
