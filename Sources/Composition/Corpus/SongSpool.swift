package import Representation

/// A song as few bytes, with its outline.
package struct PackedSong: Sendable {
  package let outline: SongOutline
  let bytes: [UInt8]

  package init(_ song: EncodedSong, _ representation: Representation) {
    outline = representation.outline(of: song)
    bytes = SongPacking(representation).packed(song)
  }
}

/// Songs that are put aside in a file without a name, to be read again one by one.
package final class SongSpool {
  private let writer: SongFile.Writer
  private let packing: SongPacking
  private var songs: [(outline: SongOutline, offset: Int)] = []
  private var store: SongStore?

  /// Makes the file.
  ///
  /// - Parameters:
  ///   - path: Beside which the file lies as long as it has a name, which ends in `.tmp`.
  ///   - representation: That of the songs.
  /// - Throws: `CompositionError` of kind `machine`.
  package init(beside path: String, _ representation: Representation) throws(CompositionError) {
    writer = try SongFile.Writer(path + ".songs")
    writer.removeName()
    packing = SongPacking(representation)
  }

  package var outlines: [SongOutline] { songs.map(\.outline) }

  /// Puts a song aside.
  ///
  /// - Throws: `CompositionError` of kind `machine`.
  package func append(_ song: PackedSong) throws(CompositionError) {
    songs.append((song.outline, try writer.append(song.bytes)))
  }

  /// Ends putting aside, so that songs can be read.
  ///
  /// - Throws: `CompositionError` of kind `machine`.
  package func finish() throws(CompositionError) { store = try writer.finish(packing) }

  /// Reads a song by its number.
  package func song(_ number: Int) -> EncodedSong {
    guard let store, songs.indices.contains(number) else { return EncodedSong(frames: 0) }
    return store.song(at: songs[number].offset, songs[number].outline)
  }
}
