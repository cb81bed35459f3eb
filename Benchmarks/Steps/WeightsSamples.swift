import Glibc
import Network

/// Small networks of every kind and what they give out, as files that PyTorch can read and compare.
enum WeightsSamples {
  private static let steps = 9
  private static let width = 12
  private static let head = WrittenHead(
    head: 70,
    tables: [
      WrittenHead.Table(name: "written.weight", rows: 6, isLinear: true),
      WrittenHead.Table(name: "last.weight", rows: 7, isLinear: false),
    ], outputs: ["output"], classes: 7, masks: [UInt8](repeating: 1, count: 7))

  private static let kinds: [(name: String, architecture: Architecture)] = [
    (
      "classes",
      Architecture(reading: .classes(count: width), embedding: 20, hidden: 70, layers: 2, writing: .classes(count: 13))
    ),
    (
      "mse",
      Architecture(
        reading: .vectors(width: width), embedding: 30, hidden: 40, writing: .values(width: 10, loss: .mse))
    ),
    (
      "independent",
      Architecture(
        reading: .vectors(width: width), embedding: 0, hidden: 66, writing: .independent(head: 20, width: 8))
    ),
    (
      "written",
      Architecture(
        reading: .vectors(width: width), embedding: 0, hidden: 66, layers: 2, writing: .written(head))
    ),
  ]

  /// Writes KIND.safetensors, the weights alone, and KIND.outputs.safetensors, what was read and given out.
  static func write(into folder: String) throws {
    for (name, architecture) in kinds {
      let network = Network(architecture, seed: 3)
      let stepper = try Stepper(network: network, lanes: 1, pool: WorkerPool(threads: 2))
      var numbers = PhiloxStream(seed: 4, purpose: 1)
      var reads: [Float] = []
      var outputs: [Float] = []
      for _ in 0..<steps {
        if case .classes = architecture.reading {
          let read = numbers.below(width)
          reads.append(Float(read))
          try stepper.read(.classes([Int32(read)]), lanes: [0])
        } else {
          let places = (0..<Int32(width)).filter { _ in numbers.below(3) == 0 }
          reads += (0..<Int32(width)).map { places.contains($0) ? 1 : 0 }
          var rows = SparseRows(width: width)
          rows.append(onesAt: places)
          try stepper.read(.vectors(rows), lanes: [0])
        }
        if case .written = architecture.writing {
          outputs += stepper.writtenLogits(lane: 0, tableRows: [1, 4, 8], output: 0, mask: 0)
        } else {
          outputs += stepper.logits(lane: 0)
        }
      }
      let embedding = String(architecture.embedding), layers = String(architecture.layers)
      let shape = ["embedding": embedding, "hidden": String(architecture.hidden), "layers": layers, "writing": name]
      try save(Safetensors(tensors: network.tensors(), metadata: shape), folder + "/\(name).safetensors")
      let results = [
        Tensor(name: "reads", shape: [reads.count], values: reads),
        Tensor(name: "outputs", shape: [steps, outputs.count / steps], values: outputs),
      ]
      try save(Safetensors(tensors: results), folder + "/\(name).outputs.safetensors")
    }
  }

  private static func save(_ file: Safetensors, _ path: String) throws {
    let bytes = file.encoded()
    guard let stream = fopen(path, "wb") else { throw NetworkError("'\(path)' cannot be created (error \(errno))") }
    let written = bytes.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, stream) }
    guard fclose(stream) == 0, written == bytes.count else { throw NetworkError("'\(path)' cannot be written") }
  }
}
