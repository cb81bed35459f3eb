import ArgumentParser
import Composition
import Identity
import Jobs
import Work

/// `ritornello train`: weights from MIDI files, with no studio.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a network on MIDI files.",
    discussion: """
      Writes a weights file that `generate` and `evaluate` use. What is trained is chosen from what the music is where \
      neither settings, preset, representation nor loss say it. Stopped by a signal it leaves W.checkpoint, from which \
      the same command line goes on to the same bytes.

      ritornello train Examples/chorales --preset chorale -o chorale.safetensors
      """)

  @Argument(help: "MIDI files, or folders that are walked for them.", completion: .file())
  var path: [String]

  @Option(name: .shortAndLong, help: "The weights file to write.", completion: .file(extensions: ["safetensors"]))
  var output: String

  @Option(help: "A YAML file with the fields of a train: map; options override it.", completion: .file())
  var settings: String?

  @Option(help: "Files or folders to validate on, or a share of the files; may be given more than once.")
  var validation: [String] = []

  @Option(help: "Weights to start from: a file, starter (which come with the program) or scratch.") var from: String?
  @Option(help: "Weights whose representation, vocabulary and network are taken, but not their values.")
  var like: String?
  @Option(help: "A named set of settings: chorale or original.") var preset: String?
  @Option(help: "roll, steps, voices or events, with its defaults.") var representation: String?
  @Option(help: "mse, mae, bce or cross-entropy.") var loss: String?
  @Option(help: "Sequences side by side.") var batch: String?
  @Option(help: "Batches whose gradients make one optimiser step.") var accumulate: String?
  @Option(help: "Recurrent steps of a sequence.") var sequence: String?
  @Option(help: "Optimiser steps at most.") var iterations: String?
  @Option(help: "Minutes at most.") var minutes: String?
  @Option(help: "Iterations between two validations.") var validateEvery: String?
  @Option(help: "Validations with no better loss after which to stop, or none.") var patience: String?
  @Option(help: "Semitones to transpose by, such as [-6, 5], or none.") var transpose: String?
  @Option(help: "Events: the share to play slower or faster by at most, such as 0.1, or none.") var varyTempo: String?
  @Option(help: "Events: by how much of 127 to play softer or louder at most, such as 10, or none.")
  var varyVelocity: String?
  @Option(help: "The decay of the averaged weights, or none.") var average: String?
  @Option(help: "The iteration whose weights are kept to steer songs away from, or none.") var guide: String?
  @Option(help: "The seed of every random choice.") var seed: String?
  @Option(help: "f32, or bf16: large products of rounded numbers, faster where the processor has them.")
  var precision: String?
  @Option(help: "Threads; 0: all cores. Changes no byte of the weights.") var threads = 0
  @Option(
    help: """
      A folder that keeps the music as the network reads it, for later trainings, or none. By default, from 100 files on, \
      ritornello in $XDG_CACHE_HOME or ~/.cache.
      """, completion: .directory)
  var cache: String?
  @Flag(help: "Print one JSON object.") var json = false

  func validate() throws {
    if path.isEmpty { throw ValidationError("name at least one file or folder") }
    if threads < 0 || threads > 1024 { throw ValidationError("--threads is \(threads): expected 0 to 1024") }
    if like != nil, from != nil { throw ValidationError("--like takes fresh weights; leave out --from") }
  }

  func run() throws {
    let interruption = Interruption()
    try reporting(interruption) {
      var settings = try resolvedSettings()
      try checkOutput(output)
      let start = settings.from == "scratch" ? nil : try readWeights(settings.from)
      let choice = try choice(settings, from: start?.weights, stop: interruption.flag)
      settings = choice?.settings ?? settings
      var task = try makeTask(settings, from: start, stop: interruption.flag)
      task.checkpointPath = output + ".checkpoint"
      task.threads = threads
      let memory = try task.checkedMemory()
      printError("training takes \((memory + (1 << 20) - 1) >> 20) MiB of memory at most")
      var line = ProgressLine()
      defer { line.finish() }
      var outcome = try Composition.train(task, stop: interruption.flag, memory: memory) { line.show($0) }
      outcome.weights.metadata.generate = settings.generate.defaults
      let bytes = try outcome.weights.encoded()
      try DurableFile.write(bytes, to: output)
      task.removeCheckpoints()
      line.finish()
      for warning in outcome.warnings { printError("ritornello: " + warning) }
      var report = outcome.report(sha256: ContentHash(of: bytes))
      report.choice = choice
      print(TrainReport(report, path: output).text(json: json, memory: memory))
    }
  }

  private func resolvedSettings() throws -> TrainSettings {
    var options: [String: [String]] = [:]
    let given: [(String, String?)] = [
      ("from", from), ("preset", preset), ("representation", representation), ("loss", loss), ("batch", batch),
      ("accumulate", accumulate),
      ("sequence", sequence), ("iterations", iterations), ("minutes", minutes), ("validate_every", validateEvery),
      ("patience", patience), ("transpose", transpose), ("vary_tempo", varyTempo), ("vary_velocity", varyVelocity),
      ("average", average), ("guide", guide), ("seed", seed), ("precision", precision),
    ]
    for case (let name, let text?) in given { options[name] = [text] }
    if !validation.isEmpty { options["validation"] = validation }
    let (value, diagnostics) = SettingsFile.parseTrain(
      bytes: try readSettings(settings), path: settings ?? "", options: options)
    return try unwrap(value, diagnostics)
  }

  /// What the settings leave open, chosen from what the music is, and told.
  private func choice(_ settings: TrainSettings, from start: WeightsFile?, stop: StopFlag) throws -> TrainingChoice? {
    guard !settings.open.isEmpty, like == nil else { return nil }
    let facts = try CorpusFacts(try music(at: path), cache: songCache, threads: threads, stop: stop)
    let choice = settings.choosing(for: facts, from: start?.metadata.plan)
    for line in choice?.words ?? [] { printError("ritornello: " + line) }
    return choice
  }

  /// Where songs are kept: a folder that is named keeps those of few files too.
  private var songCache: SongCache? {
    guard let cache else { return SongCache.ofUser() }
    return cache == "none" ? nil : SongCache(folder: cache, leastFiles: 1)
  }

  private func makeTask(
    _ settings: TrainSettings, from start: (weights: WeightsFile, hash: ContentHash)?, stop: StopFlag
  ) throws -> TrainingTask {
    var plan = settings.networkPlan
    if let like { plan = try readWeights(like).weights.metadata.plan }
    let files = try music(at: path)
    plan.tell(corpora: files.map(\.corpus), from: start?.weights.metadata.plan)
    let representation = try plan.reading().representation
    let cache = songCache
    func corpus(_ files: [MusicFile]) throws -> EncodedCorpus {
      try EncodedCorpus(files, representation, cache: cache, scratch: output, threads: threads, stop: stop)
    }
    let all = try corpus(files)
    for warning in all.warnings { printError("ritornello: " + warning) }
    var (train, heldOut) = all.split(holdingOut: settings.heldOutShare)
    if case .paths(let paths) = settings.validation {
      heldOut = try corpus(try music(at: paths))
      train = all.without(heldOut)
    }
    return TrainingTask(
      plan: plan, settings: settings.trainingSettings, train: train, validation: heldOut, start: start?.weights,
      startHash: start?.hash)
  }
}

