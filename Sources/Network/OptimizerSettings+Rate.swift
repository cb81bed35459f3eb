extension OptimizerSettings {
  /// The learning rate of iteration `iteration` (from 0) of `total`.
  ///
  /// It is the learning rate times the smaller of (i + 1) / warmUp and the schedule: 1, (1 + cos(πi/N)) / 2, or 1 - i/N.
  package func rate(at iteration: Int, of total: Int) -> Float {
    let rise = warmUp > 0 ? Double(iteration + 1) / Double(warmUp) : 1
    let share = total > 0 ? min(1, max(0, Double(iteration) / Double(total))) : 0
    let fall =
      switch schedule {
      case .constant: 1.0
      case .cosine: 0.5 + 0.5 * Self.cosineOfHalfTurns(share)
      case .linear: 1 - share
      }
    return Float(Double(learningRate) * min(rise, fall))
  }

  /// cos(π·x) for x from 0 to 1: our own, because the C library's differs between machines.
  ///
  /// Taylor's series to the 18th power on 0 … π/4 of the cosine or the sine, within 1e-15.
  static func cosineOfHalfTurns(_ x: Double) -> Double {
    if x > 0.5 { return -cosineOfHalfTurns(1 - x) }
    let usesSine = x > 0.25
    let angle = (usesSine ? 0.5 - x : x) * Double.pi
    var sum = 0.0
    for power in stride(from: usesSine ? 19 : 18, through: 2, by: -2) {
      sum = -(1 + sum) * angle * angle / Double(power * (power - 1))
    }
    return usesSine ? angle * (1 + sum) : 1 + sum
  }
}
