/// What a token of events says.
package enum EventToken: Sendable, Equatable {
  /// The song is over here; it also stands before the first token.
  case end
  /// Metrical: a bar begins.
  case bar
  /// Metrical: what follows stands so many frames, from 1, into the bar.
  case position(Int)
  /// Metrical: this metre holds from here on, and a bar begins.
  case metre(EventVocabulary.Metre)
  /// Metrical: so many quarters a minute from here on.
  case tempo(Int)
  /// Clock time: so many frames of 10 ms go by.
  case wait(Int)
  /// The notes that follow are played with this program, 0 to 127; 128: the drums.
  case program(Int)
  /// A note with a pitch.
  case pitch(Int)
  /// A stroke of the drums.
  case drum(Int)
  /// The velocity of the note.
  case velocity(Int)
  /// The frames of the note; after the longest one it may go on.
  case duration(Int)
}

/// The tokens of events: a number each, in the order of their kinds.
package struct EventVocabulary: Sendable, Equatable {
  /// A metre whose bar is a whole number of frames.
  package struct Metre: Sendable, Equatable, Hashable {
    package let numerator: Int
    package let denominator: Int
    /// Frames a bar.
    package let frames: Int
  }

  /// The program of the drums.
  package static let drums = 128
  /// The longest bar, in quarters.
  package static let longestBar = 12
  /// The quarters a minute that a tempo is rounded to: twelve an octave, so none is off by more than 3 %.
  package static let tempos: [Int] = {
    let octave = [240, 254, 269, 285, 302, 320, 339, 359, 381, 403, 427, 453]
    let below = [16, 8, 4, 2].flatMap { part in octave.map { (2 * $0 + part) / (2 * part) } }
    return below + octave + [480]
  }()
  /// Velocities of one token.
  static let velocityWidth = 4

  /// Says whether time is told in bars, rather than by the clock.
  package let isMetrical: Bool
  /// Frames a quarter; by the clock, of 120 quarters a minute.
  let resolution: Int
  /// The longest wait and duration of one token, in frames: four quarters; by the clock a second.
  package let longest: Int
  /// The metres, by denominator, then numerator.
  package let metres: [Metre]

  /// The first token of each kind.
  let firstPosition: Int
  let firstMetre: Int
  let firstTempo: Int
  let firstWait: Int
  let firstProgram: Int
  let firstPitch: Int
  let firstDrum: Int
  let firstVelocity: Int
  let firstDuration: Int
  package let count: Int

  init(isMetrical: Bool, resolution: Int) {
    self.isMetrical = isMetrical
    self.resolution = resolution
    longest = isMetrical ? 4 * resolution : 100
    metres = isMetrical ? Self.metres(resolution) : []
    firstPosition = isMetrical ? 2 : 1
    firstMetre = firstPosition + (isMetrical ? Self.longestBar * resolution - 1 : 0)
    firstTempo = firstMetre + metres.count
    firstWait = firstTempo + (isMetrical ? Self.tempos.count : 0)
    firstProgram = firstWait + (isMetrical ? 0 : longest)
    firstPitch = firstProgram + 129
    firstDrum = firstPitch + 128
    firstVelocity = firstDrum + 128
    firstDuration = firstVelocity + 128 / Self.velocityWidth
    count = firstDuration + longest
  }

  private static func metres(_ resolution: Int) -> [Metre] {
    [1, 2, 4, 8, 16, 32].flatMap { denominator in
      (1...24).compactMap { numerator in
        let (frames, rest) = (4 * resolution * numerator).quotientAndRemainder(dividingBy: denominator)
        return rest == 0 && frames <= longestBar * resolution
          ? Metre(numerator: numerator, denominator: denominator, frames: frames) : nil
      }
    }
  }

  /// Says what a token means; nil where it is none.
  package func event(_ token: Int32) -> EventToken? {
    let number = Int(token)
    switch number {
    case ..<0: return nil
    case 0: return .end
    case ..<firstPosition: return .bar
    case ..<firstMetre: return .position(number - firstPosition + 1)
    case ..<firstTempo: return .metre(metres[number - firstMetre])
    case ..<firstWait: return .tempo(number - firstTempo)
    case ..<firstProgram: return .wait(number - firstWait + 1)
    case ..<firstPitch: return .program(number - firstProgram)
    case ..<firstDrum: return .pitch(number - firstPitch)
    case ..<firstVelocity: return .drum(number - firstDrum)
    case ..<firstDuration: return .velocity((number - firstVelocity) * Self.velocityWidth + Self.velocityWidth / 2)
    case ..<count: return .duration(number - firstDuration + 1)
    default: return nil
    }
  }

  /// The number of a token; what it says lies in the vocabulary's ranges.
  package func token(_ event: EventToken) -> Int32 {
    let number =
      switch event {
      case .end: 0
      case .bar: 1
      case .position(let frames): firstPosition + frames - 1
      case .metre(let metre): firstMetre + (metres.firstIndex(of: metre) ?? 0)
      case .tempo(let number): firstTempo + number
      case .wait(let frames): firstWait + frames - 1
      case .program(let program): firstProgram + program
      case .pitch(let pitch): firstPitch + pitch
      case .drum(let pitch): firstDrum + pitch
      case .velocity(let velocity): firstVelocity + velocity / Self.velocityWidth
      case .duration(let frames): firstDuration + frames - 1
      }
    return Int32(truncatingIfNeeded: number)
  }

  /// The text of each token, in token order.
  var texts: [String] { (0..<Int32(count)).compactMap { event($0).map(text) } }

  private func text(_ event: EventToken) -> String {
    switch event {
    case .end: "end"
    case .bar: "bar"
    case .position(let frames): "position \(frames)"
    case .metre(let metre): "metre \(metre.numerator)/\(metre.denominator)"
    case .tempo(let number): "tempo \(Self.tempos[number])"
    case .wait(let frames): "wait \(frames)"
    case .program(let program): program == Self.drums ? "program drums" : "program \(program)"
    case .pitch(let pitch): "pitch \(pitch)"
    case .drum(let pitch): "drum \(pitch)"
    case .velocity(let velocity): "velocity \(velocity)"
    case .duration(let frames): "duration \(frames)"
    }
  }

  /// The velocity that stands for one.
  static func rounded(velocity: UInt8) -> UInt8 { velocity / 4 * 4 + 2 }

  /// The number of the tempo nearest to one, in microseconds a quarter.
  package static func tempo(microseconds: Int) -> Int {
    func distance(_ number: Int) -> Int { abs(60_000_000 - tempos[number] * microseconds) }
    return tempos.indices.min { distance($0) < distance($1) } ?? 0
  }
}
