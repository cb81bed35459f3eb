package import Composition
package import Jobs

extension OrderFields {
  /// What a song is to be, in the terms of the module that composes it.
  package var constraints: SongConstraints {
    var result = SongConstraints()
    result.key = key.map { Self.key($0, scale) }
    switch range {
    case .whole(let bounds): result.range = bounds.low...max(bounds.low, bounds.high)
    case .each(let ranges): result.ranges = ranges.mapValues { $0.low...max($0.low, $0.high) }
    case nil: break
    }
    result.polyphony = polyphony
    result.metre = metre.map { SongConstraints.Metre($0.numerator, $0.denominator) }
    result.tempo = tempo
    result.leastDensity = density?.least
    result.mostDensity = density?.most
    result.chords =
      chords?.bars.map { bar in
        bar.map { SongConstraints.Chord(symbol: $0.symbol, pitchClasses: $0.pitchClasses, root: $0.root) }
      } ?? []
    result.programs = programs
    result.style = style
    switch isLengthExact {
    case true?: result.lengthRule = .exact
    case false?: result.lengthRule = .atMost
    case nil: result.lengthRule = .byDefault
    }
    return result
  }

  private static func key(_ tonic: Tonic, _ scale: ScaleName?) -> SongConstraints.Key {
    let asked = scale ?? .major
    var key = SongConstraints.Key(
      name: "\(tonic) \(asked.rawValue)", pitchClasses: asked.pitchClasses(on: tonic))
    key.namesScale = scale != nil
    key.tonic = tonic.pitchClass
    if let isMinor = asked.isMinor {
      // A minor key has three sharps fewer than the major one on its tonic; seven are the most that a file tells.
      var sharps = tonic.fifths - (isMinor ? 3 : 0)
      if sharps > 7 { sharps -= 12 }
      if sharps < -7 { sharps += 12 }
      key.sharps = sharps
      key.isMinor = isMinor
    }
    return key
  }
}
