import Testing

@testable import Network

@Suite("Stepping")
struct StepperTests {
  private static let lanes = 3
  private static let steps = 4

  private func reads(_ reads: StepBatch.Reads, _ rows: [Int]) -> StepBatch.Reads {
    switch reads {
    case .classes(let classes): return .classes(rows.map { classes[$0] })
    case .vectors(let vectors):
      var picked = SparseRows(width: vectors.width, values: [])
      for row in rows {
        let places = Int(vectors.offsets[row])..<Int(vectors.offsets[row + 1])
        picked.indices += vectors.indices[places]
        picked.values? += vectors.values?[places] ?? []
        picked.offsets.append(Int32(picked.indices.count))
      }
      return .vectors(picked)
    }
  }

  private func logProbability(_ logits: [Float], _ target: Int) -> Float {
    let most = logits.max() ?? 0
    return logits[target] - most - Numerics.log(logits.reduce(0) { $0 + Numerics.exp($1 - most) })
  }

  @Test("logits give the scorer's probabilities", arguments: NetworkCase.small)
  func scorer(_ example: NetworkCase) throws {
    let network = try example.livelyNetwork()
    let batch = example.batch(steps: Self.steps, lanes: Self.lanes, seed: 1)
    let scorer = try Scorer(network: network, lanes: Self.lanes, steps: Self.steps, pool: WorkerPool(threads: 1))
    let score = try scorer.score(batch, watching: nil)
    let stepper = try Stepper(network: network, lanes: Self.lanes, pool: WorkerPool(threads: 2))
    var found: [Float] = []
    for row in 0..<Self.lanes * Self.steps {
      let lane = row % Self.lanes
      if batch.keep[row] == 0 { stepper.clear(lane: lane) }
      try stepper.read(reads(batch.reads, [row]), lanes: [lane])
      switch batch.targets {
      case .classes(let targets):
        found.append(targets[row] < 0 ? 0 : logProbability(stepper.logits(lane: lane), Int(targets[row])))
      case .values(let targets, let scored):
        found.append(
          scored[row] == 0 ? 0 : valueLogProbability(stepper.logits(lane: lane), targets.dense(row), example))
      case .written(let tokens):
        for n in 0..<tokens.count where tokens.row[n] == row {
          let logits = stepper.writtenLogits(
            lane: lane,
            tableRows: Array(tokens.tableRows[Int(tokens.tableOffsets[n])..<Int(tokens.tableOffsets[n + 1])]),
            output: Int(tokens.output[n]), mask: Int(tokens.mask[n]))
          found.append(logProbability(logits, Int(tokens.target[n])))
        }
      }
    }
    #expect(found.count == score.logProbability.count)
    let error = zip(found, score.logProbability).map { abs($0 - $1) }.max() ?? 0
    #expect(error < 1e-5)
  }

  private func valueLogProbability(_ outputs: [Float], _ targets: [Double], _ example: NetworkCase) -> Float {
    var isLogit = true
    if case .values(_, let loss) = example.architecture.writing { isLogit = loss == .bce }
    return zip(outputs, targets).reduce(0) { sum, pair in
      let p = isLogit ? Numerics.sigmoid(pair.0) : min(max(pair.0, 0.001), 0.999)
      return sum + Numerics.log(pair.1 == 1 ? p : 1 - p)
    }
  }

  @Test("a lane's bits do not depend on the lanes beside it", arguments: NetworkCase.everySize)
  func lanes(_ example: NetworkCase) throws {
    let network = example.network()
    let batch = example.batch(steps: 4, lanes: 15, seed: 3)
    let together = try Stepper(network: network, lanes: 15, pool: WorkerPool(threads: 2))
    let alone = try Stepper(network: network, lanes: 1, pool: WorkerPool(threads: 1))
    func outputs(_ stepper: Stepper, _ lane: Int) -> [Float] {
      if case .written = example.architecture.writing {
        return stepper.writtenLogits(lane: lane, tableRows: [1, 3], output: 1, mask: 1)
      }
      return stepper.logits(lane: lane)
    }
    for step in 0..<4 {
      // Lane 4 always, among others that change.
      let lanes = (0..<15).filter { $0 == 4 || ($0 + step) % 3 > 0 }.reversed()
      try together.read(reads(batch.reads, lanes.map { step * 15 + $0 }), lanes: Array(lanes))
      try alone.read(reads(batch.reads, [step * 15 + 4]), lanes: [0])
      #expect(outputs(together, 4) == outputs(alone, 0))
    }
    #expect(!outputs(alone, 0).isEmpty)
  }

  @Test("a lane that was cleared begins anew")
  func clearing() throws {
    let stepper = try Stepper(network: NetworkCase.all[0].network(), lanes: 2, pool: WorkerPool(threads: 1))
    try stepper.read(.classes([1, 2]), lanes: [0, 1])
    let first = stepper.logits(lane: 0)
    try stepper.read(.classes([1]), lanes: [0])
    #expect(stepper.logits(lane: 0) != first)
    stepper.clear(lane: 0)
    try stepper.read(.classes([1]), lanes: [0])
    #expect(stepper.logits(lane: 0) == first)
  }

  @Test("what is not there gives an error or nothing")
  func absent() throws {
    let stepper = try Stepper(network: NetworkCase.all[0].network(), lanes: 2, pool: WorkerPool(threads: 1))
    #expect(throws: NetworkError.self) { try stepper.read(.classes([1]), lanes: [2]) }
    #expect(throws: NetworkError.self) { try stepper.read(.classes([1, 1]), lanes: [0, 0]) }
    #expect(stepper.logits(lane: 2).isEmpty)
    #expect(stepper.writtenLogits(lane: 0, tableRows: [], output: 0, mask: 0).isEmpty)
  }
}
