import Network
import Representation
import Testing

@testable import Composition

@Suite("Weights files")
struct WeightsFileTests {
  @Test("a file that is read again is written to the same bytes", arguments: Fixtures.plans)
  func roundTrip(plan: NetworkPlan) throws {
    let bytes = try Fixtures.weights(plan).encoded()
    #expect(try WeightsFile(bytes, path: "w").encoded() == bytes)
  }

  @Test("a file cut short is refused with its path", arguments: [0, 7, 100, 5000])
  func truncated(length: Int) throws {
    let bytes = try Fixtures.weights(Fixtures.plan(.voices, reads: .frames)).encoded()
    let error = #expect(throws: CompositionError.self) {
      try WeightsFile(Array(bytes.prefix(length)), path: "w.safetensors")
    }
    #expect(error?.kind == .data)
    #expect(error?.message.contains("w.safetensors") == true)
  }

  @Test("a safetensors file of somebody else is refused")
  func foreign() throws {
    let bytes = Safetensors(tensors: [Tensor(name: "x", shape: [1], values: [0])]).encoded()
    #expect(throws: CompositionError.self) { try WeightsFile(bytes, path: "w") }
  }

  @Test("with a wider range of pitches the old ones keep their meaning", arguments: Fixtures.plans)
  func growth(plan: NetworkPlan) throws {
    let weights = try Fixtures.weights(plan)
    var wider = plan
    wider.representation.pitches = 40...90
    let network = try weights.network(for: wider, seed: 1)
    let old = try plan.reading()
    let new = try wider.reading()
    // The row of a pitch's output is where that pitch's row stands now.
    let name = network.tensors().map(\.name).last { $0.hasPrefix("output") && $0.hasSuffix("weight") }
    let before = try #require(weights.tensors.first { $0.name == name })
    let after = try #require(network.tensors().first { $0.name == name })
    let columns = before.shape[1]
    for (row, text) in old.axes.outputs.enumerated() {
      let moved = try #require(new.axes.outputs.firstIndex(of: text))
      #expect(
        before.values[row * columns..<(row + 1) * columns] == after.values[moved * columns..<(moved + 1) * columns])
    }
  }

  @Test("what is as it was before it could be set is not written, and what is set is")
  func laterKeys() throws {
    func header(_ plan: NetworkPlan, accumulate: Int) throws -> String {
      var weights = try Fixtures.weights(plan)
      weights.metadata.training.accumulate = accumulate
      let file = try Safetensors(bytes: weights.encoded())
      return try #require(file.metadata["ritornello"])
    }
    let keys = ["\"residual\":true", "\"layer_norm\":true", "\"accumulate\":2"]
    let plain = try header(Fixtures.plan(.steps, reads: .frames), accumulate: 1)
    #expect(!["residual", "layer_norm", "accumulate"].contains { plain.contains($0) })
    let set = try header(Fixtures.handingUp, accumulate: 2)
    #expect(keys.allSatisfy { set.contains($0) })
  }

  @Test("weights with norms begin where the settings have them, and nowhere else")
  func normsDiffer() throws {
    let weights = try Fixtures.weights(Fixtures.handingUp)
    #expect(weights.tensors.map(\.name).filter { $0.hasPrefix("norm.") }.count == 4)
    _ = try weights.network(for: Fixtures.handingUp, seed: 1)
    var other = Fixtures.handingUp
    other.network.layerNorm = false
    let error = #expect(throws: CompositionError.self) { try weights.network(for: other, seed: 1) }
    #expect(error?.message.contains("have layer_norm true, the settings say false") == true)
    other = Fixtures.handingUp
    other.network.residual = false
    let second = #expect(throws: CompositionError.self) { try weights.network(for: other, seed: 1) }
    #expect(second?.message.contains("have residual true, the settings say false") == true)
  }

  @Test("inputs may be added, and change nothing that the network says at first; none may be left out")
  func inputs() throws {
    var few = Fixtures.plan(.voices, reads: .frames)
    few.network.inputs = [.position, .shift]
    var more = few
    more.network.inputs = [.position, .pitchClasses, .shift, .barsLeft]
    let weights = try Fixtures.weights(few)
    func losses(_ network: Network, _ plan: NetworkPlan) throws -> [Double] {
      let task = try Fixtures.task(plan)
      return try Scoring(network, try plan.reading(), pool: WorkerPool(1)).score(task.validation).songs.map(\.nll)
    }
    let before = try losses(try weights.network(for: few, seed: 1), few)
    let after = try losses(try weights.network(for: more, seed: 1), more)
    #expect(!before.isEmpty && zip(before, after).allSatisfy { abs($0 - $1) < 1e-4 * abs($0) })
    var wider = more
    wider.representation.pitches = 40...90
    let wide = try weights.network(for: wider, seed: 1).tensors().first { $0.name == "head.weight" }
    #expect(wide?.shape == [16, 16 + (try wider.reading().axes.inputs.count)])
    let error = #expect(throws: CompositionError.self) { try Fixtures.weights(more).network(for: few, seed: 1) }
    #expect(error?.message.contains("have the input pitch-classes, the settings leave it out") == true)
  }

  @Test("another kind of network is refused with what differs")
  func difference() throws {
    let plan = Fixtures.plan(.voices, reads: .frames)
    let weights = try Fixtures.weights(plan)
    var other = plan
    other.network.hidden = 32
    let error = #expect(throws: CompositionError.self) { try weights.network(for: other, seed: 1) }
    #expect(error?.message.contains("hidden 16") == true)
  }

  @Test(
    "metadata that asks for an absurd network is refused",
    arguments: [
      ("hidden", 4_611_686_018_427_387_904), ("layers", 1_099_511_627_776), ("hidden", -1), ("head", 1 << 60),
    ])
  func hostileMetadata(field: String, value: Int) throws {
    var weights = try Fixtures.weights(Fixtures.plan(.voices, reads: .frames))
    switch field {
    case "hidden": weights.metadata.network.hidden = value
    case "layers": weights.metadata.network.layers = value
    default: weights.metadata.network.head = value
    }
    let bytes = try weights.encoded()
    let error = #expect(throws: CompositionError.self) { try WeightsFile(bytes, path: "w") }
    #expect(error?.kind == .data)
  }
}
