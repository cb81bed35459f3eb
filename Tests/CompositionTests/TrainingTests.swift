import Identity
import Network
import Representation
import TestSupport
import Testing

@testable import Composition

@Suite("Training")
struct TrainingTests {
  @Test(
    "a training that was stopped, also after its first step, gives the same bytes as one that was not",
    arguments: Fixtures.plans)
  func resuming(plan: NetworkPlan) throws {
    let folder = try TemporaryFolder()
    var task = try Fixtures.task(plan)
    let whole = try train(task, stop: StopFlag(), progress: { _ in }).weights.encoded()
    task.checkpointPath = folder.path + "/checkpoint"
    for stopAt in [1, 2, 5] {
      let stop = StopFlag()
      #expect(throws: Interrupted.self) {
        try train(task, stop: stop) { if $0.iteration == stopAt { stop.stop() } }
      }
    }
    let resumed = try train(task, stop: StopFlag(), progress: { _ in }).weights.encoded()
    #expect(resumed == whole)
  }

  @Test("the averaged weights are told where a validation is due, and telling them changes nothing")
  func snapshots() throws {
    var task = try Fixtures.task(Fixtures.plan(.voices, reads: .frames))
    (task.settings.iterations, task.settings.validateEvery) = (7, 3)
    task.settings.optimizer.average = 0.9
    task.validation = EncodedCorpus(songs: [])
    let plain = try train(task, stop: StopFlag(), progress: { _ in }).weights
    var told: [Int: WeightsFile] = [:]
    let snapshot: TrainingSnapshot = { iteration, weights in told[iteration] = try? weights() }
    _ = try train(task, stop: StopFlag(), snapshot: snapshot, progress: { _ in })
    #expect(told.isEmpty)
    let memory = try task.checkedMemory(resident: 0)
    task.tellsSnapshots = true
    #expect(try task.checkedMemory(resident: 0) > memory)
    let last = try train(task, stop: StopFlag(), snapshot: snapshot, progress: { _ in }).weights
    #expect(told.keys.sorted() == [3, 6] && told[3]?.tensors != told[6]?.tensors)
    #expect(told[6]?.metadata.iteration == 6 && last.tensors == plain.tensors)
    task.stopAtIteration = 6
    #expect(try train(task, stop: StopFlag(), progress: { _ in }).weights.tensors == told[6]?.tensors)
  }

  @Test("so does one whose iterations are made of three batches")
  func resumingAccumulation() throws {
    let folder = try TemporaryFolder()
    var task = try Fixtures.task(Fixtures.handingUp)
    task.settings.accumulate = 3
    let whole = try train(task, stop: StopFlag(), progress: { _ in })
    task.checkpointPath = folder.path + "/checkpoint"
    let stop = StopFlag()
    #expect(throws: Interrupted.self) {
      try train(task, stop: stop) { if $0.iteration == 3 { stop.stop() } }
    }
    task.threads = 3
    let resumed = try train(task, stop: StopFlag(), progress: { _ in })
    #expect(try resumed.weights.encoded() == whole.weights.encoded())
    #expect(resumed.epochs == whole.epochs)
  }

  @Test("three batches an iteration read three times as much")
  func accumulation() throws {
    var task = try Fixtures.task(Fixtures.plan(.steps, reads: .tokens))
    let one = try train(task, stop: StopFlag(), progress: { _ in })
    task.settings.accumulate = 3
    let three = try train(task, stop: StopFlag(), progress: { _ in })
    #expect(abs(three.epochs - 3 * one.epochs) < 1e-9)
    #expect(three.iterations == one.iterations)
    #expect(three.weights.tensors != one.weights.tensors)
  }

  @Test("one thread and three give the same bytes")
  func threads() throws {
    var task = try Fixtures.task(Fixtures.plan(.voices, reads: .frames))
    task.threads = 1
    let one = try train(task, stop: StopFlag(), progress: { _ in }).weights.encoded()
    task.threads = 3
    #expect(try train(task, stop: StopFlag(), progress: { _ in }).weights.encoded() == one)
  }

  @Test("training makes held-out music likelier", arguments: Fixtures.plans)
  func learning(plan: NetworkPlan) throws {
    let task = try Fixtures.task(plan, iterations: 40)
    var losses: [Double] = []
    _ = try train(task, stop: StopFlag()) { progress in
      if progress.isValidation, let loss = progress.validationLoss { losses.append(loss) }
    }
    let first = try #require(losses.first)
    let last = try #require(losses.last)
    #expect(last < first)
  }

  @Test("patience ends a training that gets no better, and the best weights are kept")
  func patience() throws {
    var task = try Fixtures.task(Fixtures.plan(.steps, reads: .tokens), iterations: 400)
    task.settings.patience = 2
    task.settings.optimizer.learningRate = 0.2
    let outcome = try train(task, stop: StopFlag(), progress: { _ in })
    #expect(outcome.stoppedBy == .patience)
    #expect(outcome.bestIteration < outcome.iterations)
    #expect(outcome.weights.metadata.iteration == outcome.bestIteration)
  }

  @Test("a training ended by time is made again by its iteration")
  func minutes() throws {
    var task = try Fixtures.task(Fixtures.plan(.steps, reads: .tokens), iterations: 1000)
    task.settings.minutes = 0.000001
    let timed = try train(task, stop: StopFlag(), progress: { _ in })
    #expect(timed.stoppedBy == .minutes)
    #expect(timed.iterations == 1)
    task.stopAtIteration = timed.iterations
    let again = try train(task, stop: StopFlag(), progress: { _ in })
    #expect(try again.weights.encoded() == timed.weights.encoded())
  }

  @Test(
    "a checkpoint with one wrong bit is told, and the one before it or the start gives the same bytes",
    arguments: [["/checkpoint"], ["/checkpoint", "/checkpoint.previous"]])
  func damagedCheckpoint(names: [String]) throws {
    let folder = try TemporaryFolder()
    var task = try Fixtures.task(Fixtures.plan(.steps, reads: .frames))
    let whole = try train(task, stop: StopFlag(), progress: { _ in })
    #expect(whole.warnings.isEmpty)
    task.checkpointPath = folder.path + "/checkpoint"
    for stopAt in [2, 4] {
      let stop = StopFlag()
      #expect(throws: Interrupted.self) {
        try train(task, stop: stop) { if $0.iteration == stopAt { stop.stop() } }
      }
    }
    for name in names {
      var bytes = try DurableFile.read(folder.path + name)
      bytes[bytes.count - 100] ^= 1
      try DurableFile.write(bytes, to: folder.path + name)
    }
    var begun: Int?
    let resumed = try train(task, stop: StopFlag()) { begun = begun ?? $0.iteration }
    #expect(begun == (names.count == 1 ? 3 : 1))
    #expect(resumed.warnings.first?.contains("damaged") == true)
    #expect(try resumed.weights.encoded() == whole.weights.encoded())
  }

  @Test("the checkpoint of another training is not taken up")
  func foreignCheckpoint() throws {
    let folder = try TemporaryFolder()
    var task = try Fixtures.task(Fixtures.plan(.steps, reads: .tokens))
    task.checkpointPath = folder.path + "/checkpoint"
    let stop = StopFlag()
    stop.stop()
    #expect(throws: Interrupted.self) { try train(task, stop: stop, progress: { _ in }) }
    task.settings.seed += 1
    #expect(throws: CompositionError.self) { try train(task, stop: StopFlag(), progress: { _ in }) }
  }

  @Test("a checkpoint is another training's where the same files are of other corpora")
  func foreignCorpora() throws {
    let folder = try TemporaryFolder()
    var task = try Fixtures.task(Fixtures.plan(.steps, reads: .tokens))
    for place in task.train.items.indices { task.train.items[place].corpus = place == 0 ? "bach" : "folk" }
    task.checkpointPath = folder.path + "/checkpoint"
    let stop = StopFlag()
    stop.stop()
    #expect(throws: Interrupted.self) { try train(task, stop: stop, progress: { _ in }) }
    task.train.items[0].corpus = "folk"
    #expect(throws: CompositionError.self) { try train(task, stop: StopFlag(), progress: { _ in }) }
    task.train.items[0].corpus = "bach"
    _ = try train(task, stop: StopFlag(), progress: { _ in })
  }

  @Test("weights that are no numbers after the last step are refused as the settings' fault", arguments: [true, false])
  func divergesAtTheEnd(_ isHeldOut: Bool) throws {
    var task = try Fixtures.task(Fixtures.plan(.steps, reads: .tokens), iterations: 1)
    task.settings.optimizer.learningRate = .infinity
    if !isHeldOut { task.validation.items = [] }
    let error = #expect(throws: CompositionError.self) { try train(task, stop: StopFlag(), progress: { _ in }) }
    #expect(
      error == CompositionError(.spec, "the loss is no number any more at iteration 1; try a smaller learning_rate"))
  }

  @Test("a training that the machine cannot hold is refused with the figure before it begins")
  func tooLarge() throws {
    var task = try Fixtures.task(Fixtures.plan(.steps, reads: .tokens))
    task.plan.network.hidden = 16_384
    task.plan.network.layers = 16
    let error = #expect(throws: CompositionError.self) { try train(task, stop: StopFlag(), progress: { _ in }) }
    #expect(error?.kind == .spec)
    #expect(error?.message.contains("MiB of memory") == true)
  }

  @Test("the memory that is told grows with the batch and is told with the progress")
  func memory() throws {
    var task = try Fixtures.task(Fixtures.plan(.steps, reads: .frames))
    let small = try task.checkedMemory()
    task.settings.batch *= 64
    task.settings.sequence *= 8
    #expect(try task.checkedMemory() > small + 1 << 20)
    task = try Fixtures.task(Fixtures.plan(.steps, reads: .frames))
    var told: [Int] = []
    _ = try train(task, stop: StopFlag()) { told.append($0.memoryNeeded) }
    #expect(Set(told).count == 1)
    #expect(told.first ?? 0 > 0)
  }

  @Test("without music there is nothing to train on")
  func noMusic() throws {
    let task = try Fixtures.task(Fixtures.plan(.steps, reads: .tokens), songs: 0)
    #expect(throws: CompositionError(.data, "there is no music to train on")) {
      try train(task, stop: StopFlag(), progress: { _ in })
    }
  }
}
