import ArgumentParser
import Composition
import Identity
import Ledger
import MIDI
import Studio

/// `ritornello measure`: what songs are like, how much of them is copied, and whether they are inside a corpus's band.
struct MeasureCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "measure",
    abstract: "Measure songs, and say how much of them stands in other music.",
    discussion: """
      Tells the metrics of each song, its longest run of notes that stands in the corpus (whatever its key and tempo), \
      the same of held-out songs as a yardstick, and whether the song is inside the corpus's own band.

      ritornello measure outbox/nightly/0007 --corpus bach
      ritornello measure song.mid --against Examples/chorales/train --json
      """)

  @Option(help: "The studio's folder; otherwise the nearest one upwards that holds jobs.yaml.", completion: .directory)
  var studio: String?

  @Option(help: "A corpus of the studio to measure against.")
  var corpus: String?

  @Option(
    parsing: .upToNextOption, help: "MIDI files or folders to measure against, with no studio.", completion: .file())
  var against: [String] = []

  @Flag(help: "Print one JSON array, one object a song.")
  var json = false

  @Argument(help: "MIDI files, or folders that are walked for them.", completion: .file())
  var path: [String]

  func validate() throws {
    if path.isEmpty { throw ValidationError("name at least one file or folder") }
    if (corpus == nil) == against.isEmpty {
      throw ValidationError("name what to measure against: --corpus NAME, or --against PATH…")
    }
  }

  func run() throws {
    try reporting {
      let files = try music(at: path)
      var reference = try MusicReference(try referenceFiles()) { printError("ritornello: " + $0) }
      var songs: [(path: FileName, judgement: SongJudgement)] = []
      var isBad = false
      for file in files {
        do {
          for song in try ReferenceSong.songs(of: file) {
            songs.append((file.path, reference.judge(song.score, hangingNotes: song.hangingNotes)))
          }
        } catch let error as CompositionError where error.kind == .data {
          printError("ritornello: " + error.message)
          isBad = true
        }
      }
      print(try json ? text(songs) : lines(songs))
      if isBad { throw ExitCode(Exit.data) }
    }
  }

  private func referenceFiles() throws -> [MusicFile] {
    guard let corpus else {
      return try PathWalk.files(at: against.map(PathWalk.argument)).map {
        MusicFile(name: PathWalk.absolute($0).shown, path: $0)
      }
    }
    let folder = try StudioFolder.find(explicit: studio)
    let paths = StudioPaths(root: folder)
    return try LedgerAnswers.telling { try LedgerReader(studio: folder).files(ofCorpus: corpus) }.map {
      MusicFile(name: $0.name.shown, path: paths.object($0.sha256), sha256: $0.sha256)
    }
  }

  private func text(_ songs: [(path: FileName, judgement: SongJudgement)]) throws -> String {
    JSONValue.array(
      try songs.map { path, judgement in
        .object(
          JSONValue.members(naming: PathWalk.absolute(path)) + [
            ("metrics", try .encoded(judgement.metrics)),
            ("copying", try .encoded(judgement.copying)),
            ("gate", try .encoded(judgement.gate)),
          ])
      }
    ).text()
  }

  private func lines(_ songs: [(path: FileName, judgement: SongJudgement)]) -> String {
    var lines = [
      Table(
        [
          .init(title: "song", cut: .keepsEnd), .init(title: "gate"), .init(title: "copied bars", isNumber: true),
          .init(title: "2 bars", isNumber: true, isOptional: true),
          .init(title: "4 bars", isNumber: true, isOptional: true),
          .init(title: "from", cut: .keepsEnd, isOptional: true), .init(title: "bar", isNumber: true, isOptional: true),
        ],
        songs.map { path, judgement in
          let run = judgement.copying?.longest
          let windows = judgement.copying?.windows ?? [:]
          return [
            path.shown, judgement.gate.passed ? "passed" : "refused", Table.decimal(run?.bars, places: 2),
            Self.percent(windows["2"]), Self.percent(windows["4"]), run?.file ?? "-", run.map { "\($0.bar)" } ?? "-",
          ]
        }
      ).text(width: Terminal.width)
    ]
    if let usual = songs.first?.judgement.copying?.yardstick.longestP95 {
      lines.append("of held-out songs, 95 of 100 copy at most \(Table.decimal(usual, places: 2)) bars")
    }
    for (path, judgement) in songs {
      lines += judgement.gate.reasons.map { path.shown + ": " + $0 }
    }
    return lines.joined(separator: "\n")
  }

  private static func percent(_ share: Double?) -> String {
    share.map { "\(Int(($0 * 100).rounded())) %" } ?? "-"
  }
}
