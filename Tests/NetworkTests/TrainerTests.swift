import Testing

@testable import Network

@Suite("Training")
struct TrainerTests {
  private func trainer(_ example: NetworkCase, _ name: OptimizerSettings.Name = .adamw, network: Network? = nil) throws
    -> Trainer
  {
    try Trainer(
      network: network ?? example.network(),
      optimizer: OptimizerSettings(name: name, learningRate: 0.01, schedule: .cosine, warmUp: 2, average: 0.9),
      lanes: 3, steps: 4, pool: WorkerPool(threads: 1))
  }

  @Test("what was saved goes on with the same bits", arguments: OptimizerSettings.Name.allCases, [1, 3])
  func resuming(_ name: OptimizerSettings.Name, after made: Int) throws {
    for example in NetworkCase.small {
      let whole = try trainer(example, name)
      for i in 0..<made {
        _ = try whole.step(example.batch(steps: 4, lanes: 3, seed: UInt64(i)), iteration: i, of: 6, seed: 2)
      }
      let second = try trainer(example, name, network: example.network(seed: 99))
      try second.restore(whole.saved())
      for i in made..<made + 3 {
        let batch = example.batch(steps: 4, lanes: 3, seed: UInt64(i))
        let expected = try whole.step(batch, iteration: i, of: 6, seed: 2)
        #expect(try second.step(batch, iteration: i, of: 6, seed: 2) == expected)
      }
      #expect(second.network == whole.network)
      #expect(second.averaged == whole.averaged)
      #expect(second.saved() == whole.saved())
    }
  }

  @Test("the loss is what the scorer finds before the step", arguments: NetworkCase.small)
  func scorer(_ example: NetworkCase) throws {
    var example = example
    example.architecture.dropout = Architecture.Dropout()
    let network = try example.livelyNetwork()
    let trainer = try trainer(example, network: network)
    let scorer = try Scorer(network: network, lanes: 3, steps: 4, pool: WorkerPool(threads: 2))
    let batch = example.batch(steps: 4, lanes: 3, seed: 1)
    let score = try scorer.score(batch, watching: nil)
    let sum = score.loss.reduce(0.0) { $0 + Double($1) }
    #expect(try trainer.step(batch, iteration: 0, of: 1, seed: 1) == Float(sum / Double(batch.divisor)))
  }

  @Test("training lowers the loss", arguments: NetworkCase.small)
  func learning(_ example: NetworkCase) throws {
    var example = example
    example.architecture.dropout = Architecture.Dropout()
    let trainer = try trainer(example)
    let batch = example.batch(steps: 4, lanes: 3, seed: 1)
    let first = try trainer.step(batch, iteration: 0, of: 60, seed: 1)
    var last = first
    for i in 1..<60 { last = try trainer.step(batch, iteration: i, of: 60, seed: 1) }
    #expect(last < 0.95 * first)
  }

  @Test("a restore of other tensors is refused and changes nothing")
  func refusal() throws {
    let example = NetworkCase.all[0]
    let first = try trainer(example)
    let before = first.saved()
    #expect(throws: NetworkError.self) { try first.restore(Array(before.dropLast())) }
    #expect(first.saved() == before)
  }

  @Test("a batch that does not fit is refused")
  func batches() throws {
    let example = NetworkCase.all[0]
    let trainer = try trainer(example)
    var batch = example.batch(steps: 4, lanes: 3, seed: 1)
    batch.keep.removeLast()
    #expect(throws: NetworkError("keep has 11 entries; expected 12")) {
      try trainer.step(batch, iteration: 0, of: 1, seed: 1)
    }
    batch = example.batch(steps: 4, lanes: 3, seed: 1)
    batch.reads = .classes([Int32](repeating: 6, count: 12))
    #expect(throws: NetworkError("class read 0 is 6; expected 0 to 5")) {
      try trainer.step(batch, iteration: 0, of: 1, seed: 1)
    }
    #expect(throws: NetworkError.self) {
      try trainer.step(example.batch(steps: 5, lanes: 3, seed: 1), iteration: 0, of: 1, seed: 1)
    }
  }
}
