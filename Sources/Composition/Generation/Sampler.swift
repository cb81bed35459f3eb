internal import Network

/// Draws tokens from a network's logits: temperature, then the likeliest k, then the likeliest share p.
struct Sampler {
  private let temperature: Float
  private let topP: Float
  private let topK: Int
  private let random: Philox
  private var draws: UInt64 = 0

  /// Begins at the first draw of a song's seed.
  init(_ settings: GenerationSettings, seed: UInt64) {
    temperature = Float(settings.temperature)
    topP = Float(settings.topP)
    topK = settings.topK
    random = Philox(seed: seed, purpose: Purpose.sample)
  }

  private mutating func uniform() -> Float {
    defer { draws += 1 }
    return random.uniform(draws)
  }

  /// Draws a class; what is forbidden has the logit -infinity.
  ///
  /// Nil where all is.
  mutating func draw(_ logits: [Float]) -> Int32? {
    let u = uniform()
    var allowed = logits.indices.filter { logits[$0] > -Float.infinity }
    guard let largest = allowed.map({ logits[$0] }).max() else { return nil }
    var weights = [Float](repeating: 0, count: logits.count)
    for index in allowed { weights[index] = Numerics.exp((logits[index] - largest) / temperature) }
    if topK > 0 || topP < 1 {
      // The likeliest first; of equals the first.
      allowed.sort { weights[$0] != weights[$1] ? weights[$0] > weights[$1] : $0 < $1 }
      if topK > 0, allowed.count > topK { allowed.removeSubrange(topK...) }
      if topP < 1 { cut(&allowed, weights) }
    }
    let total = allowed.reduce(Float(0)) { $0 + weights[$1] }
    var left = u * total
    for index in allowed {
      left -= weights[index]
      if left < 0 { return Int32(index) }
    }
    // Rounding left a little: the last one that can be drawn.
    return allowed.last { weights[$0] > 0 }.map(Int32.init)
  }

  private func cut(_ allowed: inout [Int], _ weights: [Float]) {
    let total = allowed.reduce(Float(0)) { $0 + weights[$1] }
    var sum: Float = 0
    for (place, index) in allowed.enumerated() {
      sum += weights[index]
      if sum >= topP * total {
        allowed.removeSubrange((place + 1)...)
        return
      }
    }
  }

  /// Draws whether something with this logit is.
  mutating func drawBit(logit: Float) -> Bool { uniform() < Numerics.sigmoid(logit / temperature) }

  /// Draws whether something with this probability is.
  mutating func drawBit(probability: Float) -> Bool { uniform() < probability }
}
