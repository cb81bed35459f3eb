internal import Representation

/// How songs are generated.
package struct GenerationSettings: Sendable, Equatable {
  package enum Length: Sendable, Equatable {
    /// Bars: of 4/4; of events, of the metres that are drawn.
    case bars(Int)
    /// Seconds at 120 quarters a minute.
    case seconds(Double)
    case frames(Int)
  }

  package var songs: Int
  /// How long a song becomes at most, the song that it continues included.
  ///
  /// One that can end by itself does so in the second half of this length, or is cut at its end.
  package var length: Length
  package var temperature: Double
  /// The smallest set of likeliest tokens with this much probability is drawn from; 1: all.
  package var topP: Double
  /// As many of the likeliest tokens are drawn from; 0: all.
  package var topK: Int
  /// Of voices: the temperature of the choice among pitches where a note starts, times the other one.
  package var pitchTemperature = 1.0
  /// Of voices: the same as `topP`, among the pitches at which a note may start; 1: all.
  package var pitchTopP = 1.0
  /// How far songs are steered away from what the weights' guide would write (`Guidance`); 0: not at all.
  package var guidance = 0.0
  /// Of voices: the same for the pitch of a note that starts.
  package var pitchGuidance = 0.0
  package var seed: UInt64
  /// What the songs are to be.
  package var constraints = SongConstraints()

  package init(
    songs: Int = 1, length: Length = .bars(32), temperature: Double = 1, topP: Double = 1, topK: Int = 0,
    seed: UInt64 = 1
  ) {
    self.songs = songs
    self.length = length
    self.temperature = temperature
    self.topP = topP
    self.topK = topK
    self.seed = seed
  }

  /// The length of songs of a representation.
  func limit(_ representation: RepresentationSettings) -> SongLimit {
    let resolution = representation.framesAQuarter
    if case .bars(let bars) = length, representation.name == .events, !representation.isByClock {
      return SongLimit(frames: frames(ofBars: bars, resolution * EventVocabulary.longestBar), bars: bars)
    }
    return SongLimit(frames: frames(resolution: resolution))
  }

  /// The most frames of a song.
  static let frameLimit = 10_000_000

  private func frames(ofBars bars: Int, _ framesABar: Int) -> Int {
    let (frames, overflow) = bars.multipliedReportingOverflow(by: framesABar)
    return overflow ? Self.frameLimit : min(max(1, frames), Self.frameLimit)
  }

  /// The length in frames of a grid, at least one.
  private func frames(resolution: Int) -> Int {
    let limit = Self.frameLimit
    switch length {
    case .bars(let bars): return frames(ofBars: bars, 4 * resolution)
    case .frames(let frames): return min(max(1, frames), limit)
    case .seconds(let seconds):
      let frames = seconds * 2 * Double(resolution)
      return frames.isFinite && frames < Double(limit) ? max(1, Int(frames.rounded())) : limit
    }
  }
}

/// How long a song becomes at most.
struct SongLimit: Equatable {
  /// Frames of the grid, at least one.
  var frames: Int
  /// Events in bars: as many, of whatever metres are drawn.
  var bars: Int?
}