/// What `train` prints.
struct TrainReport {
  private let report: WorkResult.Training
  private let path: String

  init(_ report: WorkResult.Training, path: String) {
    self.report = report
    self.path = path
  }

  func text(json: Bool, memory: Int) -> String {
    guard !json else {
      var fields: [(String, JSONValue)] = [
        ("weights", .string(report.sha256.hex)), ("sha256", .string(report.sha256.hex)),
        ("parameters", .int(report.parameters)), ("iterations", .int(report.iterations)),
        ("epochs", .double(report.epochs)), ("train_loss", .double(report.trainLoss)),
        ("validation_loss", .number(report.validationLoss)), ("best_iteration", .int(report.bestIteration)),
        ("seconds", .double(report.seconds)), ("tokens_per_second", .double(report.tokensPerSecond)),
        ("stopped_by", .string(report.stoppedBy)), ("memory_bytes", .int(memory)),
      ]
      if let choice = report.choice { fields.append(("choice", .array(choice.words.map { .string($0) }))) }
      return JSONValue.object(fields).text()
    }
    func rounded(_ value: Double) -> Double { (value * 10_000).rounded() / 10_000 }
    var lines = [
      "\(FileName(path).shown): \(report.parameters) parameters, iteration \(report.bestIteration) of \(report.iterations)"
    ]
    lines.append(
      "train loss \(rounded(report.trainLoss)), validation loss \(report.validationLoss.map { "\(rounded($0))" } ?? "none")"
    )
    lines.append("sha256 \(report.sha256)")
    return lines.joined(separator: "\n")
  }
}
