import ArgumentParser
import Identity
import Ledger

/// `ritornello songs`: the songs that were made.
struct SongsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "songs",
    abstract: "List the songs, oldest first.",
    discussion: """
      Lists the songs that the studio made, the newest 1000 unless more are asked for, and when each was delivered; one \
      that you have since moved out of the outbox is collected.

      ritornello songs --json
      """)

  @Option(help: "The studio's folder; otherwise the nearest one upwards that holds jobs.yaml.", completion: .directory)
  var studio: String?

  @Flag(help: "Print one JSON array, one object a song.")
  var json = false

  @OptionGroup var list: ListOptions

  func run() throws {
    let folder = try StudioFolder.find(explicit: studio)
    let (songs, number) = try LedgerAnswers.telling { try LedgerReader(studio: folder).lastSongs(list.limit) }
    list.tell(shown: songs.count, of: number, "songs")
    if json {
      print(JSONValue.array(songs.map(\.json)).text())
    } else if songs.isEmpty {
      print("no songs yet")
    } else {
      print(Self.table(songs).text(width: Terminal.width))
    }
  }

  private static func table(_ songs: [SongRecord]) -> Table {
    Table(
      [
        .init(title: "song", cut: .keepsEnd), .init(title: "bars", isNumber: true),
        .init(title: "notes", isNumber: true), .init(title: "length", isNumber: true),
        .init(title: "delivered", isOptional: true), .init(title: "collected", isOptional: true),
        .init(title: "path", cut: .keepsEnd, least: 32, isOptional: true),
      ],
      songs.map { song in
        [
          song.id.description, Table.decimal(song.bars, places: 1), String(song.notes),
          Table.cell(seconds: song.seconds),
          Table.cell(song.deliveredAt), Table.cell(song.collectedAt), FileName(song.path).shown,
        ]
      })
  }
}

extension SongRecord {
  /// The song as `songs --json` tells it.
  var json: JSONValue {
    .object([
      ("id", .string(id.description)), ("job", .string(id.run.job)), ("run", .string(id.run.description)),
      ("path", .string(path)), ("sha256", .hash(sha256)), ("weights", .hash(weights)), ("snapshot", .hash(snapshot)),
      ("seed", .int(Int(clamping: seed))), ("bars", .double(bars)), ("notes", .int(notes)),
      ("seconds", .double(seconds)), ("delivered_at", .time(deliveredAt)), ("collected", .time(collectedAt)),
      ("metrics", .stored(metrics)), ("judgement", judgement.map { .stored($0) } ?? .null),
    ])
  }
}
