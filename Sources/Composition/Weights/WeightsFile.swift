internal import Foundation
package import Identity
package import Network
internal import Representation

/// Trained parameters with all that is needed to use them: a safetensors file.
package struct WeightsFile: Sendable {
  package var metadata: WeightsMetadata
  /// Named and laid out as PyTorch's modules hold them.
  package var tensors: [Tensor]
  /// The same network as it was early in its training, which `guidance` steers songs away from; empty: none was kept.
  ///
  /// Rounded to bfloat16. In the file it is text beside the metadata, so that the file's tensors are the network's alone.
  package private(set) var guide: [Tensor] = []

  private static let guideKey = "ritornello-guide"
  private static let key = "ritornello"

  package init(metadata: WeightsMetadata, tensors: [Tensor]) {
    self.metadata = metadata
    self.tensors = tensors
  }

  /// Takes the weights of an earlier iteration as the guide.
  mutating func take(guide: [Tensor], of iteration: Int) {
    self.guide = guide.map { Tensor(name: $0.name, shape: $0.shape, values: $0.values.map(GuideText.rounded)) }
    metadata.guide = iteration
  }

  /// How many numbers were trained.
  package var parameterCount: Int { tensors.reduce(0) { $0 + $1.values.count } }

  /// Reads a file.
  ///
  /// - Throws: `CompositionError` of kind `machine` where it cannot be read, of kind `data` where it cannot be used.
  package static func read(_ path: String) throws(CompositionError) -> (weights: WeightsFile, hash: ContentHash) {
    let bytes = try DurableFile.read(path)
    return (try WeightsFile(bytes, path: path), ContentHash(of: bytes))
  }

  /// Reads a file's bytes and checks that they make the network that they tell of.
  ///
  /// - Throws: `CompositionError` of kind `data` with the path.
  package init(_ bytes: [UInt8], path: String) throws(CompositionError) {
    func refusal(_ reason: String) -> CompositionError {
      CompositionError(.data, "\(path) cannot be used as weights: \(reason)")
    }
    let file: Safetensors
    do {
      file = try Safetensors(bytes: bytes)
    } catch {
      throw refusal("\(error)")
    }
    guard let text = file.metadata[Self.key] else {
      throw refusal("its header has no entry \"\(Self.key)\"; it was not made by this program")
    }
    do {
      metadata = try JSONDecoder().decode(WeightsMetadata.self, from: Data(text.utf8))
    } catch {
      throw refusal("its entry \"\(Self.key)\" is not what this version writes")
    }
    guard metadata.format == 1 else {
      throw refusal("it has the format \(metadata.format); this version reads format 1")
    }
    tensors = file.tensors
    let network: Network
    do {
      let reading = try metadata.plan.reading()
      guard reading.representation.vocabulary == metadata.vocabulary else {
        throw CompositionError(.data, "its vocabulary is not that of its representation")
      }
      try reading.architecture.check()
      network = try Network(reading.architecture, tensors: tensors)
    } catch {
      throw refusal("\(error)")
    }
    guard metadata.guide != nil else { return }
    // In the network's own order, whatever that of the file's tensors is.
    guard let guide = GuideText.read(file.metadata[Self.guideKey] ?? "", as: network.tensors()) else {
      throw refusal("its entry \"\(Self.guideKey)\" is missing, or is none of such a network")
    }
    self.guide = guide
  }

  /// The file's bytes, the same for the same weights.
  ///
  /// - Throws: `CompositionError` of kind `fault`.
  package func encoded() throws(CompositionError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    do {
      let text = String(decoding: try encoder.encode(metadata), as: UTF8.self)
      var entries = [Self.key: text]
      if !guide.isEmpty { entries[Self.guideKey] = GuideText.text(of: guide) }
      return Safetensors(tensors: tensors, metadata: entries).encoded()
    } catch {
      throw CompositionError(.fault, "the weights' metadata cannot be written: \(error)")
    }
  }
}
