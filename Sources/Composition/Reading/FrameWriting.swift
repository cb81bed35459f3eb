internal import Network
internal import Representation

/// A reading whose frames are written token by token by a head.
protocol FrameWriting: SongReading {
  /// How the head is asked for the next token of a frame; nil: the frame is written.
  ///
  /// `written` are the tokens of this frame so far, transposed.
  func headCall(after past: Past, written: [Int32]) -> HeadCall?
  /// Moves on over a frame's tokens, transposed.
  func advance(_ past: inout Past, over tokens: [Int32])
  /// The tokens of the song's next frame, transposed.
  func frameTokens(of song: EncodedSong, after past: Past) -> [Int32]
  /// Whether a class that the mask allows makes no sense here and is never to be generated.
  func isSenseless(_ token: Int32, after past: Past) -> Bool
}

/// How the head is asked for one token: which rows are added, which output layer, which mask.
struct HeadCall: Sendable, Equatable {
  var tableRows: [Int32]
  var output: Int32
  var mask: Int32
}

extension FrameWriting {
  package func appendTarget(of song: EncodedSong, after past: Past, to batch: inout BatchBuilder) {
    var written: [Int32] = []
    for token in frameTokens(of: song, after: past) {
      guard let call = headCall(after: past, written: written) else { break }
      batch.written.append(
        row: batch.row, tableRows: call.tableRows, output: call.output, mask: call.mask, target: token)
      written.append(token)
    }
  }

  package func advance(_ past: inout Past, over song: EncodedSong) {
    let tokens = frameTokens(of: song, after: past)
    advance(&past, over: tokens)
  }
}
