import ArgumentParser
import Composition
import Identity
import Jobs
import Work

/// `ritornello evaluate`: how likely weights hold music to be.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Tell how likely a network holds music to be.",
    discussion: """
      Scores every frame of every song, each song from the zero state, in nats.

      ritornello evaluate chorale.safetensors Examples/chorales/test
      """)

  @Argument(help: "The weights file.", completion: .file(extensions: ["safetensors"]))
  var weights: String

  @Argument(help: "MIDI files, or folders that are walked for them.", completion: .file())
  var path: [String]

  @Option(help: "A YAML file with the fields of a train: map, checked against the weights.", completion: .file())
  var settings: String?

  @Option(help: "Threads; 0: all cores. Changes no figure.") var threads = 0
  @Flag(help: "Print one JSON object.") var json = false

  func validate() throws {
    if path.isEmpty { throw ValidationError("name at least one file or folder to score") }
    if threads < 0 || threads > 1024 { throw ValidationError("--threads is \(threads): expected 0 to 1024") }
  }

  func run() throws {
    try reporting {
      let (file, hash) = try readWeights(weights)
      if let settings {
        let (value, diagnostics) = SettingsFile.parseTrain(bytes: try readSettings(settings), path: settings)
        guard try unwrap(value, diagnostics).networkPlan.representation == file.metadata.representation else {
          throw fail("\(settings) has another representation than the weights", Exit.data)
        }
      }
      let corpus = try EncodedCorpus(
        try music(at: path), try file.metadata.plan.reading().representation, threads: threads)
      for warning in corpus.warnings { printError("ritornello: " + warning) }
      let report = try evaluate(file, hash: hash, on: corpus, threads: threads)
      print(json ? text(report) : lines(report))
    }
  }

  private func text(_ report: EvaluationReport) -> String {
    JSONValue.object([
      ("weights", .string(report.weights.hex)), ("representation", .string(report.representation)),
      ("songs", .int(report.songs)), ("frames", .int(report.frames)), ("tokens", .int(report.tokens)),
      ("nll_total", .double(report.nllTotal)), ("nll_per_frame", .double(report.nllPerFrame)),
      ("nll_per_token", .double(report.nllPerToken)), ("bits_per_token", .double(report.bitsPerToken)),
      ("mean_song_nll_per_frame", .double(report.meanSongNllPerFrame)),
      ("end_nll_total", .double(report.endNllTotal)), ("accuracy", .double(report.accuracy)),
    ]).text()
  }

  private func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }

  private func lines(_ report: EvaluationReport) -> String {
    """
    \(report.songs) songs, \(report.frames) frames as \(report.representation), \(report.tokens) tokens
    \(rounded(report.nllPerFrame)) nats a frame, \(rounded(report.bitsPerToken)) bits a token, \
    \(rounded(report.accuracy * 100)) % of tokens foreseen
    """
  }
}
