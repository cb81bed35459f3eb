import Glibc
import Network

/// Times training and generation on random data of a shape given by options, and prints what `torch_lstm.py` prints.
///
///     ritornello-bench train    --vocab 400 --embedding 256 --hidden 512 --layers 2 --sequence 128 --batch 32
///     ritornello-bench train    --frame 88 --hidden 1024 --layers 1 --sequence 64 --batch 16
///     ritornello-bench steps    --sequence 64 --batch 32                 # frames and a head that writes their pitches
///     ritornello-bench weights DIR       # small files of every kind for Tests/NetworkTests/Golden/read_ours.py
///     ritornello-bench peak              # multiply-adds and nothing else
///     ritornello-bench generate --vocab 400 --embedding 256 --hidden 256 --layers 1
@main
struct StepsBenchmark {
  private var what = "train"
  private var folder = "."
  private var options = [
    "vocab": 400, "embedding": 256, "frame": 0, "hidden": 512, "layers": 2, "sequence": 128, "batch": 32, "steps": 7,
    "threads": 0, "density": 100, "dropout": 0, "bf16": 0,
  ]

  static func main() {
    var benchmark = StepsBenchmark()
    do {
      try benchmark.read(CommandLine.arguments.dropFirst())
      try KernelChoice.select()
      if benchmark.what == "weights" {
        try WeightsSamples.write(into: benchmark.folder)
      } else if benchmark.what == "peak" {
        benchmark.peak()
      } else {
        try benchmark.run()
      }
    } catch {
      let message = "\(error)\n"
      message.withCString { _ = write(2, $0, strlen($0)) }
      exit(64)
    }
  }

  private subscript(_ name: String) -> Int { options[name] ?? 0 }

  private mutating func read(_ arguments: ArraySlice<String>) throws {
    guard let first = arguments.first, ["train", "steps", "generate", "weights", "peak"].contains(first) else {
      throw NetworkError("the first argument is train, steps, generate, peak or weights")
    }
    what = first
    if what == "weights" {
      folder = arguments.dropFirst().first ?? "."
      return
    }
    if what == "steps" {
      options["hidden"] = 256
      options["layers"] = 1
      options["sequence"] = 64
    }
    var rest = arguments.dropFirst()
    while let name = rest.popFirst() {
      guard name.hasPrefix("--"), options[String(name.dropFirst(2))] != nil,
        let value = rest.popFirst().flatMap({ Int($0) })
      else { throw NetworkError("'\(name)' is no option with a number; options: \(options.keys.sorted())") }
      options[String(name.dropFirst(2))] = value
    }
  }

