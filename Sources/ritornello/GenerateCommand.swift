import ArgumentParser
import Composition
import Identity
import Jobs
import MIDI
import Work

/// `ritornello generate`: songs from weights, with no studio.
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Generate songs from weights.",
    discussion: """
      Writes 01.mid, 02.mid, … into a folder; a file that is there is never overwritten. The same weights, settings and \
      seed give the same bytes. What is asked for with --key to --melody holds in every song; where it cannot, nothing \
      is written and the fields are named. Silence and one repeated note are composed again; with --against also what is \
      not like that music, or copies too much of it.

      ritornello generate chorale.safetensors -o hymns --key G --length "16 bars" --melody tune.mid
      ritornello generate chorale.safetensors -o songs --songs 4 --seed 7
      ritornello generate chorale.safetensors -o songs --against Examples/chorales/train
      """)

  @Argument(help: "The weights file.", completion: .file(extensions: ["safetensors"]))
  var weights: String

  @Option(name: .shortAndLong, help: "The folder to write to.", completion: .directory)
  var output: String

  @Option(help: "A YAML file with the fields of a generate: map; options override it.", completion: .file())
  var settings: String?

  @Option(help: "How many songs.") var songs: String?
  @Option(help: "How long: 32 bars, 90 s or 512 frames, or \"at most 32 bars\".") var length: String?
  @Option(help: "Above 1 bolder, below 1 more careful.") var temperature: String?
  @Option(help: "Draw from the likeliest tokens that have this much probability.") var topP: String?
  @Option(help: "Draw from this many of the likeliest tokens; 0: all.") var topK: String?
  @Option(help: "Of voices: the same as --temperature, for the pitch of a note that starts.")
  var pitchTemperature: String?
  @Option(help: "Of voices: the same as --top-p, for the pitch of a note that starts.") var pitchTopP: String?
  @Option(help: "How far to steer away from what the weights' guide would write; 0: not at all.") var guidance: String?
  @Option(help: "Of voices: the same, for the pitch of a note that starts.") var pitchGuidance: String?
  @Option(help: "A MIDI file to continue.", completion: .file()) var prime: String?
  @OptionGroup(title: "What the songs are to be") var order: OrderOptions
  @Option(help: "The seed of every random choice.") var seed: String?
  @Option(help: "How often a song is tried until one passes the gate; 1: nothing is composed again.")
  var attempts: String?
  @Option(help: "What becomes of a song that passes no attempt: deliver or withhold.") var onGate: String?
  @Option(
    parsing: .upToNextOption, help: "MIDI files or folders that songs are measured against.", completion: .file())
  var against: [String] = []
  @Option(help: "Threads; 0: all cores. Changes no byte of the songs.") var threads = 0
  @Flag(help: "Print one JSON object.") var json = false

  func validate() throws {
    if threads < 0 || threads > 1024 { throw ValidationError("--threads is \(threads): expected 0 to 1024") }
  }

  func run() throws {
    let interruption = Interruption()
    try reporting(interruption) {
      let fields = try writtenFields()
      let (file, hash) = try readWeights(weights)
      let settings = fields.resolved(over: GenerateFields(file.metadata.generate))
      let prime = try settings.prime.map(readScore)
      let melody = try settings.order.melody.map(readScore)
      let paths = (1...max(1, settings.songs)).map { number in
        output + "/" + (number < 10 ? "0" : "") + "\(number).mid"
      }
      for path in paths where DurableFile.exists(path) {
        throw fail(
          "\(FileName(path).shown) is there already and is not overwritten; name another folder", Exit.cannotCreate)
      }
      var reference = try reference(file, interruption)
      let generation = try Generation(file, settings.generationSettings, threads: threads)
      let gate = settings.gateSettings
      let outcome = try generation.run(
        prime: prime, melody: melody, gate: gate,
        judge: { reference?.judge($0, by: gate) ?? SongJudgement(of: $0) }, stop: interruption.flag
      ) { _ in }
      for warning in outcome.warnings { printError("ritornello: " + warning) }
      try write(outcome.songs.map(\.song), to: paths)
      tell(outcome, paths)
      print(text(outcome, paths, hash))
    }
  }

  /// What songs are measured against, as the weights' representation tells it; nil: nothing.
  private func reference(_ weights: WeightsFile, _ interruption: Interruption) throws -> MusicReference? {
    guard !against.isEmpty else { return nil }
    let representation = try weights.metadata.plan.reading().representation
    let all = try EncodedCorpus(try music(at: against), representation, stop: interruption.flag)
    for warning in all.warnings { printError("ritornello: " + warning) }
    let held = Set(all.split(holdingOut: 0.1).validation.items.map(\.sha256))
    return try MusicReference(
      ReferenceSong.songs(of: all, representation), heldOut: held, stop: interruption.flag)
  }

  /// Tells of songs that passed no attempt.
  private func tell(_ outcome: JudgedOutcome, _ paths: [String]) {
    for (song, path) in zip(outcome.songs, paths) where !song.judgement.gate.passed {
      printError(
        "ritornello: \(FileName(path).shown) passed none of \(song.attempts.count) attempts: "
          + song.judgement.gate.reasons.joined(separator: "; "))
    }
    for song in outcome.withheld {
      printError("ritornello: a song was withheld: " + song.judgement.gate.reasons.joined(separator: "; "))
    }
  }

  private func writtenFields() throws -> GenerateFields {
    var options: [String: [String]] = [:]
    let given: [(String, String?)] =
      [
        ("songs", songs), ("length", length), ("temperature", temperature), ("top_p", topP), ("top_k", topK),
        ("pitch_temperature", pitchTemperature), ("pitch_top_p", pitchTopP),
        ("guidance", guidance), ("pitch_guidance", pitchGuidance), ("prime", prime), ("seed", seed),
        ("attempts", attempts), ("on_gate", onGate),
      ] + order.given
    for case (let name, let text?) in given { options[name] = [text] }
    let (value, diagnostics) = SettingsFile.parseGenerate(
      bytes: try readSettings(settings), path: settings ?? "", options: options)
    return try unwrap(value, diagnostics)
  }

  private func readScore(_ path: String) throws -> Score {
    let name = PathWalk.argument(path)
    let bytes = try PathWalk.read(name, limit: MIDILimits().fileBytes)
    do {
      if let score = try MIDIFile(bytes: bytes).scores().first { return score }
      throw fail("\(name.shown): holds no music", Exit.data)
    } catch let error as MIDIError {
      throw fail("\(name.shown): \(error)", Exit.data)
    }
  }

  /// Writes songs under names that were free; 73 where one cannot be made, 74 where the machine fails.
  private func write(_ songs: [GeneratedSong], to paths: [String]) throws {
    do {
      try DurableFile.makeFolder(output)
    } catch {
      throw fail("\(error)", Exit.cannotCreate)
    }
    for (song, path) in zip(songs, paths) {
      try checkOutput(path)
      do {
        try DurableFile.write(song.bytes, to: path, replacing: false)
      } catch {
        guard DurableFile.exists(path) else { throw error }
        // It came there since it was looked for.
        throw fail("\(error)", Exit.cannotCreate)
      }
    }
  }

  private func text(_ outcome: JudgedOutcome, _ paths: [String], _ hash: ContentHash) -> String {
    let speed = outcome.seconds > 0 ? Double(outcome.tokens) / outcome.seconds : 0
    guard json else {
      return zip(outcome.songs.map(\.song), paths).map { song, path in
        "\(FileName(path).shown): \(song.bars) bars, \(song.notes) notes"
      }.joined(separator: "\n")
    }
    let songs = zip(outcome.songs.map(\.song), paths).map { song, path in
      JSONValue.object(
        JSONValue.members(naming: PathWalk.absolute(FileName(path))) + [
          ("sha256", .string(song.sha256.hex)), ("seed", .int(Int(song.seed))), ("bars", .double(song.bars)),
          ("notes", .int(song.notes)),
          ("seconds", .double(song.seconds)),
        ])
    }
    return JSONValue.object([
      ("weights", .string(hash.hex)), ("songs", .array(songs)), ("tokens", .int(outcome.tokens)),
      ("seconds", .double(outcome.seconds)), ("tokens_per_second", .double(speed)),
    ]).text()
  }
}
