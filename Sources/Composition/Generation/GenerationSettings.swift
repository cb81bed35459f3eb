/// How songs are generated.
package struct GenerationSettings: Sendable, Equatable {
  package enum Length: Sendable, Equatable {
    /// Bars of 4/4.
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
  package var seed: UInt64

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

  /// The length in frames of a grid, at least one.
  func frames(resolution: Int) -> Int {
    let limit = 10_000_000
    switch length {
    case .bars(let bars):
      let (frames, overflow) = bars.multipliedReportingOverflow(by: 4 * resolution)
      return overflow ? limit : min(max(1, frames), limit)
    case .frames(let frames): return min(max(1, frames), limit)
    case .seconds(let seconds):
      let frames = seconds * 2 * Double(resolution)
      return frames.isFinite && frames < Double(limit) ? max(1, Int(frames.rounded())) : limit
    }
  }
}
