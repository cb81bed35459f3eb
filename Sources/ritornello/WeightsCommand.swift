import ArgumentParser
import Foundation
import Identity
import Ledger

/// `ritornello weights`: the weights that were trained.
struct WeightsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weights",
    abstract: "List the weights, oldest first, and keep some for good.",
    discussion: """
      Lists the weights that the studio trained. A job keeps its newest ones (keep: in jobs.yaml); what is pinned is \
      never deleted.

      ritornello weights
      ritornello weights pin 3f8a02c1
      ritornello weights compare nightly/0003 nightly/0007 bach
      """,
    subcommands: [List.self, WeightsCompareCommand.self, Pin.self, Unpin.self], defaultSubcommand: List.self)

  /// `ritornello weights list`.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the weights, oldest first.",
      discussion: """
        Lists hash, origin and validation loss of all weights; those that were deleted to keep a job's number are \
        marked pruned.

        ritornello weights list --json
        """)

    @Option(
      help: "The studio's folder; otherwise the nearest one upwards that holds jobs.yaml.", completion: .directory)
    var studio: String?

    @Flag(help: "Print one JSON array, one object a weights file.")
    var json = false

    func run() throws {
      let folder = try StudioFolder.find(explicit: studio)
      let reader = LedgerReader(studio: folder)
      let weights = try LedgerAnswers.telling { try reader.weights() }
      var corpora: [ContentHash: [String]] = [:]
      for snapshot in Set(weights.compactMap(\.snapshot)) {
        corpora[snapshot] = try LedgerAnswers.telling { try reader.corpora(ofSnapshot: snapshot) }
      }
      if json {
        print(JSONValue.array(weights.map { $0.json(corpora) }).text())
      } else if weights.isEmpty {
        print("no weights yet")
      } else {
        print(WeightsCommand.table(weights, corpora).text(width: Terminal.width))
      }
    }
  }

  /// `ritornello weights pin`.
  struct Pin: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Never delete these weights.",
      discussion: """
        Pinned weights stay, however many newer ones a job makes.

        ritornello weights pin 3f8a02c1
        """)

    @Option(
      help: "The studio's folder; otherwise the nearest one upwards that holds jobs.yaml.", completion: .directory)
    var studio: String?

    @Argument(help: "A hash or its first 8 digits or more, a job (its latest weights), or a run.")
    var weights: String

    @Flag(help: "Print one JSON document.")
    var json = false

    func run() throws { try WeightsCommand.set(weights, studio, isPinned: true, json) { try $0.pin($1) } }
  }

  /// `ritornello weights unpin`.
  struct Unpin: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let these weights be deleted again.",
      discussion: """
        They go when newer ones of their job fill its number.

        ritornello weights unpin 3f8a02c1
        """)

    @Option(
      help: "The studio's folder; otherwise the nearest one upwards that holds jobs.yaml.", completion: .directory)
    var studio: String?

    @Argument(help: "A hash or its first 8 digits or more, a job (its latest weights), or a run.")
    var weights: String

    @Flag(help: "Print one JSON document.")
    var json = false

    func run() throws { try WeightsCommand.set(weights, studio, isPinned: false, json) { try $0.unpin($1) } }
  }

  private static func set(
    _ weights: String, _ studio: String?, isPinned: Bool, _ json: Bool, _ write: (Ledger, ContentHash) throws -> Void
  ) throws {
    let folder = try StudioFolder.find(explicit: studio)
    try LedgerAnswers.telling {
      let hash = try LedgerReader(studio: folder).weights(meantBy: weights).sha256
      try LedgerAnswers.writing(folder, as: "weights") { try write($0, hash) }
      if json { print(JSONValue.object([("sha256", .hash(hash)), ("pinned", .bool(isPinned))]).text()) }
    }
  }

  private static func table(_ weights: [WeightsRecord], _ corpora: [ContentHash: [String]]) -> Table {
    Table(
      [
        .init(title: "run", cut: .keepsEnd), .init(title: "weights", cut: .keepsStart, least: 12),
        .init(title: "iterations", isNumber: true, isOptional: true), .init(title: "loss", isNumber: true),
        .init(title: "size", isNumber: true, isOptional: true), .init(title: "kept"),
        .init(title: "corpus", cut: .keepsStart, isOptional: true), .init(title: "parent", isOptional: true),
        .init(title: "age", isNumber: true, isOptional: true),
      ],
      weights.map { weights in
        [
          weights.run?.description ?? "-", weights.sha256.hex, String(weights.iterations),
          Table.decimal(weights.validationLoss, places: 4), Table.cell(bytes: weights.bytes),
          weights.prunedAt != nil ? "pruned" : weights.isPinned ? "pinned" : "yes",
          weights.snapshot.flatMap { corpora[$0] }?.map { FileName($0).shown }.joined(separator: ", ") ?? "-",
          weights.parents.last.map { String($0.hex.prefix(8)) } ?? "-",
          Table.age(of: weights.createdAt, at: Date()),
        ]
      })
  }
}

extension WeightsRecord {
  /// The weights as `lineage --json` tells them.
  var json: JSONValue { .object(members) }

  /// The weights as `weights --json` tells them, by the corpora of each snapshot.
  func json(_ corpora: [ContentHash: [String]]) -> JSONValue {
    let names = snapshot.flatMap { corpora[$0] } ?? []
    let age = min(max(0, Date().timeIntervalSince(createdAt)), 1e15)
    return .object(members + [("corpora", .array(names.map { .string($0) })), ("age_seconds", .int(Int(age)))])
  }

  private var members: [(String, JSONValue)] {
    [
      ("sha256", .hash(sha256)), ("job", .text(job)), ("run", .text(run?.description)), ("bytes", .int(bytes)),
      ("iterations", .int(iterations)), ("validation_loss", .number(validationLoss)), ("snapshot", .hash(snapshot)),
      ("parents", .array(parents.map { .hash($0) })), ("pinned", .bool(isPinned)), ("created_at", .time(createdAt)),
      ("pruned_at", .time(prunedAt)),
    ]
  }
}
