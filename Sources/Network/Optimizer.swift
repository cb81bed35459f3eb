internal import CKernels

/// Changes packed weights from packed gradients, and keeps moments and the averaged weights.
final class Optimizer {
  let settings: OptimizerSettings
  private let engine: Engine
  let first: FloatBuffer?
  let second: FloatBuffer?
  let average: FloatBuffer?
  /// How many steps have been made, which the correction of adam's moments needs.
  var stepsMade = 0 {
    didSet { if stepsMade != oldValue + 1 { (power1, power2) = Self.powers(stepsMade) } }
  }
  private var power1 = 1.0
  private var power2 = 1.0
  /// Numbers a piece of the norm: the same on every machine, so that the sum is.
  private static let piece = 8192
  /// The sums of squares of the pieces, where the norm is asked for.
  private let sums: FloatBuffer

  init(_ settings: OptimizerSettings, weights: FloatBuffer, engine: Engine) {
    self.settings = settings
    self.engine = engine
    let isAdam = settings.name == .adamw || settings.name == .adam
    first = isAdam ? FloatBuffer(weights.count) : nil
    second = isAdam || settings.name == .rmsprop ? FloatBuffer(weights.count) : nil
    average = settings.average == nil ? nil : FloatBuffer(weights.count)
    average?.copy(from: weights)
    sums = FloatBuffer(settings.clip == nil ? 0 : Self.pieces(weights.count))
  }

  private static func powers(_ count: Int) -> (Double, Double) {
    var powers = (1.0, 1.0)
    for _ in 0..<max(0, count) {
      powers.0 *= 0.9
      powers.1 *= 0.999
    }
    return powers
  }

  /// The square root of the sum of all squares; only with `clip`.
  private func norm(_ gradients: FloatBuffer) -> Double {
    let pieces = Self.pieces(gradients.count), kernels = engine.kernels
    engine.pool.run(pieces) { index in
      let start = index * Self.piece
      sums.base[index] = kernels.squares(min(Self.piece, gradients.count - start), gradients.base + start)
    }
    return (0..<pieces).reduce(0.0) { $0 + Double(sums.base[$1]) }.squareRoot()
  }

  private static func pieces(_ count: Int) -> Int { (count + piece - 1) / piece }

  /// Makes one step.
  func step(weights: FloatBuffer, gradients: FloatBuffer, iteration: Int, total: Int) {
    stepsMade += 1
    power1 *= 0.9
    power2 *= 0.999
    let rate = settings.rate(at: iteration, of: total)
    var update = ck_update()
    update.kind =
      switch settings.name {
      case .adamw: Int32(ck_adamw)
      case .adam: Int32(ck_adam)
      case .rmsprop: Int32(ck_rmsprop)
      case .sgd: Int32(ck_sgd)
      }
    update.w = weights.base
    update.g = UnsafePointer(gradients.base)
    update.first = first?.base
    update.second = second?.base
    update.average = average?.base
    // As torch.nn.utils.clip_grad_norm_ does it.
    update.shrink = settings.clip.map { Float(min(1, Double($0) / (norm(gradients) + 1e-6))) } ?? 1
    update.rate = rate
    update.decay = settings.weightDecay
    update.corrected_rate = Float(Double(rate) / (1 - power1))
    update.root2 = Float((1 - power2).squareRoot())
    update.keep_average = settings.average.map { min($0, Float(iteration + 1) / Float(iteration + 10)) } ?? 0
    let pieces = Self.pieces(weights.count), kernels = engine.kernels
    withUnsafePointer(to: update) { update in
      engine.pool.runRanges(pieces) {
        kernels.update(update, $0.lowerBound * Self.piece, min($0.upperBound * Self.piece, weights.count))
      }
    }
  }
}
