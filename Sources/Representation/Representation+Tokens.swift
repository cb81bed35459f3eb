/// What a token says.
package enum TokenKind: Sendable, Equatable {
  /// The song is over; it also stands before the first token.
  case end
  /// Steps: the frame is over.
  case frame
  /// Voices: the line's note goes on.
  case hold
  /// Voices: the line is silent.
  case rest
  /// A note of this pitch begins (steps: of this key, which may tell a set too; without holds: the key sounds).
  case start(Int)
  /// Steps: the note of this key goes on.
  case holdPitch(Int)
}

extension Representation {
  /// The token that ends a song, and stands before its first one.
  @inlinable package var endToken: Int32 { 0 }
  /// Steps: the token that ends a frame.
  @inlinable package var frameToken: Int32 { 1 }
  /// Voices: the token of a note that goes on.
  @inlinable package var holdToken: Int32 { 1 }
  /// Voices: the token of silence.
  @inlinable package var restToken: Int32 { 2 }

  /// Returns the token that begins a note (steps without holds: the token of the pitch).
  /// - Precondition: the pitch is one of `settings.pitches` (steps: a key of `sets`); not for roll and events.
  @inlinable
  package func startToken(_ pitch: Int) -> Int32 {
    switch layout {
    case .steps: Int32(truncatingIfNeeded: 2 &+ 2 &* (pitch &- lowest))
    case .roll, .stepsWithoutHolds: Int32(truncatingIfNeeded: 2 &+ pitch &- lowest)
    case .voices, .events: Int32(truncatingIfNeeded: 3 &+ pitch &- lowest)
    }
  }

  /// Returns the token of steps that goes on with a note (without holds: the token of the pitch).
  /// - Precondition: it is a key of `sets`; only for steps.
  @inlinable
  package func holdToken(_ pitch: Int) -> Int32 {
    layout == .steps ? startToken(pitch) &+ 1 : startToken(pitch)
  }

  /// Says what a token of steps or voices means.
  /// - Precondition: the token is one of the vocabulary; not for roll and events.
  @inlinable
  package func kind(of token: Int32) -> TokenKind {
    let number = Int(token)
    switch layout {
    case .steps:
      if number >= 2 {
        let pitch = lowest &+ (number &- 2) &>> 1
        return number & 1 == 0 ? .start(pitch) : .holdPitch(pitch)
      }
      return number == 0 ? .end : .frame
    case .roll, .stepsWithoutHolds:
      if number >= 2 { return .start(lowest &+ number &- 2) }
      return number == 0 ? .end : .frame
    case .voices, .events:
      if number >= 3 { return .start(lowest &+ number &- 3) }
      return number == 0 ? .end : number == 1 ? .hold : .rest
    }
  }

  /// Says whether a number is a token.
  func isToken(_ token: Int32) -> Bool {
    token >= 0 && Int(token) < vocabulary.count
  }
}
