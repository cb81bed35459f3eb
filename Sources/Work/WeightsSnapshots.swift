internal import Composition
internal import Foundation

/// The averaged weights of some iterations of a training, kept in a folder until what their songs copy is measured.
///
/// That training goes on where it was interrupted makes no difference: the same weights are written anew.
struct WeightsSnapshots {
  /// Kept at most; with more, every other one goes.
  static let most = 12

  private let folder: String
  /// Iterations from one validation to the next.
  private let interval: Int
  /// Validations from one that is kept to the next.
  private var stride = 1

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
    return names.compactMap { $0.hasSuffix(Self.ending) ? Int($0.dropLast(Self.ending.count)) : nil }.sorted()
  }

  /// Keeps the weights of an iteration, where it is one of those that are kept.
  ///
  /// - Parameters:
  ///   - iteration: A multiple of the interval.
  ///   - weights: Gives them.
  /// - Throws: `CompositionError` where they cannot be written.
  mutating func take(_ iteration: Int, _ weights: () throws -> WeightsFile) throws {
    guard isKept(iteration) else { return }
    try DurableFile.makeFolder(folder)
    try DurableFile.write(try weights().encoded(), to: path(iteration), flushing: false)
    while iterations.count > Self.most {
      stride *= 2
      for iteration in iterations where !isKept(iteration) { DurableFile.remove(path(iteration)) }
    }
  }

  /// Reads the weights of an iteration.
  ///
  /// - Throws: `CompositionError`.
  func weights(of iteration: Int) throws -> WeightsFile { try WeightsFile.read(path(iteration)).weights }

  /// Removes all.
  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  private func isKept(_ iteration: Int) -> Bool { iteration / interval % stride == 0 }

  private func path(_ iteration: Int) -> String { "\(folder)/\(iteration)\(Self.ending)" }

  private static let ending = ".safetensors"
}
