internal import Composition
internal import Foundation

/// The averaged weights of some iterations of a training, kept in a folder until what their songs copy is measured.
///
/// Which are kept follows from what is there, so a training that goes on after an interruption keeps the same.
struct WeightsSnapshots {
  /// Kept at most; with more, every other one goes.
  static let most = 12

  private let folder: String
  /// Iterations from one to the next at least.
  private let interval: Int

  /// - Parameters:
  ///   - folder: Where they are kept; nothing else may be there.
  ///   - interval: Iterations from one to the next at least.
  init(in folder: String, every interval: Int) {
    self.folder = folder
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

  /// Keeps the weights of an iteration, where it is one of those that are kept; later ones are of an attempt that was
  /// interrupted, and go.
  ///
  /// - Parameters:
  ///   - iteration: A multiple of the interval.
  ///   - weights: Gives them.
  /// - Throws: `CompositionError` where they cannot be written; what `weights` throws.
  func take(_ iteration: Int, _ weights: () throws -> WeightsFile) throws {
    for later in iterations where later > iteration { DurableFile.remove(path(later)) }
    var stride = Self.stride(iterations.map { $0 / interval })
    guard (iteration / interval).isMultiple(of: stride) else { return }
    try DurableFile.makeFolder(folder)
    try DurableFile.write(try weights().encoded(), to: path(iteration), flushing: false)
    guard iterations.count > Self.most else { return }
    stride *= 2
    for kept in iterations where !(kept / interval).isMultiple(of: stride) { DurableFile.remove(path(kept)) }
  }

  /// Reads the weights of an iteration.
  ///
  /// - Throws: `CompositionError`.
  func weights(of iteration: Int) throws -> WeightsFile { try WeightsFile.read(path(iteration)).weights }

  /// Removes all.
  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  /// The largest power of two that all numbers are multiples of; 1 where there are none.
  private static func stride(_ numbers: [Int]) -> Int {
    let bits = numbers.reduce(0, |)
    return bits == 0 ? 1 : 1 << bits.trailingZeroBitCount
  }

  private func path(_ iteration: Int) -> String { "\(folder)/\(iteration)\(Self.ending)" }

  private static let ending = ".safetensors"
}
