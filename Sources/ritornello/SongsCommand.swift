import ArgumentParser
import Identity
import Ledger

/// `ritornello songs`: the songs that were made.
struct SongsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "songs",
    abstract: "List the songs, oldest first.",
    discussion: """
      Lists the songs that the studio made and when each was delivered; one that you have since moved out of the \
      outbox is collected. A table has the newest 1000 unless others are asked for, JSON has all.

      ritornello songs --json
      """)

  @Option(help: "The studio's folder; otherwise the nearest one upwards that holds jobs.yaml.", completion: .directory)
  var studio: String?

  @Flag(help: "Print one JSON array, one object a song.")
  var json = false

  @OptionGroup var list: ListOptions

  func run() throws {
    let reader = LedgerReader(studio: try StudioFolder.find(explicit: studio))
    if json {
      try LedgerAnswers.telling { try reader.tellSongs(last: list.last, to: StandardOutput.write) }
      return
    }
    let (songs, number) = try LedgerAnswers.telling { try reader.lastSongs(list.limit) }
    list.tell(shown: songs.count, of: number, "songs")
    if songs.isEmpty {
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
