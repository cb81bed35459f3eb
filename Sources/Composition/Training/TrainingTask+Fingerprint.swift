internal import Foundation
internal import Identity
internal import Network

extension TrainingTask {
  /// A hash of all that the network follows from: what is trained, how, on what and by which program.
  package var fingerprint: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    var hasher = ContentHash.Hasher()
    // Encoding these values cannot fail: they hold finite numbers and text alone.
    hasher.update(Array((try? encoder.encode(plan)) ?? Data()))
    hasher.update(Array((try? encoder.encode(settings)) ?? Data()))
    for corpus in [train, validation] {
      hasher.update(Array("songs".utf8))
      for item in corpus.items {
        hasher.update(Array(item.sha256.hex.utf8))
        // A network that is told styles reads the same files otherwise where they have another.
        if let name = item.corpus { hasher.update(Array(" of \(name.utf8.count) \(name)".utf8)) }
      }
    }
    hasher.update(Array((startHash?.hex ?? "scratch").utf8))
    hasher.update(Array("\(ProgramVersion.current) \(Numerics.version)".utf8))
    return hasher.finish().hex
  }
}
