internal import Foundation
internal import Identity
internal import Network
internal import Representation

/// One training under way: optimiser steps, validations, checkpoints.
struct Training {
  private let task: TrainingTask
  private let reading: any SongReading
  private let pool: WorkerPool
  /// How many songs there are on each tonic, where all are moved to one.
  private var tonics: [Int]?
  /// Where the songs lie as they came, where generated ones are to lie there.
  private var register: CorpusRegister?
  /// Bytes that the process will take at most.
  private let memoryNeeded: Int
  private var trainer: Trainer
  private var stream: LaneStream
  /// The batches of an iteration, in the same memory each time.
  private var builders: [BatchBuilder]
  private var facts: Checkpoint.Facts
  private var best: [Tensor] = []
  private var guide: [Tensor] = []
  /// Made at the first validation.
  private var scoring: Scoring?
  /// Seconds of the monotonic clock at which this attempt began, less what earlier attempts took.
  private var began: Double
  private var checkpointAt: Double
  private var checkpointIteration = 0
  /// What the person should know of checkpoints that could not be used.
  private var warnings: [String] = []

  /// Sets up a training, from its checkpoint where one of the same training lies.
  ///
  /// - Parameters:
  ///   - task: What to train, on what, how.
  ///   - memory: What the task's `checkedMemory()` has told; nil: it is asked here.
  ///   - pool: The threads.
  /// - Throws: `CompositionError`.
  init(_ task: TrainingTask, memory: Int?, pool: WorkerPool) throws {
    self.pool = pool
    let reading = try task.plan.reading()
    self.reading = reading
    var task = task
    if task.settings.isOnOneTonic {
      tonics = task.train.tonics(reading.representation)
      if task.settings.transpose?.register == true { register = task.train.register(reading.representation) }
      task.train = task.train.onOneTonic(reading.representation)
      task.validation = task.validation.onOneTonic(reading.representation)
    }
    self.task = task
    guard !task.train.items.isEmpty else {
      throw CompositionError(.data, "there is no music to train on")
    }
    memoryNeeded = try memory ?? task.checkedMemory()
    let network: Network
    if let start = task.start {
      network = try start.network(for: task.plan, seed: task.settings.seed)
    } else {
      network = Network(reading.architecture, seed: task.settings.seed)
    }
    func makeTrainer() throws -> Trainer {
      try Trainer(
        network: network, optimizer: task.settings.optimizer, lanes: task.settings.batch, steps: task.settings.sequence,
        precision: task.settings.operands, pool: pool)
    }
    trainer = try makeTrainer()
    stream = LaneStream(task.train, reading, task.settings)
    builders = [BatchBuilder](
      repeating: BatchBuilder(lanes: task.settings.batch, architecture: reading.architecture),
      count: task.settings.accumulate)
    let fresh = Checkpoint.Facts(
      fingerprint: task.fingerprint, iteration: 0, bookmark: [], runningLoss: 0, bestLoss: nil,
      bestIteration: 0, lastValidation: nil, lastValidationIteration: 0, worse: 0, stepSeconds: 0, seconds: 0)
    facts = fresh
    let now = Self.now()
    began = 0
    checkpointAt = now + task.checkpointSeconds
    // The newest one first; where a crash came between two, the one before it is the only one.
    for path in [task.checkpointPath, task.checkpointPath.map(Self.previous)] {
      guard let path else { break }
      do {
        if try resume(from: path) { break }
      } catch let error as CompositionError
        where error.kind == .machine || !(task.replacesCheckpoint || error.kind == .data)
      {
        throw error
      } catch {
        // What an older version or a broken disk left is of no use; the same bytes come of beginning anew.
        warnings.append("a checkpoint could not be used: \(error)")
        trainer = try makeTrainer()
        stream = LaneStream(task.train, reading, task.settings)
        (facts, best, guide, checkpointIteration) = (fresh, [], [], 0)
      }
    }
    if !warnings.isEmpty {
      warnings.append(
        facts.iteration > 0
          ? "training went on from iteration \(facts.iteration), by the checkpoint before it"
          : "training began anew")
    }
    began = now - facts.seconds
  }

  /// Where the checkpoint before the newest is kept.
  static func previous(_ path: String) -> String { path + ".previous" }

