import Composition
import Identity
import Pages
import Work

extension LearningCurveChart {
  /// The curve of a run's training, with what songs copied on the way, and the run's own at the end.
  init(_ curve: LearningCurve, _ training: WorkResult.Training, of run: RunID, songs: [WorkResult.Song]) {
    self.init(
      title: "\(run): loss against iterations",
      training: curve.points.map { Point(iteration: $0.iteration, value: $0.loss) },
      validation: curve.points.compactMap { point in
        point.validationLoss.map { Point(iteration: point.iteration, value: $0) }
      },
      copied: (curve.copying ?? []).map { Point(iteration: $0.iteration, value: $0.longestBars) },
      yardstick: curve.yardstick, keptIteration: training.bestIteration)
    let lengths = songs.compactMap { song in song.copying.map { $0.longest?.bars ?? 0 } }
    if let longest = lengths.max() {
      var note = "copied by the kept weights' songs: at most \(Self.told(longest)) bars in one run"
      if let usual = songs.lazy.compactMap(\.copying?.yardstick.longestP95).first {
        note += "; 95 of 100 held-out songs: at most \(Self.told(usual))"
      }
      notes.append(note)
    }
  }

  private static func told(_ bars: Double) -> String { "\((bars * 100).rounded() / 100)" }
}
