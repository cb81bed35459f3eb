package import Composition

/// How a training's losses went, and what songs of the weights on the way copied: `curve.json` in the run's folder, which
/// survives interruptions.
package struct LearningCurve: Codable, Sendable, Equatable {
  /// What was known at an iteration.
  package struct Point: Codable, Sendable, Equatable {
    package var iteration: Int
    /// The mean loss of the last iterations.
    package var loss: Double
    /// The validation's, where one was made at this iteration.
    package var validationLoss: Double?

    package enum CodingKeys: String, CodingKey {
      case iteration, loss
      case validationLoss = "validation_loss"
    }

    package init(iteration: Int, loss: Double, validationLoss: Double? = nil) {
      self.iteration = iteration
      self.loss = loss
      self.validationLoss = validationLoss
    }
  }

  /// How much songs of the weights of an iteration have in common with the corpus.
  package struct Copying: Codable, Sendable, Equatable {
    package var iteration: Int
    /// The longest run of notes that stands in the corpus, in bars, the mean over songs.
    package var longestBars: Double

    package enum CodingKeys: String, CodingKey {
      case iteration
      case longestBars = "longest_bars"
    }
  }

  /// By iteration.
  package private(set) var points: [Point] = []
  /// By iteration; nil: it was not measured.
  package var copying: [Copying]?
  /// What 95 of 100 held-out songs copy at most, in bars; nil: it is not known.
  package var yardstick: Double?
  /// Iterations from one point to the next; it doubles as the curve grows.
  private var stride = 1
  /// Points at most, validations aside: more than a picture can show.
  private static let most = 800

  package init() {}

  /// Forgets what came after a checkpoint that training goes on from.
  package mutating func resume(after iteration: Int) { points.removeAll { $0.iteration > iteration } }

  /// Takes in what training tells after an iteration.
  ///
  /// - Parameter progress: what it tells.
  /// - Returns: whether a validation was added, which should not be lost.
  @discardableResult
  package mutating func take(_ progress: TrainingProgress) -> Bool {
    take(
      iteration: progress.iteration, loss: progress.loss,
      validationLoss: progress.isValidation ? progress.validationLoss : nil)
  }

  /// Takes in the losses after an iteration; `validationLoss` is that of a validation made just now.
  @discardableResult
  mutating func take(iteration: Int, loss: Double, validationLoss: Double?) -> Bool {
    guard loss.isFinite, iteration > points.last?.iteration ?? 0 else { return false }
    let validation = validationLoss.flatMap { $0.isFinite ? $0 : nil }
    guard validation != nil || iteration % stride == 0 else { return false }
    points.append(Point(iteration: iteration, loss: loss, validationLoss: validation))
    if points.count > Self.most, points.count > 2 * points.count(where: { $0.validationLoss != nil }) {
      stride *= 2
      points.removeAll { $0.validationLoss == nil && $0.iteration % stride != 0 }
    }
    return validation != nil
  }
}