  /// Takes up a checkpoint.
  ///
  /// - Returns: whether there is one.
  private mutating func resume(from path: String) throws -> Bool {
    guard DurableFile.exists(path) else { return false }
    let checkpoint = try Checkpoint(try DurableFile.read(path), path: path)
    guard checkpoint.facts.fingerprint == facts.fingerprint else {
      throw CompositionError(
        .spec,
        "\(path) is the checkpoint of another training (other music, settings or weights); remove it to start anew")
    }
    facts = checkpoint.facts
    (best, guide) = (checkpoint.best, checkpoint.guide)
    try stream.resume(at: facts.bookmark)
    try trainer.restore(checkpoint.trainer)
    checkpointIteration = facts.iteration
    return true
  }

  /// Trains to the end.
  ///
  /// - Parameters:
  ///   - stop: Set to ask for a checkpoint and an end.
  ///   - snapshot: Called after each multiple of `validateEvery`, if the task says so, with the iteration and what gives the
  ///     averaged weights.
  ///   - progress: Called after each iteration.
  /// - Returns: The weights, and what is told of the training.
  /// - Throws: `Interrupted` where the flag was set, after the checkpoint is written; `CompositionError`.
  mutating func run(
    stop: StopFlag, snapshot: TrainingSnapshot, progress: (TrainingProgress) -> Void
  ) throws -> TrainingOutcome {
    let settings = task.settings
    let tellsSnapshots = task.tellsSnapshots(ofParameters: reading.architecture.parameterCount)
    var stoppedBy = TrainingOutcome.StoppedBy.iterations
    while facts.iteration < settings.iterations {
      if let ended = endsEarly() {
        stoppedBy = ended
        break
      }
      if stop.isStopped {
        try writeCheckpoint()
        throw Interrupted()
      }
      try step()
      var isValidation = false
      if facts.iteration % settings.validateEvery == 0 || facts.iteration == settings.iterations {
        try validate()
        isValidation = facts.lastValidation != nil
      }
      // Before the checkpoint, after which it would not come again.
      if tellsSnapshots, facts.iteration % settings.validateEvery == 0 {
        snapshot(facts.iteration) { try weights(trainer.averaged.tensors(), of: facts.iteration) }
      }
      if Self.now() >= checkpointAt { try writeCheckpoint() }
      progress(report(isValidation: isValidation))
    }
    if facts.lastValidationIteration != facts.iteration { try validate() }
    return try outcome(stoppedBy)
  }

  private func endsEarly() -> TrainingOutcome.StoppedBy? {
    if let patience = task.settings.patience, facts.worse >= patience { return .patience }
    if let end = task.stopAtIteration { return facts.iteration >= end ? .minutes : nil }
    // A training makes at least one step, however short the time.
    if let minutes = task.settings.minutes, facts.iteration > 0, Self.now() - began >= minutes * 60 { return .minutes }
    return nil
  }

  private mutating func step() throws {
    let share = Float(facts.iteration) / Float(max(1, task.settings.iterations))
    for index in builders.indices {
      stream.next(task.settings.sequence, progress: share, into: &builders[index])
    }
    let batches = builders.map(\.batch)
    let before = Self.now()
    let loss = try trainer.step(
      batches, iteration: facts.iteration, of: task.settings.iterations, seed: task.settings.seed)
    facts.stepSeconds += Self.now() - before
    guard loss.isFinite else { throw Self.diverged(at: facts.iteration + 1) }
    facts.runningLoss += (Double(loss) - facts.runningLoss) / Double(min(facts.iteration + 1, 50))
    facts.iteration += 1
    // Settings first: whether a guide is kept is not reckoned anew in every iteration.
    if facts.iteration == task.settings.guide, guideIteration != nil { guide = trainer.averaged.tensors() }
  }

  /// The iteration whose weights are kept as the guide; nil: none are, or those of the weights that training began from.
  private var guideIteration: Int? {
    let architecture = reading.architecture
    guard task.start?.metadata.guide == nil, !architecture.writing.isMeanLoss,
      architecture.parameterCount <= GuideText.mostParameters
    else { return nil }
    return task.settings.guide
  }

  private static func diverged(at iteration: Int) -> CompositionError {
    CompositionError(
      .spec, "the loss is no number any more at iteration \(iteration); try a smaller learning_rate")
  }

