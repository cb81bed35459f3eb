extension Representation {
  /// Puts songs into arrays, one after another.
  ///
  /// The arrays are `frames` [N, pitches × block] (roll) or `tokens` [N], `offsets` [songs + 1] (song i is rows or tokens
  /// `offsets[i]` ..< `offsets[i + 1]`), `names`, `vocabulary`, and `start`: the token that stands before the first one,
  /// -1 for roll.
  package func archive(of songs: [(name: String, song: EncodedSong)]) -> NumpyArchive {
    let isRoll = layout == .roll
    var offsets: [Int64] = [0]
    var tokens: [Int32] = []
    var rows: [UInt8] = []
    for (_, song) in songs {
      if isRoll { rows += song.rows } else { tokens += song.tokens }
      offsets.append(Int64(isRoll ? rows.count / rowWidth : tokens.count))
    }
    return NumpyArchive([
      isRoll
        ? .init("frames", shape: [rows.count / rowWidth, rowWidth], .uint8(rows))
        : .init("tokens", shape: [tokens.count], .int32(tokens)),
      .init("offsets", shape: [offsets.count], .int64(offsets)),
      .init("names", shape: [songs.count], .texts(songs.map(\.name))),
      .init("vocabulary", shape: [vocabulary.count], .texts(vocabulary)),
      .init("start", shape: [], .int32([isRoll ? -1 : endToken])),
    ])
  }
}
