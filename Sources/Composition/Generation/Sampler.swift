internal import Network

/// Draws tokens from a network's logits: temperature, then the likeliest k, then the likeliest share p.
///
/// Where a token says both that a note starts and at which pitch, the pitch may have a temperature and a share of its own,
/// which leave it as likely as before that a note starts at all.
struct Sampler {
  private let temperature: Float
  /// The temperature among the pitches of what starts.
  private let startTemperature: Float
  private let hasStartTemperature: Bool
  private let pitchTopP: Float
  private let topP: Float
  private let topK: Int
  private let random: Philox
  private var draws: UInt64 = 0
  /// Room that is used again: what each allowed class weighs, and which class that is.
  private var weights: [Float] = []
  private var classes: [Int32] = []
  private var keys: [UInt64] = []

  /// Begins at the first draw of a song's seed.
  init(_ settings: GenerationSettings, seed: UInt64) {
    // What is 0 as a Float would make numbers that are none of equal logits. The bound is so low that it changes nothing else.
    temperature = max(Float(settings.temperature), .leastNormalMagnitude)
    startTemperature = max(temperature * Float(settings.pitchTemperature), .leastNormalMagnitude)
    hasStartTemperature = Float(settings.pitchTemperature) != 1
    pitchTopP = Float(settings.pitchTopP)
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
  /// Nil where all is. `starts` are the classes of one note's start at each pitch.
  mutating func draw(_ logits: [Float], starts: Range<Int>? = nil) -> Int32? {
    let u = uniform()
    gather(logits)
    guard !classes.isEmpty else { return nil }
    if let starts, hasStartTemperature || pitchTopP < 1 { sharpen(starts, logits) }
    if topK > 0 || topP < 1, !leaveFew() {
      sort()
      if topK > 0 { leave(topK) }
      if topP < 1 { cut() }
    }
    var left = u * weights.reduce(0, +)
    for (place, weight) in weights.enumerated() {
      left -= weight
      if left < 0 { return classes[place] }
    }
    // Rounding left a little: the last one that can be drawn.
    return weights.lastIndex { $0 > 0 }.map { classes[$0] }
  }

  /// Finds the classes that are allowed, and their weights: 1 for the likeliest.
  private mutating func gather(_ logits: [Float]) {
    classes.removeAll(keepingCapacity: true)
    weights.removeAll(keepingCapacity: true)
    var largest = -Float.infinity
    for (index, logit) in logits.enumerated() where logit > -Float.infinity {
      classes.append(Int32(truncatingIfNeeded: index))
      weights.append(logit)
      if logit > largest { largest = logit }
    }
    for place in weights.indices { weights[place] = (weights[place] - largest) / temperature }
    Numerics.exp(&weights)
  }

  /// Gives the pitches of what starts their own temperature and share; together they weigh what they weighed.
  private mutating func sharpen(_ starts: Range<Int>, _ logits: [Float]) {
    guard let first = classes.firstIndex(where: { starts.contains(Int($0)) }),
      let last = classes.lastIndex(where: { starts.contains(Int($0)) })
    else { return }
    let before = weights[first...last].reduce(0, +)
    var largest = -Float.infinity
    for place in first...last { largest = max(largest, logits[Int(classes[place])]) }
    var pitches = (first...last).map { (logits[Int(classes[$0])] - largest) / startTemperature }
    Numerics.exp(&pitches)
    if pitchTopP < 1 {
      let bound = pitchTopP * pitches.reduce(0, +)
      var sum: Float = 0
      for place in pitches.indices.sorted(by: { (-pitches[$0], $0) < (-pitches[$1], $1) }) {
        if sum >= bound { pitches[place] = 0 } else { sum += pitches[place] }
      }
    }
    let factor = before / pitches.reduce(0, +)
    for (place, weight) in zip(first...last, pitches) { weights[place] = weight * factor }
  }

  /// Leaves what `sort` and `cut` would, where a few classes surely have the share p; else false.
  private mutating func leaveFew() -> Bool {
    guard topP < 1, topK <= 0 || weights.count <= topK, weights.count <= 1000 else { return false }
    let bound = Double(topP) * weights.reduce(0.0) { $0 + Double($1) }
    var sum: Float = 0
    for place in 0..<min(8, weights.count) {
      var best = place
      for other in place + 1..<max(place + 1, weights.count)
      where weights[other] > weights[best] || (weights[other] == weights[best] && classes[other] < classes[best]) {
        best = other
      }
      weights.swapAt(place, best)
      classes.swapAt(place, best)
      sum += weights[place]
      // A sum of at most 1000 floats is within 6e-5 of the true one. Where that could matter, all are sorted.
      if Double(sum) > bound * 1.0001 {
        leave(place + 1)
        return true
      }
      if Double(sum) > bound * 0.9999 { return false }
    }
    return false
  }

  private mutating func leave(_ count: Int) {
    guard count < classes.count else { return }
    classes.removeSubrange(count...)
    weights.removeSubrange(count...)
  }

  /// Puts the likeliest first; of equals the first.
  private mutating func sort() {
    // Of numbers that are not negative the bits are in the numbers' order.
    keys.removeAll(keepingCapacity: true)
    for (place, weight) in weights.enumerated() {
      keys.append(UInt64(~weight.bitPattern) << 32 | UInt64(UInt32(bitPattern: classes[place])))
    }
    keys.sort()
    for (place, key) in keys.enumerated() {
      weights[place] = Float(bitPattern: ~UInt32(truncatingIfNeeded: key >> 32))
      classes[place] = Int32(bitPattern: UInt32(truncatingIfNeeded: key))
    }
  }

  /// Leaves of the likeliest those that together have the share p.
  private mutating func cut() {
    let total = weights.reduce(0, +)
    var sum: Float = 0
    for (place, weight) in weights.enumerated() {
      sum += weight
      if sum >= topP * total { return leave(place + 1) }
    }
  }

  /// Draws whether something with this logit is.
  mutating func drawBit(logit: Float) -> Bool { uniform() < Numerics.sigmoid(logit / temperature) }

  /// Draws whether something with this probability is.
  mutating func drawBit(probability: Float) -> Bool { uniform() < probability }
}