  private mutating func validate() throws {
    facts.lastValidationIteration = facts.iteration
    guard !task.validation.items.isEmpty else { return }
    let scoring = try scoring ?? Scoring(trainer.averaged, reading, pool: pool)
    self.scoring = scoring
    try scoring.take(from: trainer)
    let loss = try scoring.score(task.validation).validationLoss
    guard loss.isFinite else { throw Self.diverged(at: facts.iteration) }
    facts.lastValidation = loss
    if let bestLoss = facts.bestLoss, !(loss < bestLoss) {
      facts.worse += 1
      return
    }
    facts.bestLoss = loss
    facts.bestIteration = facts.iteration
    facts.worse = 0
    best = trainer.averaged.tensors()
  }

  private mutating func writeCheckpoint() throws {
    guard let path = task.checkpointPath else { return }
    facts.bookmark = stream.bookmark
    let start = Self.now()
    facts.seconds = start - began
    try Checkpoint.write(facts, trainer, best: best, guide: guide, to: path, keeping: Self.previous(path))
    let end = Self.now()
    // A checkpoint may cost a hundredth of the time. Who asks for a short interval wants it whatever it costs.
    let isShort = task.checkpointSeconds < TrainingTask.usualCheckpointSeconds
    checkpointAt = end + max(task.checkpointSeconds, isShort ? 0 : 100 * (end - start))
    checkpointIteration = facts.iteration
  }

  private func report(isValidation: Bool) -> TrainingProgress {
    let seconds = Self.now() - began
    let left = Double(task.settings.iterations - facts.iteration)
    var eta = seconds / Double(max(1, facts.iteration)) * left
    if let minutes = task.settings.minutes { eta = min(eta, max(0, minutes * 60 - seconds)) }
    return TrainingProgress(
      iteration: facts.iteration, iterations: task.settings.iterations, loss: facts.runningLoss,
      validationLoss: facts.lastValidation, tokensPerSecond: tokensPerSecond, etaSeconds: eta,
      isValidation: isValidation, checkpointIteration: checkpointIteration,
      memoryNeeded: memoryNeeded)
  }

  /// The recurrent steps that have been read.
  private var tokens: Double {
    let settings = task.settings
    return Double(facts.iteration) * Double(settings.batch) * Double(settings.sequence) * Double(settings.accumulate)
  }

  private var tokensPerSecond: Double {
    facts.stepSeconds > 0 ? tokens / facts.stepSeconds : 0
  }

  private func outcome(_ stoppedBy: TrainingOutcome.StoppedBy) throws -> TrainingOutcome {
    let hasBest = !best.isEmpty
    let network = hasBest ? try Network(reading.architecture, tensors: best) : trainer.averaged
    let iteration = hasBest ? facts.bestIteration : facts.iteration
    let tensors = network.tensors()
    // With nothing held out the last step's weights have given no loss yet.
    guard tensors.allSatisfy({ $0.values.allSatisfy(\.isFinite) }) else { throw Self.diverged(at: iteration) }
    let weights = try weights(tensors, of: iteration)
    return TrainingOutcome(
      weights: weights, iterations: facts.iteration,
      epochs: tokens / Double(max(1, stream.stepsAnEpoch)), trainLoss: facts.runningLoss,
      validationLoss: facts.bestLoss, lastValidationLoss: facts.lastValidation, bestIteration: iteration,
      seconds: Self.now() - began,
      tokensPerSecond: tokensPerSecond, stoppedBy: stoppedBy, warnings: warnings)
  }

  /// Weights with all that is needed to use them.
  private func weights(_ tensors: [Tensor], of iteration: Int) throws -> WeightsFile {
    var parents = task.start?.metadata.parents ?? []
    if let hash = task.startHash { parents.append(hash) }
    var metadata = WeightsMetadata(
      plan: task.plan, vocabulary: reading.representation.vocabulary, training: task.settings, iteration: iteration,
      validationLoss: facts.bestLoss, snapshot: task.train.snapshot, parents: parents)
    metadata.register = register
    metadata.tonics = tonics
    var weights = WeightsFile(metadata: metadata, tensors: tensors)
    if let start = task.start, let guided = start.metadata.guide {
      // What the first training knew early is further off than what this one did. Inputs that were added may make it too large.
      let isSmall = reading.architecture.parameterCount <= GuideText.mostParameters
      if isSmall { weights.take(guide: try start.guide(for: task.plan, seed: task.settings.seed), of: guided) }
    } else if let guided = guideIteration, guided < iteration, guide.allSatisfy({ $0.values.allSatisfy(\.isFinite) }) {
      weights.take(guide: guide, of: guided)
    }
    return weights
  }

  private static func now() -> Double { ProcessInfo.processInfo.systemUptime }
}
