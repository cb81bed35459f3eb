internal import Representation

extension RepresentationSettings {
  /// The lowest pitch.
  var low: Int { pitches.lowerBound }
  /// How many pitches there are.
  var pitchCount: Int { pitches.count }
}
