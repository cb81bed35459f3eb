internal import Network
internal import Representation

/// A reading whose frames are written token by token by a head.
protocol FrameWriting: SongReading {
  /// How the head is asked for the next token of a frame; nil: the frame is written.
  ///
  /// `written` are the tokens of this frame so far, transposed. The rows that are added go to the end of `tableRows`.
  func headCall(
    after past: Past, written: ArraySlice<Int32>, tableRows: inout [Int32]
  ) -> (output: Int32, mask: Int32)?
  /// Moves on over a frame's tokens, transposed.
  func advance(_ past: inout Past, over tokens: [Int32])
  /// Adds the tokens of the song's next frame, transposed.
  func appendFrame(of song: EncodedSong, after past: Past, to tokens: inout [Int32])
  /// Whether a class that the mask allows makes no sense here and is never to be generated.
  func isSenseless(_ token: Int32, after past: Past) -> Bool
  /// The classes of a note's start at each pitch, where a token tells what one line does; nil: other tokens are written.
  var starts: Range<Int>? { get }
}

/// How the head is asked for one token: which rows are added, which output layer, which mask.
struct HeadCall: Sendable, Equatable {
  var tableRows: [Int32]
  var output: Int32
  var mask: Int32
}

extension FrameWriting {
  var starts: Range<Int>? { nil }

  func headCall(after past: Past, written: [Int32]) -> HeadCall? {
    var tableRows: [Int32] = []
    return headCall(after: past, written: written[...], tableRows: &tableRows).map {
      HeadCall(tableRows: tableRows, output: $0.output, mask: $0.mask)
    }
  }

  /// The tokens of the song's next frame, transposed.
  func frameTokens(of song: EncodedSong, after past: Past) -> [Int32] {
    var tokens: [Int32] = []
    appendFrame(of: song, after: past, to: &tokens)
    return tokens
  }

  package func appendTarget(of song: EncodedSong, after past: Past, to batch: inout BatchBuilder) {
    batch.frame.removeAll(keepingCapacity: true)
    appendFrame(of: song, after: past, to: &batch.frame)
    for (number, token) in batch.frame.enumerated() {
      guard
        let call = headCall(after: past, written: batch.frame[..<number], tableRows: &batch.written.tableRows)
      else { break }
      batch.written.endToken(row: batch.row, output: call.output, mask: call.mask, target: token)
    }
  }

  package func advance(_ past: inout Past, over song: EncodedSong, in batch: inout BatchBuilder) {
    advance(&past, over: batch.frame)
  }

  package func advance(_ past: inout Past, over song: EncodedSong) {
    let tokens = frameTokens(of: song, after: past)
    advance(&past, over: tokens)
  }
}
