/// What an encoding kept and what it lost, in notes (but `metres`).
package struct EncodingReport: Sendable, Equatable {
  /// The notes of the score.
  package var notes = 0
  /// Kept, with the start or the end moved to the grid.
  package var moved = 0
  /// Left out: on the drums' channel.
  package var drums = 0
  /// Left out: a pitch outside `pitches`.
  package var outside = 0
  /// Written into another note: the same pitch begins with it, or sounds when it begins.
  package var doubled = 0
  /// Roll, steps without holds, voices without repeats: joined to the note of the same pitch that ends where it begins.
  package var merged = 0
  /// Voices: ended a frame early, because the line's next note begins there.
  package var cut = 0
  /// Voices: left out, because the line's next note takes the same frame (a grace note).
  package var crowded = 0

  /// Events: changes of metre that are read as 4/4, because a bar is no whole number of frames, or too long.
  package var metres = 0

  package init() {}

  /// Adds the counts of two songs.
  package static func + (one: EncodingReport, other: EncodingReport) -> EncodingReport {
    var sum = one
    sum.notes += other.notes
    sum.moved += other.moved
    sum.drums += other.drums
    sum.outside += other.outside
    sum.doubled += other.doubled
    sum.merged += other.merged
    sum.cut += other.cut
    sum.crowded += other.crowded
    sum.metres += other.metres
    return sum
  }

  package static func += (one: inout EncodingReport, other: EncodingReport) {
    one = one + other
  }
}
