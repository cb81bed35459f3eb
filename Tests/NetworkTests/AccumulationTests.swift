import Testing

@testable import Network

@Suite("Several batches a step")
struct AccumulationTests {
  private func trainer(_ example: NetworkCase, threads: Int = 1, seed: UInt64 = 1) throws -> Trainer {
    try Trainer(
      network: example.network(seed: seed), optimizer: OptimizerSettings(name: .adamw, learningRate: 0.01, clip: 0.5),
      lanes: 3, steps: 4, pool: WorkerPool(threads: threads))
  }

  private func batches(_ example: NetworkCase, _ seeds: Range<UInt64>) -> [StepBatch] {
    seeds.map { example.batch(steps: 4, lanes: 3, seed: $0) }
  }

  @Test("the gradient is that of the mean of both batches' losses", arguments: NetworkCase.small)
  func mean(_ example: NetworkCase) throws {
    let (together, apart) = (try trainer(example), try trainer(example))
    let pair = batches(example, 1..<3)
    let (loss, sums) = try together.gradients(pair[0], pair[1], iteration: 4, seed: 9)
    // The same lanes' state, and the dropout of batches 8 and 9.
    let (firstLoss, first) = try apart.gradients(pair[0], iteration: 8, seed: 9)
    let (secondLoss, second) = try apart.gradients(pair[1], iteration: 9, seed: 9)
    #expect(abs(loss - (firstLoss + secondLoss) / 2) <= 1e-6 * abs(loss))
    for (sum, (one, other)) in zip(sums, zip(first, second)) {
      // Halves are exact, so the mean is too.
      #expect(sum.values == zip(one.values, other.values).map { 0.5 * $0 + 0.5 * $1 }, "\(sum.name)")
    }
  }

  @Test("two batches in one are the batch of all their lanes")
  func wide() throws {
    let example = NetworkCase.all[0]
    let pair = batches(example, 1..<3)
    let wide = try Trainer(
      network: example.network(), optimizer: OptimizerSettings(name: .sgd, learningRate: 1), lanes: 6, steps: 4,
      pool: WorkerPool(threads: 1))
    func joined<Number>(_ pick: (StepBatch) -> [Number]) -> [Number] {
      (0..<4).flatMap { step in pair.flatMap { pick($0)[3 * step..<3 * step + 3] } }
    }
    let batch = StepBatch(
      steps: 4, lanes: 6,
      reads: .classes(joined { if case .classes(let classes) = $0.reads { classes } else { [] } }),
      keep: joined(\.keep),
      targets: .classes(joined { if case .classes(let classes) = $0.targets { classes } else { [] } }),
      divisor: pair[0].divisor + pair[1].divisor)
    let (loss, gradients) = try wide.gradients(batch)
    let narrow = try trainer(example)
    let (found, one) = try narrow.gradients(pair[0])
    for lane in 0..<3 { narrow.pass.clear(lane: lane) }
    let (other, two) = try narrow.gradients(pair[1])
    #expect(abs(loss - (found + other) / 2) < 1e-5 * loss)
    for (gradient, (one, two)) in zip(gradients, zip(one, two)) {
      let most = gradient.values.map(abs).max() ?? 0
      let error = zip(gradient.values, zip(one.values, two.values)).map { abs($0 - ($1.0 + $1.1) / 2) }.max() ?? 0
      #expect(error < 1e-5 * most, "\(gradient.name)")
    }
  }

  @Test("one batch in a list is that batch", arguments: NetworkCase.small)
  func single(_ example: NetworkCase) throws {
    let (list, plain) = (try trainer(example), try trainer(example))
    for (iteration, batch) in batches(example, 1..<3).enumerated() {
      let loss = try list.step([batch], iteration: iteration, of: 2, seed: 3)
      #expect(try plain.step(batch, iteration: iteration, of: 2, seed: 3) == loss)
    }
    #expect(list.saved() == plain.saved())
  }

  @Test("threads change no bit, and what was saved goes on with the same bits", arguments: [1, 2, 3])
  func resuming(_ threads: Int) throws {
    for example in NetworkCase.handingUp + NetworkCase.large.prefix(1) {
      let whole = try trainer(example)
      let second = try trainer(example, threads: threads, seed: 7)
      for iteration in 0..<4 {
        if iteration == 2 { try second.restore(whole.saved()) }
        let batches = batches(example, UInt64(3 * iteration)..<UInt64(3 * iteration + 3))
        let loss = try whole.step(batches, iteration: iteration, of: 4, seed: 2)
        if iteration >= 2 { #expect(try second.step(batches, iteration: iteration, of: 4, seed: 2) == loss) }
      }
      #expect(second.saved() == whole.saved())
    }
  }

  @Test("a batch that does not fit is refused before anything has changed")
  func refusal() throws {
    let example = NetworkCase.all[0]
    let trainer = try trainer(example)
    let before = trainer.saved()
    var pair = batches(example, 1..<3)
    pair[1].keep.removeLast()
    #expect(throws: NetworkError("keep has 11 entries; expected 12")) {
      try trainer.step(pair, iteration: 0, of: 1, seed: 1)
    }
    #expect(throws: NetworkError("a step has no batch; expected 1 or more")) {
      try trainer.step([], iteration: 0, of: 1, seed: 1)
    }
    #expect(trainer.saved() == before)
  }
}
