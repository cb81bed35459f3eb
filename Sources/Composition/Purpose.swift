/// What random numbers are drawn for; each purpose is a stream of its own under the same seed.
///
/// The numbers are part of what makes a song again: never change one, never use one twice. The network uses those
/// below 100.
enum Purpose {
  /// The order of songs in an epoch; index: the epoch.
  static let shuffle: UInt32 = 100
  /// By how much a song is transposed; index: songs started before it.
  static let transpose: UInt32 = 101
  /// The seed of each song of a run; index: the song.
  static let song: UInt32 = 102
  /// The draws of a song's tokens; index: the draw.
  static let sample: UInt32 = 103
  /// How fast and how loud a copy of a song is played; index: songs started before it.
  static let vary: UInt32 = 104
  /// The tonic of a song, where the network writes on one tonic; index: 0, under the song's seed.
  static let tonic: UInt32 = 105
  /// The seed of a song that is composed again; index: the song × 256 + the attempt, from 1.
  static let again: UInt32 = 110
  /// The signs by which the chance of a difference is found; index: the draw.
  static let signs: UInt32 = 111
}
