internal import Composition
internal import Jobs

extension Worker {
  /// Songs that are drawn of each iteration's weights.
  private static let songsLookedAt = 4

  /// The weights on the way that what songs copy is measured of.
  func snapshots(_ settings: TrainSettings) -> WeightsSnapshots {
    WeightsSnapshots(in: folder + "/snapshots", every: settings.trainingSettings.validateEvery)
  }

  /// Measures what songs of the weights on the way and of those that were kept have in common with the corpus, for the
  /// learning curve.
  ///
  /// The songs are drawn freely, whatever the run's own are to be: who has a melody harmonised, say, has asked for copying.
  /// A curve is for looking at: where it cannot be measured that is told, and does not stop the work.
  ///
  /// - Throws: `Interrupted`.
  mutating func measureCopying(_ settings: TrainSettings, kept: WeightsFile, of iteration: Int) throws {
    guard order.again == nil, var curve = try? readJSON(LearningCurve.self, from: RunFolder.curve),
      curve.copying == nil
    else { return }
    let snapshots = snapshots(settings)
    do {
      guard let reference = try reference(kept) else { return }
      var copying: [LearningCurve.Copying] = []
      for at in Set(snapshots.iterations + [iteration]).sorted() {
        let weights = at == iteration ? kept : try snapshots.weights(of: at)
        let bars = try longestBars(of: weights, settings, beside: reference)
        copying.append(.init(iteration: at, longestBars: bars))
      }
      curve.copying = copying
      curve.yardstick = reference.yardstick.longestP95
      try write(curve, to: RunFolder.curve, flushing: false)
    } catch let error as CompositionError {
      warnings.append("the learning curve does not tell what songs copy: \(error.message)")
    }
    snapshots.remove()
  }

  /// As long as the run's own songs, sixteen bars at most.
  private static func short(_ length: SongLength?) -> SongLength {
    switch length {
    case nil: .bars(16)
    case .bars(let bars): .bars(min(bars, 16))
    case .seconds(let seconds): .seconds(min(seconds, 32))
    case .frames(let frames): .frames(min(frames, 1024))
    }
  }

  /// How long the longest run of notes is that stands in the corpus, in bars, the mean over a few songs.
  private mutating func longestBars(
    of weights: WeightsFile, _ settings: TrainSettings, beside reference: MusicReference
  ) throws -> Double {
    var drawn = GenerateFields(settings.generate.defaults)
    drawn.songs = Self.songsLookedAt
    drawn.length = Self.short(order.generate?.length ?? drawn.length)
    let generation = try Generation(weights, drawn.resolved().generationSettings, threads: threads)
    let songs = try generation.run(prime: nil, stop: stop) { share in
      tell(WorkProgress(stage: .generating, fraction: order.generate == nil ? 1 : 0.95))
    }.songs
    let longest = songs.map { reference.copying(of: $0.score).longest?.bars ?? 0 }
    return longest.reduce(0, +) / Double(max(1, longest.count))
  }
}
