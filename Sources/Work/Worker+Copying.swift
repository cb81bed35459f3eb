internal import Composition
internal import Foundation
internal import Jobs

extension Worker {
  /// Songs that are drawn of each iteration's weights.
  private static let songsLookedAt = 4
  /// Bytes that must stay free where weights on the way are kept.
  private static let roomForOthers: Int64 = 1 << 30

  /// The weights on the way that what songs copy is measured of.
  func snapshots(_ settings: TrainSettings) -> WeightsSnapshots {
    WeightsSnapshots(in: folder + "/snapshots", every: settings.trainingSettings.validateEvery)
  }

  /// Keeps weights on the way, where there is room to spare.
  ///
  /// A curve is for looking at: that they cannot be kept does not stop the work.
  func keep(_ snapshots: WeightsSnapshots, _ iteration: Int, _ weights: () throws -> WeightsFile) {
    let facts = try? FileManager.default.attributesOfFileSystem(forPath: folder)
    let free = (facts?[.systemFreeSize] as? NSNumber)?.int64Value ?? 0
    guard free >= Self.roomForOthers, (try? snapshots.take(iteration, weights)) != nil else {
      return snapshots.remove()
    }
  }

  /// Measures what songs of the weights on the way and of those that were kept have in common with the corpus, for the
  /// learning curve.
  ///
  /// The songs are drawn freely, whatever the run's own are to be: who has a melody harmonised, say, has asked for copying.
  /// It takes half a minute or a twentieth of the training's time at most; points that are not reached are left out. What
  /// cannot be measured is told, and does not stop the work.
  ///
  /// - Throws: `Interrupted`.
  mutating func measureCopying(
    _ training: WorkResult.Training, kept: WeightsFile, beside reference: MusicReference?
  ) throws {
    guard let settings = order.train else { return }
    let snapshots = snapshots(settings)
    let end = ProcessInfo.processInfo.systemUptime + max(30, training.seconds / 20)
    do {
      guard let reference, var curve = try? readJSON(LearningCurve.self, from: RunFolder.curve) else { return }
      let iteration = training.bestIteration
      var copying = [
        LearningCurve.Copying(iteration: iteration, longestBars: try longestBars(of: kept, beside: reference))
      ]
      for at in snapshots.iterations where at != iteration && at <= training.iterations {
        if ProcessInfo.processInfo.systemUptime >= end { break }
        // One that a power cut has torn is left out.
        guard let weights = try? snapshots.weights(of: at) else { continue }
        copying.append(.init(iteration: at, longestBars: try longestBars(of: weights, beside: reference)))
      }
      curve.copying = copying.sorted { $0.iteration < $1.iteration }
      curve.yardstick = reference.yardstick.longestP95
      try write(curve, to: RunFolder.curve, flushing: false)
    } catch let error as Interrupted {
      throw error
    } catch {
      warnings.append("the learning curve does not tell what songs copy: \(error)")
    }
    snapshots.remove()
  }

  /// How long the longest run of notes is that stands in the corpus, in bars, the mean over a few songs.
  private mutating func longestBars(of weights: WeightsFile, beside reference: MusicReference) throws -> Double {
    var drawn = GenerateFields(order.train?.generate.defaults)
    drawn.songs = Self.songsLookedAt
    drawn.length = Self.short(order.generate?.length ?? drawn.length)
    let generation = try Generation(weights, drawn.resolved().generationSettings, threads: threads)
    let songs = try generation.run(prime: nil, stop: stop) { _ in
      tell(WorkProgress(stage: .generating, fraction: 1))
    }.songs
    let longest = songs.map { reference.copying(of: $0.score).longest?.bars ?? 0 }
    return longest.reduce(0, +) / Double(max(1, longest.count))
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
}
