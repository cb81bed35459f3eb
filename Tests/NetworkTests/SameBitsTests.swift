import Testing

@testable import Network

@Suite("The same bits everywhere")
struct SameBitsTests {
  /// Each build of the kernels, and the fastest with several numbers of threads.
  private static var ways: [(kernels: String, threads: Int)] {
    KernelChoice.available.map { ($0, 1) } + [2, 3, 5].map { (Kernels.best.name, $0) }
  }

  /// Losses, weights and averaged weights of three steps, as bits.
  private func training(
    _ example: NetworkCase, _ network: Network, precision: Precision = .f32, threads: Int, kernels: String
  )
    throws -> [UInt32]
  {
    let pool = WorkerPool(threads: threads)
    defer { pool.stop() }
    let trainer = try Trainer(
      network: network,
      optimizer: OptimizerSettings(name: .adamw, learningRate: 0.01, weightDecay: 0.02, clip: 0.5, average: 0.9),
      lanes: 13, steps: 3, precision: precision, pool: pool, kernels: #require(Kernels(named: kernels)))
    var bits: [UInt32] = []
    for iteration in 0..<3 {
      let batch = example.batch(steps: 3 - iteration, lanes: 13, seed: UInt64(iteration))
      bits.append(try trainer.step(batch, iteration: iteration, of: 3, seed: 7).bitPattern)
    }
    for network in [trainer.network, trainer.averaged] {
      bits += network.tensors().flatMap { $0.values.map(\.bitPattern) }
    }
    return bits
  }

  @Test(
    "threads and instruction sets change no bit of training", arguments: NetworkCase.everySize, Precision.allCases)
  func training(_ example: NetworkCase, _ precision: Precision) throws {
    let network = example.network()
    var expected: [UInt32]?
    for way in Self.ways {
      let found = try training(
        example, network, precision: precision, threads: way.threads, kernels: way.kernels)
      #expect(found == expected ?? found, "\(way)")
      expected = found
    }
  }

  @Test("threads and instruction sets change no bit of scoring", arguments: NetworkCase.everySize)
  func scoring(_ example: NetworkCase) throws {
    var expected: BatchScore?
    let network = example.network()
    for way in Self.ways {
      let scorer = try Scorer(
        network: network, lanes: 7, steps: 4, pool: WorkerPool(threads: way.threads),
        kernels: #require(Kernels(named: way.kernels)))
      _ = try scorer.score(example.batch(steps: 4, lanes: 7, seed: 1), watching: 1)
      let score = try scorer.score(example.batch(steps: 3, lanes: 7, seed: 2), watching: 1)
      #expect(score == expected ?? score, "\(way)")
      expected = score
    }
  }

  @Test(
    "the numbers are those of this version of `numerics`",
    arguments: [
      (Architecture.Cell.lstm, 1_073_524_879_777_071_912 as UInt64),
      (.gru, 7_338_349_490_758_923_175), (.rnn, 17_758_749_207_041_563_250),
    ])
  func hashes(_ cell: Architecture.Cell, _ expected: UInt64) throws {
    // FNV-1a. If this changes on purpose, raise `Numerics.version`.
    let large = NetworkCase.large.filter { $0.architecture.cell == cell }.suffix(1)
    #expect(Numerics.version == 4)
    #expect(try hash(NetworkCase.all.filter { $0.architecture.cell == cell } + large) == expected)
  }

  @Test("so are those of residual connections and norms")
  func hashesOfHandingUp() throws {
    let found = try hash(NetworkCase.handingUp + NetworkCase.largeHandingUp)
    #expect(found == 4_271_747_952_104_081_894)
  }

  private func hash(_ examples: [NetworkCase]) throws -> UInt64 {
    let bits = try examples.flatMap { try training($0, $0.network(), threads: 2, kernels: Kernels.best.name) }
    return bits.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}
