import TestSupport
import Testing

@testable import Composition
@testable import Network

@Suite("Drawing tokens")
struct SamplerTests {
  private let logits: [Float] = [0, 2, -.infinity, 1, 2]

  @Test("what is forbidden is never drawn")
  func forbidden() {
    var sampler = Sampler(GenerationSettings(temperature: 5), seed: 1)
    let drawn = Set((0..<500).compactMap { _ in sampler.draw(logits) })
    #expect(drawn == [0, 1, 3, 4])
  }

  @Test("a temperature that no Float holds takes the likeliest", arguments: [1e-46, 1e-300])
  func coldest(_ temperature: Double) {
    var settings = GenerationSettings(temperature: temperature)
    var sampler = Sampler(settings, seed: 1)
    #expect((0..<50).allSatisfy { _ in [1, 4].contains(sampler.draw(logits)) })
    #expect((0..<50).allSatisfy { _ in sampler.drawBit(logit: 0.1) && !sampler.drawBit(logit: -0.1) })
    settings = GenerationSettings(temperature: 1e-30)
    settings.pitchTemperature = 1e-30
    sampler = Sampler(settings, seed: 1)
    #expect((0..<50).allSatisfy { _ in [1, 4].contains(sampler.draw(logits, starts: 1..<5)) })
  }

  @Test("top-k draws from the k likeliest, the first of equals")
  func topK() {
    var sampler = Sampler(GenerationSettings(topK: 1), seed: 1)
    #expect((0..<50).allSatisfy { _ in sampler.draw(logits) == 1 })
  }

  @Test("top-p draws from the smallest set that has the probability")
  func topP() {
    // The two likeliest have 0.39 each, the third 0.14.
    var sampler = Sampler(GenerationSettings(topP: 0.7), seed: 1)
    #expect(Set((0..<200).compactMap { _ in sampler.draw(logits) }) == [1, 4])
  }

  @Test("frequencies are the softmax's")
  func frequencies() {
    var sampler = Sampler(GenerationSettings(), seed: 3)
    var counts = [Int](repeating: 0, count: 5)
    for _ in 0..<4000 { counts[Int(sampler.draw(logits) ?? 2)] += 1 }
    // e^0, e^2, -, e^1, e^2 over their sum, within four standard deviations.
    for (index, expected) in [(0, 0.0541), (1, 0.3995), (3, 0.1470), (4, 0.3995)] {
      #expect(abs(Double(counts[index]) / 4000 - expected) < 0.032)
    }
    #expect(counts[2] == 0)
  }

  @Test("the pitch's own share leaves it as likely that a note starts")
  func pitches() {
    // Starts, from 1 on, weigh 4, 1, 1 and 2 beside 8 of what is no start.
    let logits: [Float] = [2.0794, 1.3863, 0, 0, 0.6931]
    var settings = GenerationSettings()
    settings.pitchTopP = 0.6
    var sampler = Sampler(settings, seed: 5)
    var counts = [Int](repeating: 0, count: 5)
    for _ in 0..<4000 { counts[Int(sampler.draw(logits, starts: 1..<5) ?? 2)] += 1 }
    #expect(abs(Double(counts[0]) / 4000 - 0.5) < 0.032)
    #expect(counts[2] == 0 && counts[3] == 0)
    #expect(abs(Double(counts[1]) / Double(counts[1] + counts[4]) - 2.0 / 3) < 0.05)
  }

  @Test("the pitch's own temperature sharpens the choice among pitches alone")
  func pitchTemperature() {
    let logits: [Float] = [0.6931, 0.6931, 0]
    var settings = GenerationSettings()
    settings.pitchTemperature = 0.5
    var sampler = Sampler(settings, seed: 5)
    var counts = [Int](repeating: 0, count: 3)
    for _ in 0..<4000 { counts[Int(sampler.draw(logits, starts: 1..<3) ?? 0)] += 1 }
    // 2 beside 2 + 1; and 4 to 1 in place of 2 to 1.
    #expect(abs(Double(counts[0]) / 4000 - 0.4) < 0.032)
    #expect(abs(Double(counts[1]) / Double(counts[1] + counts[2]) - 0.8) < 0.04)
  }

  @Test("the same seed draws the same, another one something else")
  func seeds() {
    func draws(_ seed: UInt64) -> [Int32?] {
      var sampler = Sampler(GenerationSettings(), seed: seed)
      return (0..<50).map { _ in sampler.draw(logits) }
    }
    #expect(draws(7) == draws(7))
    #expect(draws(7) != draws(8))
  }

  @Test("where everything is forbidden nothing is drawn")
  func nothing() {
    var sampler = Sampler(GenerationSettings(), seed: 1)
    #expect(sampler.draw([-.infinity, -.infinity]) == nil)
  }

  @Test(
    "what is drawn is what sorting all classes by the plain rule draws",
    arguments: [(0, 1), (7, 1), (0, 0.8), (9, 0.6), (60, 0.95)])
  func plain(topK: Int, topP: Double) {
    var numbers = SeededGenerator(seed: 4)
    var sampler = Sampler(GenerationSettings(temperature: 1.3, topP: topP, topK: topK), seed: 11)
    let random = Philox(seed: 11, purpose: Purpose.sample)
    for draw in 0..<600 {
      let logits = (0..<Int.random(in: 1...90, using: &numbers)).map { _ in
        // Some are forbidden, some equal.
        Bool.random(using: &numbers) ? -Float.infinity : Float(Int.random(in: -60...20, using: &numbers)) / 4
      }
      let expected = plainDraw(logits, random.uniform(UInt64(draw)), topK, Float(topP))
      #expect(sampler.draw(logits) == expected)
    }
  }

  private func plainDraw(_ logits: [Float], _ u: Float, _ topK: Int, _ topP: Float) -> Int32? {
    var allowed = logits.indices.filter { logits[$0] > -Float.infinity }
    guard let largest = allowed.map({ logits[$0] }).max() else { return nil }
    let weights = logits.map { Numerics.exp(($0 - largest) / 1.3) }
    if topK > 0 || topP < 1 {
      allowed.sort { weights[$0] != weights[$1] ? weights[$0] > weights[$1] : $0 < $1 }
      if topK > 0 { allowed = Array(allowed.prefix(topK)) }
      var sum: Float = 0
      let total = allowed.reduce(Float(0)) { $0 + weights[$1] }
      if topP < 1,
        let last = allowed.firstIndex(where: {
          sum += weights[$0]
          return sum >= topP * total
        })
      {
        allowed = Array(allowed[...last])
      }
    }
    var left = u * allowed.reduce(Float(0)) { $0 + weights[$1] }
    for index in allowed {
      left -= weights[index]
      if left < 0 { return Int32(index) }
    }
    return allowed.last { weights[$0] > 0 }.map(Int32.init)
  }
}
