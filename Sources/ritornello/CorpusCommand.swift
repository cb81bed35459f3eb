import ArgumentParser
import Foundation
import Identity
import Ledger

/// `ritornello corpus`: the music that was taken in.
struct CorpusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "corpus",
    abstract: "List corpora and their files, get the originals back, take files out.",
    discussion: """
      Without a name: all corpora. With a name: the files of that corpus.

      ritornello corpus
      ritornello corpus bach
      ritornello corpus export bach ~/bach
      """,
    subcommands: [List.self, Export.self, Remove.self], defaultSubcommand: List.self)

  /// `ritornello corpus list`.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List corpora, or the files of one.",
      discussion: """
        Without a name: all corpora. With a name: the files of that corpus.

        ritornello corpus list bach --json
        """)

    @Option(
      help: "The studio's folder; otherwise the nearest one upwards that holds jobs.yaml.", completion: .directory)
    var studio: String?

    @Flag(help: "Print one JSON array, one object a corpus or file.")
    var json = false

    @Argument(help: "The corpus whose files are listed.")
    var name: String?

    func run() throws {
      let reader = LedgerReader(studio: try StudioFolder.find(explicit: studio))
      if let name {
        let files = try LedgerAnswers.telling { try reader.files(ofCorpus: name) }
        show(files.map(\.json), CorpusCommand.table(files), none: "no files")
      } else {
        let corpora = try LedgerAnswers.telling { try reader.corpora() }
        show(corpora.map(\.json), CorpusCommand.table(corpora), none: "no corpora yet; drop MIDI files into the inbox")
      }
    }

    private func show(_ values: [JSONValue], _ table: Table, none: String) {
      if json {
        print(JSONValue.array(values).text())
      } else {
        print(values.isEmpty ? none : table.text(width: Terminal.width))
      }
    }
  }

  /// `ritornello corpus export`.
  struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Copy a corpus's files out under their names.",
      discussion: """
        Nothing is overwritten: where a name is taken already, nothing is copied, and the exit status is 73.

        ritornello corpus export bach ~/bach
        """)

    @Option(
      help: "The studio's folder; otherwise the nearest one upwards that holds jobs.yaml.", completion: .directory)
    var studio: String?

    @Flag(help: "Print one JSON document.")
    var json = false

    @Argument(help: "The corpus.")
    var name: String

    @Argument(help: "The folder to copy to; it is made if it is missing.", completion: .directory)
    var folder: String

    func run() throws {
      let studio = try StudioFolder.find(explicit: studio)
      let files = try LedgerAnswers.telling { try LedgerReader(studio: studio).files(ofCorpus: name) }
      let export = CorpusExport(studio: studio, folder: PathWalk.absolute(PathWalk.argument(folder)))
      try LedgerAnswers.telling { try export.copy(files) }
      if json {
        print(
          JSONValue.object(
            [("name", .string(name)), ("files", .int(files.count))]
              + JSONValue.members(naming: PathWalk.absolute(PathWalk.argument(folder)), key: "folder")
          ).text())
        return
      }
      printError("\(files.count) \(files.count == 1 ? "file" : "files") copied to \(FileName(folder).shown)")
    }
  }

  /// `ritornello corpus remove`.
  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take a file out of a corpus.",
      discussion: """
        Later runs do without it. Its bytes and what was made from them stay in the ledger.

        ritornello corpus remove bach bwv/371.mid
        """)

    @Option(
      help: "The studio's folder; otherwise the nearest one upwards that holds jobs.yaml.", completion: .directory)
    var studio: String?

    @Flag(help: "Print one JSON document.")
    var json = false

    @Argument(help: "The corpus.")
    var name: String

    @Argument(help: "The file's name in the corpus, as `ritornello corpus NAME` lists it.")
    var file: String

    func run() throws {
      let studio = try StudioFolder.find(explicit: studio)
      try LedgerAnswers.telling {
        // What is not there is told without waiting for the studio.
        let files = try LedgerReader(studio: studio).files(ofCorpus: name)
        let wanted = PathWalk.argument(file)
        let found = files.first { $0.name == wanted } ?? files.first { $0.name.shown == file }
        try LedgerAnswers.writing(studio, as: "corpus") {
          try $0.removeFile(found?.name ?? wanted, fromCorpus: name, at: Date())
        }
        if json {
          let members = JSONValue.members(namingCorpusFile: found?.name ?? wanted)
          print(JSONValue.object([("corpus", .string(name))] + members).text())
        }
      }
    }
  }

  private static func table(_ corpora: [CorpusRecord]) -> Table {
    Table(
      [
        .init(title: "corpus", cut: .keepsEnd), .init(title: "files", isNumber: true),
        .init(title: "notes", isNumber: true), .init(title: "length", isNumber: true),
        .init(title: "size", isNumber: true), .init(title: "changed", isOptional: true),
      ],
      corpora.map { corpus in
        [
          FileName(corpus.name).shown, String(corpus.files), String(corpus.notes), Table.cell(seconds: corpus.seconds),
          Table.cell(bytes: corpus.bytes), Table.cell(corpus.changedAt),
        ]
      })
  }

  private static func table(_ files: [CorpusFile]) -> Table {
    Table(
      [
        .init(title: "name", cut: .keepsEnd), .init(title: "size", isNumber: true),
        .init(title: "notes", isNumber: true), .init(title: "length", isNumber: true),
        .init(title: "added", isOptional: true), .init(title: "sha256", cut: .keepsStart, least: 12, isOptional: true),
      ],
      files.map { file in
        [
          file.name.shown, Table.cell(bytes: file.bytes), String(file.notes), Table.cell(seconds: file.seconds),
          Table.cell(file.addedAt), file.sha256.hex,
        ]
      })
  }
}

extension CorpusRecord {
  /// The corpus as `corpus --json` tells it.
  var json: JSONValue {
    .object([
      ("name", .string(name)), ("files", .int(files)), ("notes", .int(notes)), ("seconds", .double(seconds)),
      ("bytes", .int(bytes)), ("snapshot", .hash(snapshot)), ("changed_at", .time(changedAt)),
    ])
  }
}

extension CorpusFile {
  /// The file as `corpus NAME --json` tells it.
  var json: JSONValue {
    .object(
      JSONValue.members(namingCorpusFile: name) + [
        ("sha256", .hash(sha256)), ("bytes", .int(bytes)), ("added_at", .time(addedAt)),
      ])
  }
}
