/// How the weights are changed from their gradients.
package struct OptimizerSettings: Sendable, Hashable, Codable {
  package enum Name: String, Sendable, Codable, CaseIterable { case adamw, adam, rmsprop, sgd }
  package enum Schedule: String, Sendable, Codable, CaseIterable { case constant, cosine, linear }

  package var name: Name
  package var learningRate: Float
  /// Decoupled (adamw: w -= rate · decay · w, Loshchilov & Hutter 2019) or added to the gradient (the others).
  package var weightDecay: Float
  package var schedule: Schedule
  /// Iterations over which the rate rises.
  package var warmUp: Int
  /// The largest norm of all gradients together; nil: no bound.
  package var clip: Float?
  /// The averaged weights' decay; nil: no average.
  package var average: Float?

  package init(
    name: Name, learningRate: Float, weightDecay: Float = 0, schedule: Schedule = .constant, warmUp: Int = 0,
    clip: Float? = 1, average: Float? = nil
  ) {
    self.name = name
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    self.schedule = schedule
    self.warmUp = warmUp
    self.clip = clip
    self.average = average
  }
}
