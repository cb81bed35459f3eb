import Testing

@testable import Network

@Suite("First weights")
struct InitializationTests {
  private static let network = NetworkCase.large[NetworkCase.large.count - 1].network(seed: 5)

  private func tensor(_ name: String) throws -> Tensor {
    try #require(Self.network.tensors().first { $0.name == name })
  }

  @Test("recurrent matrices are orthogonal a gate")
  func orthogonal() throws {
    let values = try tensor("lstm.weight_hh_l0").values, side = 66
    for gate in 0..<4 {
      for (a, b) in [(0, 0), (0, 1), (3, 40), (65, 65), (64, 65)] {
        let product = (0..<side).reduce(0.0) {
          $0 + Double(values[(gate * side + a) * side + $1]) * Double(values[(gate * side + b) * side + $1])
        }
        #expect(abs(product - (a == b ? 1 : 0)) < 1e-6)
      }
    }
  }

  @Test("biases are 0, the forget gate's 1 stands in bias_ih")
  func biases() throws {
    let input = try tensor("lstm.bias_ih_l0").values
    #expect(input.enumerated().allSatisfy { $1 == ($0 >= 66 && $0 < 132 ? 1 : 0) })
    #expect(try tensor("lstm.bias_hh_l0").values.allSatisfy { $0 == 0 })
    #expect(try tensor("head.bias").values.allSatisfy { $0 == 0 })
  }

  @Test("dense layers are uniform within one over the root of their inputs")
  func uniform() throws {
    let values = try tensor("head.weight").values, bound = 1 / Float(136).squareRoot()
    #expect(values.allSatisfy { abs($0) <= bound })
    let mean = values.reduce(0, +) / Float(values.count)
    #expect(abs(mean) < 0.01 * bound * 3)
    #expect((values.max() ?? 0) > 0.99 * bound)
  }

  @Test("tables are normal with a deviation of 0.05")
  func normal() throws {
    let values = try tensor("last.weight").values
    let square = values.reduce(0) { $0 + $1 * $1 } / Float(values.count)
    #expect(abs(square.squareRoot() - 0.05) < 0.004)
  }

  @Test("a seed gives the same weights, another seed others")
  func seeds() {
    #expect(NetworkCase.large[NetworkCase.large.count - 1].network(seed: 5) == Self.network)
    #expect(NetworkCase.large[NetworkCase.large.count - 1].network(seed: 6) != Self.network)
  }

  @Test("a trainer gives back what it was given", arguments: NetworkCase.everySize)
  func packing(_ example: NetworkCase) throws {
    let network = example.network()
    let trainer = try Trainer(
      network: network, optimizer: OptimizerSettings(name: .sgd, learningRate: 0), lanes: 1, steps: 1,
      pool: WorkerPool(threads: 1))
    #expect(trainer.network == network)
    #expect(try Network(example.architecture, tensors: network.tensors().reversed()) == network)
    #expect(network.parameterCount == network.tensors().reduce(0) { $0 + $1.shape.reduce(1, *) })
  }

  @Test("tensors that do not fit are refused with their names")
  func refusal() {
    let example = NetworkCase.all[0]
    var tensors = example.network().tensors()
    #expect(throws: NetworkError("tensor 'output.bias' of shape [7] is missing")) {
      try Network(example.architecture, tensors: Array(tensors.dropLast()))
    }
    tensors[0].name = "x"
    #expect(throws: NetworkError("tensor 'input.weight' of shape [6, 3] is missing")) {
      try Network(example.architecture, tensors: tensors)
    }
  }
}
