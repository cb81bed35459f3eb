internal import Composition
internal import Foundation

/// The averaged weights of some iterations of a training, kept in a folder until what their songs copy is measured.
///
/// Which are kept follows from the iteration alone, so a training that goes on after an interruption keeps the same.
struct WeightsSnapshots {
  /// Kept at most; with more, every other one goes.
  static let most = 12

  /// Bytes that must be free where one is kept.
  private static let spareBytes = 1 << 30

  private let run: String
  private var folder: String { Self.folder(of: run) }
  /// Iterations from one to the next at least.
  private let interval: Int

  /// - Parameters:
  ///   - run: The run's folder.
  ///   - interval: Iterations from one to the next at least.
  init(in run: String, every interval: Int) {
    self.run = run
    self.interval = max(1, interval)
  }

  /// The iterations whose weights are there, in order.
  var iterations: [Int] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.compactMap { name -> Int? in
      let digits = name.dropLast(Self.ending.count)
      guard name.hasSuffix(Self.ending), let iteration = Int(digits), iteration > 0, digits == "\(iteration)" else {
        return nil
      }
      return iteration.isMultiple(of: interval) ? iteration : nil
    }.sorted()
  }

  /// Keeps weights on the way, where there is room to spare.
  ///
  /// They are for looking at: that they cannot be kept does not stop the work.
  func keep(_ iteration: Int, _ weights: () throws -> WeightsFile) {
    if DurableFile.freeBytes(run) ?? 0 < Self.spareBytes || (try? take(iteration, weights)) == nil { remove() }
  }

  /// Keeps the weights of an iteration, where it is one of those that are kept; later ones are of an attempt that was
  /// interrupted, and go.
  ///
  /// - Parameters:
  ///   - iteration: A multiple of the interval.
  ///   - weights: Gives them.
  /// - Throws: `CompositionError` where they cannot be written; what `weights` throws.
  func take(_ iteration: Int, _ weights: () throws -> WeightsFile) throws {
    let stride = Self.stride(upTo: iteration / interval)
    for other in iterations where other > iteration || !(other / interval).isMultiple(of: stride) {
      DurableFile.remove(path(other))
    }
    guard (iteration / interval).isMultiple(of: stride) else { return }
    try DurableFile.makeFolder(folder)
    try DurableFile.write(try weights().encoded(), to: path(iteration), flushing: false)
  }

  /// Reads the weights of an iteration.
  ///
  /// - Throws: `CompositionError`.
  func weights(of iteration: Int) throws -> WeightsFile { try WeightsFile.read(path(iteration)).weights }

  /// Removes all.
  func remove() { Self.remove(from: run) }

  /// Removes all that a run's folder holds.
  static func remove(from run: String) { try? FileManager.default.removeItem(atPath: folder(of: run)) }

  private static func folder(of run: String) -> String { run + "/snapshots" }

  /// The least power of two of whose multiples there are at most so many up to a number.
  private static func stride(upTo number: Int) -> Int {
    var stride = 1
    while number / stride > most { stride *= 2 }
    return stride
  }

  private func path(_ iteration: Int) -> String { "\(folder)/\(iteration)\(Self.ending)" }

  private static let ending = ".safetensors"
}
