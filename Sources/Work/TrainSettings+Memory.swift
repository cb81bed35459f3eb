internal import Composition
package import Jobs

extension TrainSettings {
  /// Reckons the bytes that a training by these settings takes at least, before any music is read.
  ///
  /// - Returns: bytes, those of the worker's program included; nil where the network is chosen by the music.
  /// - Throws: `CompositionError` of kind `spec` with the figure where the machine, or what the control group leaves of
  ///   it, is smaller; `CompositionError` or `NetworkError` where the network cannot be made.
  package func leastMemory() throws -> Int? {
    guard open.isEmpty else { return nil }
    let nothing = try EncodedCorpus([], networkPlan.reading().representation)
    let task = TrainingTask(plan: networkPlan, settings: trainingSettings, train: nothing, validation: nothing)
    // What a worker takes before it trains.
    return try task.checkedMemory(resident: 24 << 20)
  }
}
