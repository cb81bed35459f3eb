/// How well a network foretold the targets of a batch.
///
/// For classes and values an entry is a row r = t·B + b of the batch (0 where the row is not scored); for written
/// tokens it is a token, in the batch's order.
package struct BatchScore: Sendable, Equatable {
  /// The natural logarithm of the probability of what was right.
  ///
  /// With mse and mae the outputs, clipped to 0.001 … 0.999, are read as probabilities.
  package var logProbability: [Float]
  /// The loss: -logProbability, or for mse and mae the row's mean squared or absolute error.
  package var loss: [Float]
  /// The natural logarithm of the probability of the watched class in the same softmax (-infinity where it is
  /// forbidden); empty where none is watched or the output is no softmax.
  package var watched: [Float]
  /// 1 where the right class has the highest logit; for values, where every element is right at its threshold.
  package var hits: [UInt8]

  package init(logProbability: [Float] = [], loss: [Float] = [], watched: [Float] = [], hits: [UInt8] = []) {
    self.logProbability = logProbability
    self.loss = loss
    self.watched = watched
    self.hits = hits
  }
}
