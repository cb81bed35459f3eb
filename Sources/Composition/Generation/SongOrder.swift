package import MIDI
internal import Representation

/// What the songs of one generation begin with and are held to.
struct SongOrder {
  /// The song to be continued; nil: there is none.
  var prime: EncodedSong?
  /// How long a song becomes.
  var limit: SongLimit
  /// What is asked for; nil: nothing is.
  var rules: SongRules?
  /// What each song begins with.
  var growth = GrowthRules()
  /// What music that was given lost on the grid, told for people.
  var warnings: [String] = []
  /// The share of each style that the network is told.
  var style: [Float] = []

  /// - Throws: `CompositionError`, of kind `data` or `spec`.
  init(
    prime: Score?, melody: Score?, _ reading: any SongReading, _ settings: GenerationSettings
  ) throws(CompositionError) {
    let representation = reading.representation
    limit = settings.limit(representation.settings)
    style = try Self.style(settings.constraints, reading)
    if let prime {
      let (song, losses) = try Self.encoded(prime, representation)
      self.prime = song
      if let told = losses.summary { warnings.append("the song to be continued: \(told)") }
    }
    if melody != nil || !settings.constraints.isEmpty {
      // A roll is continued after a whole block.
      let block = representation.settings.name == .roll ? representation.settings.block : 1
      let frames = self.prime.map { ($0.frames + block - 1) / block * block } ?? 0
      let rules = try SongRules(settings, representation, melody: melody, composedFrom: frames)
      limit = rules.limit
      growth = try GrowthRules(rules)
      if let others = rules.melody?.others, others > 0 {
        warnings.append("the melody's file has \(others) more voices; the highest is kept")
      }
      self.rules = rules
    }
    if let prime = self.prime { try check(prime, representation) }
  }

  private static func style(
    _ constraints: SongConstraints, _ reading: any SongReading
  ) throws(CompositionError) -> [Float] {
    guard let asked = constraints.style else { return reading.style(ofCorpus: nil) }
    let known = reading.styles
    let told =
      "the weights tell "
      + (known.isEmpty
        ? "none apart; train with network.inputs: [style] on several corpora"
        : known.joined(separator: ", "))
    for name in asked.keys.sorted() where !known.contains(name) {
      throw .unmeetable(["style"], "'\(name)' is no style of these weights; \(told)")
    }
    let all = asked.values.reduce(0, +)
    guard all > 0, all.isFinite else { throw .unmeetable(["style"], "its shares add up to nothing") }
    return known.map { Float((asked[$0] ?? 0) / all) }
  }

  private static func encoded(
    _ prime: Score, _ representation: Representation
  ) throws(CompositionError) -> (EncodedSong, EncodingReport) {
    do {
      return try representation.encode(prime)
    } catch {
      throw CompositionError(.data, "prime: the song to be continued cannot be used: \(error)")
    }
  }

  private func check(_ prime: EncodedSong, _ representation: Representation) throws(CompositionError) {
    var allowed = limit.frames
    if let events = representation.events {
      var grammar = EventGrammar(events, limit: limit.frames, bars: limit.bars)
      for token in prime.tokens.dropLast() {
        grammar.take(token)
        guard case .metre(let metre)? = events.event(token), let asked = rules?.constraints.metre else { continue }
        guard metre.numerator == asked.numerator, metre.denominator == asked.denominator else {
          throw .unmeetable(
            ["prime", "metre"], "the song to be continued is in \(metre.numerator)/\(metre.denominator)")
        }
      }
      allowed = grammar.limit
      // What is left of the song sets how many notes it may have.
      if let rules, rules.metre == nil, prime.frames < allowed { _ = try rules.pace(limit: allowed, perFrame: 1) }
    }
    guard prime.frames < allowed, rules.map({ $0.composedFrom < allowed }) ?? true else {
      throw .unmeetable(
        ["prime", "length"],
        "the song to be continued has \(prime.frames) frames and length allows \(max(0, allowed)); ask for a greater "
          + "length")
    }
  }
}

/// Finds out whether songs can be made as asked for, before anything is trained for them.
///
/// - Parameters:
///   - prime: A song to continue.
///   - melody: A voice to keep and harmonise.
///   - plan: What the weights are or will be.
///   - settings: What is asked for.
/// - Throws: `CompositionError`, of kind `data` or `spec`.
package func checkOrder(
  prime: Score?, melody: Score?, _ plan: NetworkPlan, _ settings: GenerationSettings
) throws(CompositionError) {
  _ = try SongOrder(prime: prime, melody: melody, try plan.reading(), settings)
}
