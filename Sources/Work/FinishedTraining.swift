internal import Composition
internal import Foundation
internal import Identity

/// A training that came to its end, as it is kept beside its weights.
struct FinishedTraining: Codable {
  /// Of the task: what was trained, how, on what and by which program.
  var fingerprint: String
  var report: WorkResult.Training
}

extension TrainingTask {
  /// A hash of all that its weights' bytes follow from; `generate` are the defaults for songs that go into their metadata.
  func fingerprint(_ generate: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    var hasher = ContentHash.Hasher()
    hasher.update(Array(fingerprint.utf8))
    hasher.update(Array(try encoder.encode([generate])))
    hasher.update(Array((stopAtIteration.map { "\($0)" } ?? "none").utf8))
    return hasher.finish().hex
  }
}
