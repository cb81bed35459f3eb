/// The arrays of some songs, one after another, for NumPy; no more than one song need be in memory.
///
/// They are `frames` [N, pitches × block] (roll) or `tokens` [N], `offsets` [songs + 1] (song i is rows or tokens
/// `offsets[i]` ..< `offsets[i + 1]`), `names`, `vocabulary`, and `start`: the token that stands before the first one, -1 for
/// roll.
package struct SongArchive: Sendable {
  private let representation: Representation
  private let isRoll: Bool
  private let rowWidth: Int
  /// Rows or tokens before each song, and of all.
  private let offsets: [Int]
  private let names: [String]

  /// - Parameters:
  ///   - representation: That of the songs.
  ///   - songs: Their names and outlines, in order.
  package init(_ representation: Representation, songs: some Sequence<(name: String, outline: SongOutline)>) {
    self.representation = representation
    isRoll = representation.layout == .roll
    rowWidth = max(1, representation.rowWidth)
    var offsets = [0]
    var names: [String] = []
    for (name, outline) in songs {
      names.append(name)
      offsets.append(offsets[offsets.count - 1] + (isRoll ? outline.elements / rowWidth : outline.tokens))
    }
    self.offsets = offsets
    self.names = names
  }

  /// Writes the file.
  ///
  /// - Parameters:
  ///   - song: Gives a song by its number; asked twice for each.
  ///   - append: Takes the bytes of the file, part after part.
  /// - Throws: `NumpyArchive.Failure` where it would have 4 GiB or more, and what `append` throws.
  package func write(song: (Int) -> EncodedSong, to append: ([UInt8]) throws -> Void) throws {
    let count = offsets[offsets.count - 1]
    var archive = NumpyArchive()
    try archive.add(
      isRoll ? "frames" : "tokens", type: isRoll ? "|u1" : "<i4", shape: isRoll ? [count, rowWidth] : [count],
      size: count * (isRoll ? rowWidth : 4), pieces: names.count, to: append
    ) { bytes(of: song($0)) }
    for array in lists { try archive.add(array, to: append) }
    try archive.finish(to: append)
  }

  private func bytes(of song: EncodedSong) -> [UInt8] {
    if isRoll { return song.rows }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * song.tokens.count)
    for token in song.tokens { bytes.appendLittleEndian(UInt32(bitPattern: token)) }
    return bytes
  }

  /// The arrays beside the songs.
  var lists: [NumpyArray] {
    let vocabulary = representation.vocabulary
    return [
      NumpyArray("offsets", shape: [offsets.count], .int64(offsets.map(Int64.init))),
      NumpyArray("names", shape: [names.count], .texts(names)),
      NumpyArray("vocabulary", shape: [vocabulary.count], .texts(vocabulary)),
      NumpyArray("start", shape: [], .int32([isRoll ? -1 : representation.endToken])),
    ]
  }
}
