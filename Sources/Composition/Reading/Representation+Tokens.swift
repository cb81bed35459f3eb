internal import Representation

extension Representation {
  /// A token moved by some semitones; tokens without a pitch stay.
  ///
  /// The caller knows that the pitch is not lost.
  func transposed(_ token: Int32, by semitones: Int) -> Int32 {
    guard semitones != 0 else { return token }
    // Tokens without a pitch stand first, then the pitches ascend.
    switch settings.name {
    case .steps: return token < 2 ? token : token + Int32(semitones * (settings.holds ? 2 : 1))
    case .voices: return token < 3 ? token : token + Int32(semitones)
    case .events:
      if case .pitch? = events?.event(token) { return token + Int32(semitones) }
      return token
    case .roll: return token
    }
  }
}
