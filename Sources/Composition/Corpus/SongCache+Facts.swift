internal import Foundation
internal import Identity
internal import Network

// What a corpus is made of is kept beside its songs: a JSON text, a line break, and the 64 digits of the text's SHA-256.

extension SongCache {
  static let factsEnding = ".facts"

  /// The facts of some files; nil where they are not kept, or damaged.
  func facts(of files: some Sequence<ContentHash>) -> CorpusFacts? {
    let path = factsPath(files)
    guard DurableFile.exists(path), let bytes = try? DurableFile.read(path) else { return nil }
    let text = Array(bytes.dropLast(65))
    guard bytes.suffix(64).elementsEqual(ContentHash(of: text).hex.utf8),
      let facts = try? JSONDecoder().decode(CorpusFacts.self, from: Data(text))
    else {
      DurableFile.remove(path)
      return nil
    }
    return facts
  }

  /// Keeps the facts of some files; that they cannot be written costs time, and nothing else.
  func keep(_ facts: CorpusFacts, of files: some Sequence<ContentHash>) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    guard let text = try? encoder.encode(facts), hasRoom() else { return }
    let sum = ContentHash(of: Array(text)).hex
    try? DurableFile.write(Array(text) + Array("\n\(sum)".utf8), to: factsPath(files), flushing: false)
  }

  private func factsPath(_ files: some Sequence<ContentHash>) -> String {
    let kind = "facts \(SongFile.format) \(Numerics.version) \(ProgramVersion.current)"
    let key = ContentHash(of: Array("\(kind)\n\(ContentHash(ofSnapshot: files))".utf8))
    return folder + "/" + key.hex + Self.factsEnding
  }
}
