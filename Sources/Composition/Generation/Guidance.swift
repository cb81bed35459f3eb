internal import Network

/// Steers what is drawn away from what a weaker network would write.
///
/// The weaker one, the guide, is the same network early in its training: it makes the same mistakes, and more of them, so
/// where both differ, the difference tells which way is better. Of logits a of the network and b of the guide,
///
///     a + strength (a - b)
///
/// is drawn from (Karras et al. 2024, "Guiding a Diffusion Model with a Bad Version of Itself", equation 3, of the
/// logarithms of probabilities; Li et al. 2022, "Contrastive Decoding").
///
/// Where a token says both that a note starts and at which pitch, the start as a whole has one strength, as the other
/// kinds of token have, and the choice among pitches another.
struct Guidance {
  private let strength: Float
  private let pitchStrength: Float

  init(_ settings: GenerationSettings) {
    strength = Float(settings.guidance)
    pitchStrength = Float(settings.pitchGuidance)
  }

  /// Whether anything is steered.
  var isSome: Bool { strength > 0 || pitchStrength > 0 }

  /// Steers logits; what is forbidden, at -infinity, stays so.
  ///
  /// - Parameters:
  ///   - logits: The network's; changed.
  ///   - guide: The guide's, as many.
  ///   - starts: The classes of one note's start at each pitch; nil: all are steered alike.
  func steer(_ logits: inout [Float], awayFrom guide: [Float], starts: Range<Int>?) {
    guard logits.count == guide.count else { return }
    let starts = starts.map { $0.clamped(to: logits.indices) } ?? 0..<0
    let pitches = starts.filter { logits[$0].isFinite && guide[$0].isFinite }
    for place in logits.indices where !starts.contains(place) {
      logits[place] = steered(logits[place], guide[place], by: strength)
    }
    guard !pitches.isEmpty else { return }
    let whole = Self.logSum(pitches.map { logits[$0] })
    let start = steered(whole, Self.logSum(pitches.map { guide[$0] }), by: strength)
    let chosen = pitches.map { steered(logits[$0], guide[$0], by: pitchStrength) }
    let shift = start - Self.logSum(chosen)
    // What the guide forbids alone stays as far below the others as it was.
    for place in starts where logits[place].isFinite { logits[place] += start - whole }
    for (place, logit) in zip(pitches, chosen) { logits[place] = logit + shift }
  }

  private func steered(_ logit: Float, _ guide: Float, by strength: Float) -> Float {
    let steered = logit + strength * (logit - guide)
    return logit.isFinite && steered.isFinite ? steered : logit
  }

  /// The logarithm of the sum of e to the power of each, in order.
  private static func logSum(_ logits: [Float]) -> Float {
    let largest = logits.max() ?? 0
    var powers = logits.map { $0 - largest }
    Numerics.exp(&powers)
    return largest + Numerics.log(powers.reduce(0, +))
  }
}

extension Generation {
  /// Whether songs are steered: that is asked for, and the weights have a guide.
  var isGuided: Bool { Guidance(settings).isSome && !weights.guide.isEmpty && !reading.architecture.writing.isMeanLoss }

  /// What a person should know who asked for guidance and gets none.
  var guidanceWarnings: [String] {
    guard Guidance(settings).isSome, !isGuided else { return [] }
    let why: String
    if reading.architecture.writing.isMeanLoss {
      why = "the network was trained to a mean, of which nothing is drawn"
    } else if reading.architecture.parameterCount > GuideText.mostParameters {
      why = "a guide is kept with at most \(GuideText.mostParameters) parameters"
    } else if let guide = weights.metadata.training.guide {
      why = "their best iteration is \(weights.metadata.iteration), and the guide would be that of iteration \(guide)"
    } else {
      why = "train with guide: N to keep those of iteration N"
    }
    return ["guidance does nothing, for the weights have no guide: \(why)"]
  }
}
