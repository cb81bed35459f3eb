internal import Foundation
internal import Identity
internal import Network

/// Where a training stands: all that goes on needs, in one file that is whole or not there.
struct Checkpoint: Sendable {
  /// The numbers beside the tensors.
  struct Facts: Codable, Sendable, Equatable {
    /// Names the training: representation, network, settings, snapshot, first weights.
    ///
    /// Another one's is not taken up.
    var fingerprint: String
    var iteration: Int
    var bookmark: [Int]
    var runningLoss: Double
    var bestLoss: Double?
    var bestIteration: Int
    var lastValidation: Double?
    var lastValidationIteration: Int
    /// Validations since the best one.
    var worse: Int
    /// Seconds of the optimiser's steps, and of all.
    var stepSeconds: Double
    var seconds: Double
  }

  var facts: Facts
  var trainer: [Tensor]
  /// The best weights so far; empty before the first validation.
  var best: [Tensor]

  private static let key = "ritornello-checkpoint"
  private static let checksum = "ritornello-sha256"

  /// The hash of all that the file holds, by which a damaged one is known.
  private static func hash(_ text: String, _ tensors: [Tensor]) -> String {
    var hasher = ContentHash.Hasher()
    hasher.update(Array(text.utf8))
    for tensor in tensors.sorted(by: { $0.name < $1.name }) {
      hasher.update(Array("\n\(tensor.name) \(tensor.shape)\n".utf8))
      var place = 0
      while place < tensor.values.count {
        let end = min(place + (1 << 18), tensor.values.count)
        let piece = tensor.values[place..<end].withUnsafeBytes { Array($0) }
        hasher.update(piece)
        place = end
      }
    }
    return hasher.finish().hex
  }

  /// The file's bytes.
  func encoded() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let text = String(decoding: try encoder.encode(facts), as: UTF8.self)
    func named(_ prefix: String, _ tensors: [Tensor]) -> [Tensor] {
      tensors.map { Tensor(name: prefix + $0.name, shape: $0.shape, values: $0.values) }
    }
    let tensors = named("trainer.", trainer) + named("best.", best)
    let metadata = [Self.key: text, Self.checksum: Self.hash(text, tensors)]
    return Safetensors(tensors: tensors, metadata: metadata).encoded()
  }

  init(facts: Facts, trainer: [Tensor], best: [Tensor]) {
    self.facts = facts
    self.trainer = trainer
    self.best = best
  }

  /// Reads a file's bytes.
  ///
  /// - Throws: `CompositionError` of kind `data`, also where the bytes are not those that were written.
  init(_ bytes: [UInt8], path: String) throws(CompositionError) {
    do {
      let file = try Safetensors(bytes: bytes)
      guard let text = file.metadata[Self.key] else {
        throw CompositionError(.data, "\(path) is no checkpoint")
      }
      guard file.metadata[Self.checksum] == Self.hash(text, file.tensors) else {
        throw CompositionError(.data, "\(path) is damaged: its checksum is not that of its contents")
      }
      facts = try JSONDecoder().decode(Facts.self, from: Data(text.utf8))
      func named(_ prefix: String) -> [Tensor] {
        file.tensors.filter { $0.name.hasPrefix(prefix) }.map {
          Tensor(name: String($0.name.dropFirst(prefix.count)), shape: $0.shape, values: $0.values)
        }
      }
      trainer = named("trainer.")
      best = named("best.")
    } catch let error as CompositionError {
      throw error
    } catch {
      throw CompositionError(.data, "\(path) cannot be used: \(error)")
    }
  }
}
