internal import Composition
internal import Foundation
internal import Jobs

/// Measures what songs of the weights on the way and of those that were kept have in common with the corpus, for the
/// learning curve.
///
/// The songs are drawn freely, whatever the run's own are to be: who has a melody harmonised, say, has asked for copying.
/// A curve is for looking at: what cannot be measured in time, or at all, is left out.
struct CopyingMeasurement {
  /// Songs that are drawn of each iteration's weights.
  private static let songs = 4

  /// What came of the training, and how it was done.
  let training: WorkResult.Training
  let settings: TrainSettings
  /// How long the run's own songs are, where the run says it.
  let length: SongLength?
  let kept: WeightsFile
  /// The corpus.
  let reference: MusicReference
  /// The run's.
  let folder: String
  let threads: Int
  /// Set to ask for an end.
  let stop: StopFlag

  /// Measures for half a minute or a twentieth of the training's time, five minutes at most, and adds to `curve.json` what
  /// there is by then; removes the weights on the way.
  func perform() {
    let snapshots = WeightsSnapshots(in: folder, every: settings.trainingSettings.validateEvery)
    defer { snapshots.remove() }
    let path = folder + "/" + RunFolder.curve
    guard var curve = try? RunFolder.read(LearningCurve.self, from: path) else { return }
    let end = ProcessInfo.processInfo.systemUptime + min(300, max(30, training.seconds / 20))
    let iteration = training.bestIteration
    var copying: [LearningCurve.Copying] = []
    // The last ones first, as there a network has learned most by heart.
    let others = snapshots.iterations.reversed().filter { $0 != iteration && $0 <= training.iterations }
    for at in [iteration] + others {
      if isOver(end) { break }
      // One that a power cut has torn is left out.
      guard let weights = at == iteration ? kept : try? snapshots.weights(of: at),
        let bars = try? longestBars(of: weights, until: end)
      else { continue }
      copying.append(.init(iteration: at, longestBars: bars))
    }
    guard !copying.isEmpty else { return }
    curve.copying = copying.sorted { $0.iteration < $1.iteration }
    curve.yardstick = reference.yardstick.longestP95
    try? RunFolder.write(curve, to: path, flushing: false)
  }

  /// How long the longest run of notes is that stands in the corpus, in bars, the mean over a few songs.
  ///
  /// - Throws: `Interrupted` at the end of the time, which is that of the monotonic clock; `CompositionError`, `NetworkError`.
  private func longestBars(of weights: WeightsFile, until end: Double) throws -> Double {
    var drawn = GenerateFields(kept.metadata.generate)
    drawn.songs = Self.songs
    drawn.length = Self.short(length ?? drawn.length)
    let generation = try Generation(weights, drawn.resolved().generationSettings, threads: threads)
    let enough = StopFlag()
    let songs = try generation.run(prime: nil, stop: enough) { _ in if isOver(end) { enough.stop() } }.songs
    let longest = songs.map { reference.copying(of: $0.score).longest?.bars ?? 0 }
    return longest.reduce(0, +) / Double(max(1, longest.count))
  }

  private func isOver(_ end: Double) -> Bool { stop.isStopped || ProcessInfo.processInfo.systemUptime >= end }

  /// As long as the run's own songs; 16 bars, or 32 seconds, or 1024 frames at most.
  private static func short(_ length: SongLength?) -> SongLength {
    switch length {
    case nil: .bars(16)
    case .bars(let bars): .bars(min(bars, 16))
    case .seconds(let seconds): .seconds(min(seconds, 32))
    case .frames(let frames): .frames(min(frames, 1024))
    }
  }
}
