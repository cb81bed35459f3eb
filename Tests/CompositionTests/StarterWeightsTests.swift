import Identity
import Network
import Representation
import Testing

@testable import Composition

@Suite("The weights that come with the program")
struct StarterWeightsTests {
  @Test("they are found, are those of this version, and take music of any texture")
  func found() throws {
    let (weights, hash) = try StarterWeights.read()
    #expect(hash.hex == StarterWeights.sha256)
    #expect(weights.metadata.representation.name == .steps)
    #expect(weights.metadata.representation.pitches == 21...108)
    let reading = try weights.metadata.plan.reading()
    #expect(throws: Never.self) { try Network(reading.architecture, tensors: weights.tensors) }
  }

  @Test("they are smaller than 8 MiB")
  func small() throws {
    let path = try #require(StarterWeights.path)
    #expect(try DurableFile.read(path).count < 8 << 20)
  }
}
