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
  /// The guide; empty before its iteration, and where there is to be none.
  var guide: [Tensor]

  private static let key = "ritornello-checkpoint"
  /// The last tensor: the SHA-256 of all bytes before it, as 64 digits, by which a damaged file is known.
  private static let checksum = (name: "checksum", shape: [16])

  /// Writes a file, tensor by tensor: a copy of all that is kept would take more memory than the training.
  ///
  /// The file that it replaces is kept at `previous`.
  static func write(
    _ facts: Facts, _ trainer: Trainer, best: [Tensor], guide: [Tensor], to path: String, keeping previous: String
  ) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let text = String(decoding: try encoder.encode(facts), as: UTF8.self)
    let shapes =
      trainer.savedShapes.map { ("trainer." + $0.name, $0.shape) } + best.map { ("best." + $0.name, $0.shape) }
      + guide.map { ("guide." + $0.name, $0.shape) }
    try DurableFile.write(to: path, keeping: previous) { append in
      var hasher = ContentHash.Hasher()
      func add(_ bytes: UnsafeRawBufferPointer) throws {
        hasher.update(bytes)
        try append(bytes)
      }
      try Safetensors.header(of: shapes + [checksum], metadata: [key: text]).withUnsafeBytes(add)
      try trainer.forEachSaved { tensor in try tensor.values.withUnsafeBytes(add) }
      for tensor in best + guide { try tensor.values.withUnsafeBytes(add) }
      try Array(hasher.finish().hex.utf8).withUnsafeBytes(append)
    }
  }

  private static func isWhole(_ bytes: [UInt8]) -> Bool {
    let end = bytes.count - 4 * checksum.shape[0]
    guard end > 0 else { return false }
    var hasher = ContentHash.Hasher()
    bytes.withUnsafeBytes { hasher.update(UnsafeRawBufferPointer(rebasing: $0[..<end])) }
    return hasher.finish().hex.utf8.elementsEqual(bytes[end...])
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
      guard Self.isWhole(bytes) else {
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
      guide = named("guide.")
    } catch let error as CompositionError {
      throw error
    } catch {
      throw CompositionError(.data, "\(path) cannot be used: \(error)")
    }
  }
}
