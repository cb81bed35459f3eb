import Foundation
import Glibc
package import Identity
package import Work

/// What lies in a run's private folder, read with no trust in who wrote it.
package struct RunFiles {
  let folder: FileName
  let environment: StudioEnvironment

  init(folder: FileName, environment: StudioEnvironment) {
    self.folder = folder
    self.environment = environment
  }

  package init(_ run: RunID, paths: StudioPaths, environment: StudioEnvironment) {
    folder = paths.run(run)
    self.environment = environment
  }

  /// How far the worker is; nil where it has not said, or not readably.
  package var progress: WorkProgress? {
    guard let bytes = try? environment.contents(of: folder / RunFolder.progress, limit: 1 << 20) else { return nil }
    return try? JSONDecoder().decode(WorkProgress.self, from: Data(bytes))
  }

  /// How the training's losses went; nil where that is not known, or not readably.
  var curve: LearningCurve? {
    guard let bytes = try? environment.contents(of: folder / RunFolder.curve, limit: 16 << 20) else { return nil }
    return try? JSONDecoder().decode(LearningCurve.self, from: Data(bytes))
  }

  /// What came of the attempt; nil where there is no whole result.
  ///
  /// - Throws: `FileError` where the file is there and the machine cannot read it.
  func result() throws -> WorkResult? {
    do {
      let bytes = try environment.contents(of: folder / RunFolder.result, limit: 64 << 20)
      return try? JSONDecoder().decode(WorkResult.self, from: Data(bytes))
    } catch let error as FileError where error.isMissing {
      return nil
    }
  }

  /// What came of the attempt that was started last, if it did all it was to do; nil where there is no such result.
  ///
  /// Each attempt begins with the removal of the one before's.
  ///
  /// - Throws: `FileError` where the machine cannot read it.
  func wholeResult() throws -> WorkResult? {
    guard let result = try result(), result.failure == nil else { return nil }
    return result
  }

  /// The order of the attempt that was started last; nil where none is.
  package func order() throws -> WorkOrder? {
    do {
      let bytes = try environment.contents(of: folder / RunFolder.order, limit: 256 << 20)
      return try? JSONDecoder().decode(WorkOrder.self, from: Data(bytes))
    } catch let error as FileError where error.isMissing {
      return nil
    }
  }

  /// Writes the order, durably, and takes away the result of an earlier attempt.
  func write(_ order: WorkOrder) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    let bytes = Array(try encoder.encode(order))
    try environment.make(.makeRunFolder) { try environment.makeFolders(folder) }
    // Else an earlier attempt's result could be taken for this one's.
    try environment.removeTree(folder / RunFolder.result)
    try environment.writeDurably(
      bytes, to: folder / RunFolder.order,
      steps: WritingSteps(write: .writeOrder, synchronise: .writeOrder, place: .writeOrder, folder: .writeOrder))
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The last lines of the worker's log, for the message of a failure.
  func lastLogLine() -> String? {
    guard let bytes = try? environment.contents(of: folder / RunFolder.log, limit: 16 << 20) else { return nil }
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    guard let line = lines.last(where: { $0.contains { $0 > 32 } }) else { return nil }
    return FileName(bytes: Array(line.suffix(400))).shown
  }

  /// Removes what only a running attempt needs.
  func removeWorkings() throws {
    for name in try environment.names(in: folder) where !RunFiles.kept.contains(name.shown) {
      try environment.removeTree(folder / name)
    }
  }

  private static let kept: Set<String> = [
    RunFolder.order, RunFolder.result, RunFolder.log, RunFolder.progress, RunFolder.curve, "prime.mid", "melody.mid",
  ]
}

extension WorkProgress {
  /// Says whether an attempt that ended here got further than `earlier`: a checkpoint with more iterations, or a stage
  /// that is not gone through again.
  func isFurther(than earlier: WorkProgress?) -> Bool {
    if checkpointIteration > (earlier?.checkpointIteration ?? 0) { return true }
    // Reading is done anew in every attempt, and training too where there is no checkpoint.
    let start = max(earlier?.stage ?? .training, .training)
    return stage > start
  }
}
