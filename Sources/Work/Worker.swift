package import Composition
internal import Foundation
package import Identity
internal import Jobs
internal import MIDI
internal import Network

/// One attempt of a run: does what an order says inside the run's folder, and touches nothing else but the cache that the
/// order names.
package struct Worker {
  private let order: WorkOrder
  private let threads: Int
  private let folder: String
  private let stop: StopFlag
  private var warnings: [String] = []
  private var remarks: [WorkResult.Remark] = []
  /// What was trained on and what was held out, which songs are judged by.
  private var music: (all: EncodedCorpus, heldOut: EncodedCorpus)?
  /// What is left to be measured once the work is done.
  private var copying: CopyingMeasurement?
  private var progressAt = -Double.infinity
  private var shownCheckpoint = 0

  /// - Parameters:
  ///   - order: What to do.
  ///   - folder: The run's folder.
  ///   - stop: Set to ask for a checkpoint and an end.
  package init(_ order: WorkOrder, in folder: String, stop: StopFlag) {
    self.order = order
    threads = MachineShare.present.threads(asked: order.threads)
    self.folder = folder
    self.stop = stop
  }

  /// Reads `order.json` of a run's folder.
  ///
  /// - Throws: `CompositionError`.
  package static func readOrder(in folder: String) throws -> WorkOrder {
    let path = folder + "/" + RunFolder.order
    let bytes = try DurableFile.read(path)
    let order: WorkOrder
    do {
      order = try JSONDecoder().decode(WorkOrder.self, from: Data(bytes))
    } catch {
      throw CompositionError(.spec, "\(path) is not an order that this version reads: \(error)")
    }
    guard order.version == WorkOrder.currentVersion else {
      throw CompositionError(
        .spec, "\(path) has the version \(order.version); this program reads version \(WorkOrder.currentVersion)")
    }
    return order
  }

  /// Does the work; what is wrong with order, music or machine is told in the result.
  ///
  /// Writes `result.json` when all is done that anybody waits for; only the learning curve's lower part comes after it.
  /// What an earlier attempt finished is not done again.
  ///
  /// - Throws: `Interrupted` where the flag was set; `CompositionError` where the result cannot be written.
  package mutating func perform() throws -> WorkResult {
    var result: WorkResult
    do {
      result = try work()
    } catch is Interrupted {
      throw Interrupted()
    } catch let error as CompositionError {
      let kind = WorkResult.Failure.Kind(rawValue: error.kind.rawValue) ?? .fault
      result = makeResult()
      result.failure = .init(kind: kind, message: error.message)
    } catch let error as NetworkError {
      result = makeResult()
      result.failure = .init(kind: .spec, message: "\(error)")
    } catch {
      result = makeResult()
      result.failure = .init(kind: .fault, message: "\(error)")
    }
    // Else weights on the way could go on filling the disk.
    if result.failure != nil { WeightsSnapshots.remove(from: folder) }
    result.warnings = warnings
    result.remarks = remarks
    try write(result, to: RunFolder.result)
    copying?.perform()
    return result
  }

  private func makeResult() -> WorkResult {
    WorkResult(
      numerics: Numerics.version, instructionSet: (try? KernelChoice.select()) ?? "",
      programVersion: ProgramVersion.current)
  }

  private mutating func work() throws -> WorkResult {
    var result = makeResult()
    tell(WorkProgress(stage: .reading))
    var weights: WeightsFile?
    if let given = order.weights {
      let (file, hash) = try WeightsFile.read(path(given.path))
      guard hash == given.sha256 else {
        throw CompositionError(
          .data, "the weights \(given.sha256) are not what they were: their file has the hash \(hash)")
      }
      weights = file
      result.weights = hash
    }
    let choice = try choice(from: weights)
    let settings = choice?.settings ?? order.train
    if let plan = settings.map({ plan(of: $0, from: weights) }) ?? weights?.metadata.plan {
      try checkOrder(plan, settings?.generate ?? GenerateFields(weights?.metadata.generate))
    }
    var heldOut: EncodedCorpus?
    if let settings {
      let (trained, report, validation) = try train(settings, from: weights)
      weights = trained
      heldOut = validation
      result.training = report
      result.training?.choice = choice
      result.weights = report.sha256
    }
    guard let weights, let hash = result.weights else {
      throw CompositionError(.spec, "there are no weights: the job neither trains nor names any")
    }
    if order.evaluate != nil {
      tell(WorkProgress(stage: .evaluating, fraction: 0.9))
      let plan = weights.metadata.plan
      let corpus: EncodedCorpus
      if let files = order.evaluationFiles {
        corpus = try self.corpus(files, plan)
      } else {
        corpus = try heldOut ?? self.corpus(order.files, plan).split(holdingOut: 0.1).validation
      }
      if corpus.items.isEmpty {
        warnings.append("there is too little music to hold any out, so nothing was evaluated")
      } else {
        result.evaluation = try evaluate(weights, hash: hash, on: corpus, threads: threads)
      }
    }
    if let fields = order.generate {
      let settings = fields.resolved(over: GenerateFields(weights.metadata.generate))
      result.generate = settings
      try generate(settings, weights, into: &result)
    }
    tell(WorkProgress(stage: .done, fraction: 1, songs: result.songs.count))
    return result
  }

  // MARK: Training

  /// What the order leaves open, chosen from what the corpus is; nil where nothing is.
  private func choice(from start: WeightsFile?) throws -> TrainingChoice? {
    guard let settings = order.train, !settings.open.isEmpty else { return nil }
    let facts = try CorpusFacts(music(order.files), cache: cache, threads: threads, stop: stop)
    return settings.choosing(for: facts, from: start?.metadata.plan)
  }

  private var cache: SongCache? { order.cache.map { SongCache(folder: path($0)) } }

  private func music(_ files: [WorkOrder.File]) -> [MusicFile] {
    files.map { MusicFile(name: $0.name, path: FileName(path($0.path)), sha256: $0.sha256, corpus: $0.corpus) }
  }

  private mutating func train(
    _ settings: TrainSettings, from start: WeightsFile?
  ) throws -> (WeightsFile, WorkResult.Training, EncodedCorpus) {
    let plan = plan(of: settings, from: start)
    let all = try corpus(order.files, plan)
    var (train, validation) = all.split(holdingOut: settings.heldOutShare)
    if let files = order.validationFiles {
      validation = try corpus(files, plan)
      train = all.without(validation)
    }
    music = (order.validationFiles == nil ? all : train.adding(validation), validation)
    let files = (train.fileCount, validation.fileCount)
    let path = folder + "/" + RunFolder.weights
    var task = TrainingTask(plan: plan, settings: settings.trainingSettings, train: train, validation: validation)
    task.start = start
    task.startHash = order.weights?.sha256
    task.checkpointPath = folder + "/" + RunFolder.checkpoint
    task.checkpointSeconds = order.checkpointSeconds
    task.replacesCheckpoint = true
    task.stopAtIteration = order.stopAtIteration
    task.threads = threads
    // What is trained anew for a song that was made before has its curve already.
    task.tellsSnapshots = order.generate != nil
    // An attempt before this one may have come to the end of this training; another order's is of no use.
    let fingerprint = try task.fingerprint(settings.generate.defaults)
    if let finished = try? readJSON(FinishedTraining.self, from: Self.trainingReport),
      finished.fingerprint == fingerprint,
      let (file, hash) = try? WeightsFile.read(path), hash == finished.report.sha256
    {
      remarks += finished.report.remarks(files: files.0, heldOut: files.1)
      return (file, finished.report, validation)
    }
    let startLoss = try start.flatMap { try validationLoss(of: $0, as: plan, on: validation, threads: threads) }
    let share = order.generate == nil ? 1 : 0.95
    // What is for looking at is given up first.
    if (try? task.checkedMemory()) == nil { task.tellsSnapshots = false }
    let memory = try task.checkedMemory()
    tell(WorkProgress(stage: .training, iterations: task.settings.iterations, memoryBytes: memory))
    var curve = LearningCurve()
    let snapshots = WeightsSnapshots(in: folder, every: settings.trainingSettings.validateEvery)
    if !task.tellsSnapshots { snapshots.remove() }
    var isFirst = true
    var outcome: TrainingOutcome
    // A curve is for looking at: that it cannot be written does not stop the work.
    defer { if !isFirst { try? write(curve, to: RunFolder.curve, flushing: false) } }
    outcome = try Composition.train(
      task, stop: stop, memory: memory, snapshot: { snapshots.keep($0, $1) }
    ) { progress in
      if isFirst, progress.checkpointIteration > 0,
        let earlier = try? readJSON(LearningCurve.self, from: RunFolder.curve)
      {
        curve = earlier
        curve.resume(after: progress.checkpointIteration)
      }
      isFirst = false
      let isNews = curve.take(progress) || progress.checkpointIteration != shownCheckpoint
      if isNews { try? write(curve, to: RunFolder.curve, flushing: false) }
      tell(
        WorkProgress(
          stage: .training, iteration: progress.iteration, iterations: progress.iterations, loss: progress.loss,
          validationLoss: progress.validationLoss, tokensPerSecond: progress.tokensPerSecond,
          fraction: share * Double(progress.iteration) / Double(max(1, progress.iterations)),
          etaSeconds: progress.etaSeconds, checkpointIteration: progress.checkpointIteration,
          memoryBytes: progress.memoryNeeded))
    }
    warnings += outcome.warnings
    outcome.weights.metadata.generate = settings.generate.defaults
    let bytes = try outcome.weights.encoded()
    try DurableFile.write(bytes, to: path)
    var report = outcome.report(sha256: ContentHash(of: bytes))
    report.startLoss = startLoss
    remarks += report.remarks(files: files.0, heldOut: files.1)
    try write(FinishedTraining(fingerprint: fingerprint, report: report), to: Self.trainingReport)
    task.removeCheckpoints()
    return (outcome.weights, report, validation)
  }

  /// What is trained: a network that is told styles knows the order's corpora.
  private func plan(of settings: TrainSettings, from start: WeightsFile?) -> NetworkPlan {
    var plan = settings.networkPlan
    plan.tell(corpora: order.files.map(\.corpus), from: start?.metadata.plan)
    return plan
  }

  private static let trainingReport = "training.json"

  private mutating func corpus(_ files: [WorkOrder.File], _ plan: NetworkPlan) throws -> EncodedCorpus {
    let representation = try plan.reading().representation
    let corpus = try EncodedCorpus(
      music(files), representation, cache: cache, scratch: folder + "/corpus", threads: threads, stop: stop)
    warnings += corpus.warnings
    return corpus
  }

  // MARK: Generating

  private mutating func generate(
    _ settings: GenerateSettings, _ weights: WeightsFile, into result: inout WorkResult
  ) throws {
    let prime = try given(order.prime, "which is to be continued")
    let melody = try given(order.melody, "which is to be harmonised")
    let began = order.train == nil ? 0 : 0.95
    let generation = try Generation(weights, settings.generationSettings, threads: threads)
    func showShare(_ share: Double) { tell(WorkProgress(stage: .generating, fraction: began + (1 - began) * share)) }
    if let again = order.again {
      let made = try generation.compose(
        [again.seed], prime: prime, melody: melody, stop: stop, progress: showShare)
      for song in made.songs {
        result.songs.append(
          try place(song, number: again.number, SongJudgement(of: song.score), attempts: []))
      }
      return
    }
    var reference = try reference(weights)
    let gate = settings.gateSettings
    let outcome = try generation.run(
      prime: prime, melody: melody, gate: gate,
      judge: { reference?.judge($0, by: gate) ?? SongJudgement(of: $0) }, stop: stop, progress: showShare)
    warnings += outcome.warnings
    remarks += outcome.remarks
    for (index, song) in outcome.songs.enumerated() {
      result.songs.append(try place(song.song, number: index + 1, song.judgement, attempts: song.attempts))
    }
    if !outcome.withheld.isEmpty {
      result.withheld = outcome.withheld.map { .init(attempts: $0.attempts, gate: $0.judgement.gate) }
    }
    if let training = result.training, let settings = training.choice?.settings ?? order.train, let reference {
      copying = CopyingMeasurement(
        training: training, settings: settings, length: order.generate?.length, kept: weights, reference: reference,
        folder: folder, threads: threads, stop: stop)
    }
  }

  /// Writes a song into the run's folder.
  private func place(
    _ song: GeneratedSong, number: Int, _ judgement: SongJudgement, attempts: [SongAttempt]
  ) throws -> WorkResult.Song {
    guard let id = SongID(run: order.run, number: number) else {
      throw CompositionError(.spec, "a run makes at most 10,000 songs")
    }
    let songs = folder + "/" + RunFolder.songs
    try DurableFile.makeFolder(songs)
    let name = id.fileStem + ".mid"
    try DurableFile.write(song.bytes, to: songs + "/" + name)
    return WorkResult.Song(
      file: name, sha256: song.sha256, seed: song.seed, bars: song.bars, notes: song.notes, seconds: song.seconds,
      metrics: judgement.metrics, copying: judgement.copying, attempts: attempts, gate: judgement.gate)
  }

  /// What songs are judged by: the run's corpus, or what its weights were trained on, as the representation tells it.
  private mutating func reference(_ weights: WeightsFile) throws -> MusicReference? {
    let representation = try weights.metadata.plan.reading().representation
    if music == nil, let files = order.against ?? (order.files.isEmpty ? nil : order.files) {
      do {
        let all = try corpus(files, weights.metadata.plan)
        music = (all, all.split(holdingOut: 0.1).validation)
      } catch let error as CompositionError {
        // Songs can be made without it.
        warnings.append("songs were judged by no corpus: \(error.message)")
      }
    }
    guard let music else { return nil }
    let songs = ReferenceSong.songs(of: music.all, representation)
    return try MusicReference(songs, heldOut: Set(music.heldOut.items.map(\.sha256)), stop: stop)
  }

  /// Reads music that was given beside the corpus.
  private func given(_ file: WorkOrder.File?, _ what: String) throws -> Score? {
    guard let file else { return nil }
    let bytes = try DurableFile.read(path(file.path))
    guard ContentHash(of: bytes) == file.sha256 else {
      throw CompositionError(.data, "\(file.name), \(what), is not what it was")
    }
    do {
      var limits = MIDILimits()
      limits.fileBytes = max(limits.fileBytes, bytes.count)
      if let score = try MIDIFile(bytes: bytes, limits: limits).scores().first { return score }
      throw CompositionError(.data, "\(file.name), \(what), holds no music")
    } catch let error as MIDIError {
      throw CompositionError(.data, "\(file.name), \(what), is no MIDI file: \(error)")
    }
  }

  /// Finds out before a training whether its songs could be made as asked for.
  private func checkOrder(_ plan: NetworkPlan, _ defaults: GenerateFields) throws {
    guard let fields = order.generate else { return }
    let settings = fields.resolved(over: defaults).generationSettings
    try Composition.checkOrder(
      prime: try given(order.prime, "which is to be continued"),
      melody: try given(order.melody, "which is to be harmonised"), plan, settings)
  }

  // MARK: Files of the run's folder

  private func path(_ path: String) -> String { path.hasPrefix("/") ? path : folder + "/" + path }

  private mutating func tell(_ progress: WorkProgress) {
    let now = ProcessInfo.processInfo.systemUptime
    // A new checkpoint is told at once: it decides whether an interrupted attempt made progress.
    let isDue = now - progressAt >= 1 || progress.checkpointIteration != shownCheckpoint || progress.stage != .training
    guard isDue else { return }
    if progress.stage == .generating, now - progressAt < 1 { return }
    progressAt = now
    shownCheckpoint = progress.checkpointIteration
    // Progress is for looking at: that it cannot be written does not stop the work.
    try? write(progress, to: RunFolder.progress, flushing: false)
  }

  private func write(_ value: some Encodable, to name: String, flushing: Bool = true) throws {
    try RunFolder.write(value, to: folder + "/" + name, flushing: flushing)
  }

  private func readJSON<Value: Decodable>(_ type: Value.Type, from name: String) throws -> Value {
    try RunFolder.read(type, from: folder + "/" + name)
  }
}

extension TrainingOutcome {
  /// What is told of a training.
  package func report(sha256: ContentHash) -> WorkResult.Training {
    WorkResult.Training(
      sha256: sha256, parameters: weights.parameterCount, iterations: iterations, epochs: epochs,
      trainLoss: trainLoss, validationLoss: validationLoss, bestIteration: bestIteration, seconds: seconds,
      tokensPerSecond: tokensPerSecond, stoppedBy: stoppedBy.rawValue, lastValidationLoss: lastValidationLoss)
  }
}
