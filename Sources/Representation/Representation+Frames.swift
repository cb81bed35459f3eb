extension Representation {
  /// Cuts the tokens of a song of steps or voices into frames, and *end*.
  ///
  /// - Returns: a slice a frame (steps: closed by *frame*; voices: a token a line), then one that is *end* alone.
  package func frameTokens(of song: EncodedSong) -> [ArraySlice<Int32>] {
    let tokens = song.tokens
    var frames: [ArraySlice<Int32>] = []
    frames.reserveCapacity(song.frames + 1)
    var begin = tokens.startIndex
    for place in tokens.indices {
      let closes =
        switch layout {
        case .voices: place - begin == settings.lines - 1
        case .events: false
        case .roll, .steps, .stepsWithoutHolds: tokens[place] == frameToken
        }
      guard closes || tokens[place] == endToken else { continue }
      frames.append(tokens[begin...place])
      begin = place + 1
    }
    return frames
  }
}
