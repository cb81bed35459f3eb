/// What an encoding kept and what it lost, in notes (but `metres`).
package struct EncodingReport: Sendable, Equatable, Codable {
  /// The notes of the score.
  package var notes = 0
  /// Kept, with the start or the end moved to the grid.
  package var moved = 0
  /// How far starts were moved to the grid, together and the farthest one, in quarters (by the clock: of 120 a minute).
  package var distance = 0.0
  package var farthest = 0.0
  /// Left out: on the drums' channel.
  package var drums = 0
  /// Left out: of a program that is not listed.
  package var programs = 0
  /// Kept, as the first program of its family.
  package var recast = 0
  /// Left out: a pitch outside `pitches`, or outside the drums'.
  package var outside = 0
  /// Written into another note: the same pitch begins with it, or sounds when it begins.
  package var doubled = 0
  /// Roll, steps without holds, voices without repeats: joined to the note of the same pitch that ends where it begins.
  package var merged = 0
  /// Voices: ended a frame early, because the line's next note begins there.
  package var cut = 0
  /// Voices: left out, because the line's next note takes the same frame (a grace note).
  package var crowded = 0
  /// Voices: songs that were not written in lines and were separated by register.
  package var separated = 0
  /// Events: changes of metre that are read as 4/4, because a bar is no whole number of frames, or too long.
  package var metres = 0

  package init() {}

  /// Adds the counts of two songs.
  package static func + (one: EncodingReport, other: EncodingReport) -> EncodingReport {
    var sum = one
    sum.notes += other.notes
    sum.moved += other.moved
    sum.distance += other.distance
    sum.farthest = max(one.farthest, other.farthest)
    sum.drums += other.drums
    sum.programs += other.programs
    sum.recast += other.recast
    sum.outside += other.outside
    sum.doubled += other.doubled
    sum.merged += other.merged
    sum.cut += other.cut
    sum.crowded += other.crowded
    sum.separated += other.separated
    sum.metres += other.metres
    return sum
  }

  /// How far a kept note's start was moved to the grid in the mean, in quarters.
  package var meanDistance: Double {
    let kept = notes - drums - programs - outside
    return kept > 0 ? distance / Double(kept) : 0
  }

  package static func += (one: inout EncodingReport, other: EncodingReport) {
    one = one + other
  }
}
