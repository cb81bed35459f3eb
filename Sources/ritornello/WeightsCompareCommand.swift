import ArgumentParser
import Composition
import Identity
import Ledger
import Representation
import Studio
import Work

/// `ritornello weights compare`: which of two weights are better on held-out music.
struct WeightsCompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Tell which of two weights are better on held-out music.",
    discussion: """
      Scores the same songs with both and says whether the difference is more than chance, song by song. Of a corpus that \
      either was trained on, the files that training held out are scored; of any other corpus, and of paths, all files.

      ritornello weights compare nightly/0003 nightly/0007 bach
      ritornello weights compare a.safetensors b.safetensors Examples/chorales/test --json
      """)

  @Option(help: "The studio's folder; otherwise the nearest one upwards that holds jobs.yaml.", completion: .directory)
  var studio: String?

  @Option(help: "Threads; 0: all cores. Changes no figure.") var threads = 0
  @Flag(help: "Print one JSON object.") var json = false

  @Argument(help: "A weights file, or a hash, a job (its latest weights) or a run of the studio.")
  var first: String

  @Argument(help: "The other weights.")
  var second: String

  @Argument(help: "A corpus of the studio, or MIDI files and folders.", completion: .file())
  var music: [String]

  func validate() throws {
    if music.isEmpty { throw ValidationError("name a corpus, or files or folders, to compare on") }
    if threads < 0 || threads > 1024 { throw ValidationError("--threads is \(threads): expected 0 to 1024") }
  }

  func run() throws {
    try reporting {
      let (a, hashA) = try weights(first)
      let (b, hashB) = try weights(second)
      guard a.metadata.representation == b.metadata.representation else {
        throw fail("the two read music differently, so that their losses cannot be compared", Exit.data)
      }
      let representation = try a.metadata.plan.reading().representation
      let corpus = try EncodedCorpus(try files(a, b), representation)
      for warning in corpus.warnings { printError("ritornello: " + warning) }
      let comparison = WeightsComparison(
        try songLosses(of: a, on: corpus, threads: threads), try songLosses(of: b, on: corpus, threads: threads))
      let unit = representation.events != nil ? "nats a token" : "nats a frame"
      print(json ? text(comparison, hashA, hashB, unit) : lines(comparison, unit))
    }
  }

  /// Weights of a path, or of the studio.
  private func weights(_ name: String) throws -> (WeightsFile, ContentHash) {
    if DurableFile.exists(name) { return try WeightsFile.read(name) }
    guard !name.contains(".") else { return try readWeights(name) }
    let folder = try StudioFolder.find(explicit: studio)
    let record = try LedgerAnswers.telling { try LedgerReader(studio: folder).weights(meantBy: name) }
    return try WeightsFile.read(StudioPaths(root: folder).weights(record.sha256).shown)
  }

  /// What is compared on.
  private func files(_ a: WeightsFile, _ b: WeightsFile) throws -> [MusicFile] {
    let isPath = music.count > 1 || DurableFile.exists(music[0])
    guard !isPath, let folder = try? StudioFolder.find(explicit: studio) else {
      return try ritornello.music(at: music)
    }
    let paths = StudioPaths(root: folder)
    return try LedgerAnswers.telling {
      let reader = LedgerReader(studio: folder)
      let all = try reader.files(ofCorpus: music[0])
      let hashes = Set(all.map(\.sha256))
      let trained = try [a, b].flatMap { try reader.snapshot($0.metadata.snapshot)?.files ?? [] }.map(\.sha256)
      let isKnown = !hashes.isDisjoint(with: trained)
      let held = isKnown ? EncodedCorpus.heldOut(of: hashes, share: 0.1) : hashes
      guard !held.isEmpty else {
        throw StudioError.refused("the corpus has too few files to have held any out; name other music")
      }
      return all.filter { held.contains($0.sha256) }.map {
        MusicFile(name: $0.name.shown, path: paths.object($0.sha256), sha256: $0.sha256)
      }
    }
  }

  private func text(
    _ comparison: WeightsComparison, _ a: ContentHash, _ b: ContentHash, _ unit: String
  ) -> String {
    func one(_ hash: ContentHash, _ losses: [Double], _ better: Int) -> JSONValue {
      .object([
        ("weights", .string(hash.hex)), ("mean_loss", .double(losses.reduce(0, +) / Double(max(1, losses.count)))),
        ("songs_better", .int(better)),
      ])
    }
    let songs = comparison.songs
    return JSONValue.object([
      ("a", one(a, comparison.first, songs.first)), ("b", one(b, comparison.second, songs.second)),
      ("songs", .int(comparison.first.count)), ("unit", .string(unit)), ("difference", .double(comparison.difference)),
      ("standard_error", .number(comparison.standardError)), ("p", .double(comparison.chance)),
      ("better", .text(comparison.better.map { $0 == 1 ? "a" : "b" })),
    ]).text()
  }

  private func lines(_ comparison: WeightsComparison, _ unit: String) -> String {
    let songs = comparison.songs
    func mean(_ losses: [Double]) -> String {
      Table.decimal(losses.reduce(0, +) / Double(max(1, losses.count)), places: 4)
    }
    var verdict = "no difference that is more than chance"
    if let better = comparison.better { verdict = "\(better == 1 ? first : second) is better" }
    let error = comparison.standardError.map { ", standard error \(Table.decimal($0, places: 4))" } ?? ""
    return """
      \(first): \(mean(comparison.first)) \(unit), better on \(songs.first) of \(comparison.first.count) songs
      \(second): \(mean(comparison.second)) \(unit), better on \(songs.second)
      \(verdict): p \(Table.decimal(comparison.chance, places: 4))\(error)
      """
  }
}