  /// Seconds of all threads so far: what remains meaningful on a busy machine, with one thread.
  private static var processorSeconds: Double {
    var now = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now)
    return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9
  }

  private func run() throws {
    let (seconds, processorSeconds) = what == "generate" ? try generate() : try train()
    let tokens = Double(what == "generate" ? self["batch"] : self["sequence"] * self["batch"])
    var peak = rusage()
    getrusage(0, &peak)  // of this process
    var fields = [
      "\"seconds\": \(seconds)", "\"processor_seconds\": \(processorSeconds)",
      "\"tokens_per_second\": \(tokens / seconds)",
      "\"kernels\": \"\(try KernelChoice.select())\"", "\"peak_mib\": \(peak.ru_maxrss / 1024)",
    ]
    if what == "train" {
      fields.append("\"gflops\": \(6 * Double(products) * tokens / seconds / 1e9)")
      fields.append("\"needed_gflops\": \(needed / seconds / 1e9)")
    }
    fields += options.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }
    print("{" + fields.joined(separator: ", ") + "}")
  }

  /// Weights that take part in products, counted as `torch_lstm.py` does.
  private var products: Int {
    let hidden = self["hidden"], frame = self["frame"]
    let first = frame > 0 ? hidden : self["embedding"]
    return frame * hidden + 4 * hidden * (first + hidden) + (self["layers"] - 1) * 8 * hidden * hidden
      + hidden * (frame > 0 ? frame : self["vocab"])
  }

  /// Operations of the products that a step needs: the first layer's is made once for each class.
  private var needed: Double {
    let tokens = Double(self["sequence"] * self["batch"])
    guard self["frame"] == 0 else { return 6 * Double(products) * tokens }
    let first = 4 * self["hidden"] * self["embedding"]
    return 6 * (Double(products - first) * tokens + Double(first * self["vocab"]))
  }

  /// Prints the median of some times of multiply-adds alone.
  private func peak() {
    let pool = WorkerPool(threads: self["threads"])
    let speeds = (0..<9).map { _ in
      let start = ContinuousClock.now, made = ProcessorPeak.run(rounds: 10_000_000, pool: pool)
      return made.operations / ((ContinuousClock.now - start) / .seconds(1)) / 1e9
    }
    print("{\"gflops\": \(median(speeds[...])), \"threads\": \(pool.threads)}")
  }

  private var network: Network {
    let dropout = Float(self["dropout"]) / 100
    let shares = Architecture.Dropout(input: dropout, between: dropout, output: dropout, head: dropout)
    if what == "steps" {
      let masks = (0..<90).flatMap { mask in (0..<90).map { UInt8($0 >= mask ? 1 : 0) } }
      let head = WrittenHead(
        head: 256,
        tables: [
          WrittenHead.Table(name: "written.weight", rows: 88, isLinear: true),
          WrittenHead.Table(name: "last.weight", rows: 89, isLinear: false),
        ], outputs: ["output"], classes: 90, masks: masks)
      return Network(
        Architecture(
          reading: .vectors(width: 233), embedding: 0, hidden: self["hidden"], layers: self["layers"], dropout: shares,
          writing: .written(head)), seed: 1)
    }
    let frame = self["frame"], hidden = self["hidden"]
    return Network(
      frame > 0
        ? Architecture(
          reading: .vectors(width: frame), embedding: hidden, hidden: hidden, layers: self["layers"], dropout: shares,
          writing: .values(width: frame, loss: .mse))
        : Architecture(
          reading: .classes(count: self["vocab"]), embedding: self["embedding"], hidden: hidden,
          layers: self["layers"], dropout: shares, writing: .classes(count: self["vocab"])), seed: 1)
  }

  private func sparse(rows: Int, width: Int, share: Double, _ numbers: inout PhiloxStream) -> SparseRows {
    var rows_ = SparseRows(width: width)
    for _ in 0..<rows { rows_.append(onesAt: (0..<Int32(width)).filter { _ in Double(numbers.uniform()) < share }) }
    return rows_
  }

  private func batch(_ numbers: inout PhiloxStream) -> StepBatch {
    let rows = self["sequence"] * self["batch"], frame = self["frame"]
    let reads: StepBatch.Reads
    let targets: StepBatch.Targets
    if what == "steps" {
      reads = .vectors(sparse(rows: rows, width: 233, share: 0.1, &numbers))
      var tokens = WrittenTokens()
      for row in 0..<rows {
        var written: [Int32] = []
        for token in 0..<5 {
          let target = Int32(token * 18 + numbers.below(18))
          let last = (written.last ?? -1) + 1
          tokens.append(
            row: Int32(row), tableRows: written.filter { $0 < 88 } + [88 + min(last, 88)], output: 0, mask: last,
            target: target)
          written.append(target)
        }
      }
      targets = .written(tokens)
    } else if frame > 0 {
      let share = Double(self["density"]) / 100
      reads = .vectors(sparse(rows: rows, width: frame, share: share, &numbers))
      targets = .values(
        sparse(rows: rows, width: frame, share: share, &numbers), scored: [UInt8](repeating: 1, count: rows))
    } else {
      reads = .classes((0..<rows).map { _ in Int32(numbers.below(self["vocab"])) })
      targets = .classes((0..<rows).map { _ in Int32(numbers.below(self["vocab"])) })
    }
    return StepBatch(
      steps: self["sequence"], lanes: self["batch"], reads: reads, keep: [UInt8](repeating: 1, count: rows),
      targets: targets, divisor: Float(rows))
  }

  private func train() throws -> (Double, Double) {
    let settings = OptimizerSettings(
      name: self["frame"] > 0 ? .rmsprop : .adamw, learningRate: 0.001, weightDecay: self["frame"] > 0 ? 0 : 0.01,
      average: what == "steps" ? 0.995 : nil)
    let trainer = try Trainer(
      network: network, optimizer: settings, lanes: self["batch"], steps: self["sequence"],
      precision: self["bf16"] == 0 ? .f32 : .bf16, pool: WorkerPool(threads: self["threads"]))
    var numbers = PhiloxStream(seed: 1, purpose: 1)
    var times: [Double] = []
    var processor: [Double] = []
    for iteration in 0..<self["steps"] + 2 {
      let batch = batch(&numbers)
      let start = ContinuousClock.now, before = Self.processorSeconds
      _ = try trainer.step(batch, iteration: iteration, of: self["steps"] + 2, seed: 1)
      times.append((ContinuousClock.now - start) / .seconds(1))
      processor.append(Self.processorSeconds - before)
    }
    return (median(times.dropFirst(2)), median(processor.dropFirst(2)))
  }

  private func generate() throws -> (Double, Double) {
    let lanes = self["batch"]
    let stepper = try Stepper(network: network, lanes: lanes, pool: WorkerPool(threads: self["threads"]))
    var numbers = PhiloxStream(seed: 1, purpose: 1)
    var times: [Double] = []
    var processor: [Double] = []
    for _ in 0..<self["steps"] + 20 {
      let reads: StepBatch.Reads =
        self["frame"] > 0
        ? .vectors(sparse(rows: lanes, width: self["frame"], share: Double(self["density"]) / 100, &numbers))
        : .classes((0..<lanes).map { _ in Int32(numbers.below(self["vocab"])) })
      let start = ContinuousClock.now, before = Self.processorSeconds
      try stepper.read(reads, lanes: Array(0..<lanes))
      for lane in 0..<lanes { _ = stepper.logits(lane: lane) }
      times.append((ContinuousClock.now - start) / .seconds(1))
      processor.append(Self.processorSeconds - before)
    }
    return (median(times.dropFirst(20)), median(processor.dropFirst(20)))
  }

  private func median(_ times: ArraySlice<Double>) -> Double { times.sorted()[times.count / 2] }
}
