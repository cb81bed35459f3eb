internal import Representation

/// What one song is held to as it grows, by its representation; none where nothing was asked for.
struct GrowthRules {
  var frames: (any FrameRules)?
  var roll: RollRules?
  var events: EventRules?

  init() {}

  /// - Throws: `CompositionError` of kind `spec` where the density cannot be had.
  init(_ rules: SongRules) throws(CompositionError) {
    switch rules.representation.settings.name {
    case .voices: frames = try VoicesRules(rules)
    case .steps: frames = try StepsRules(rules)
    case .roll: roll = try RollRules(rules)
    case .events:
      events = try rules.representation.events.map { vocabulary throws(CompositionError) in
        try EventRules(rules, vocabulary)
      }
    }
  }
}
