/// The rule by which weights are moved.
package enum OptimizerName: String, Codable, Sendable, CaseIterable { case adamw, adam, rmsprop, sgd }

/// How the learning rate changes over the iterations.
package enum RateSchedule: String, Codable, Sendable, CaseIterable { case constant, cosine, linear }

/// What `optimizer:` sets: how the weights are moved.
package struct OptimizerFields: Codable, Sendable, Equatable {
  package var name: OptimizerName = .adamw
  package var learningRate: Double = 0.002
  package var weightDecay: Double = 0
  package var schedule: RateSchedule = .constant
  /// Iterations over which the rate rises to its full height.
  package var warmUp = 0
  /// The longest gradient (its norm over all weights) that is not shortened; nil: none is.
  package var clip: Double? = 1.0

  package init() {}

  package enum CodingKeys: String, CodingKey {
    case name
    case learningRate = "learning_rate"
    case weightDecay = "weight_decay"
    case schedule
    case warmUp = "warm_up"
    case clip
  }
}
