internal import Representation

/// What a song of `roll` may do: which of the pitches that were drawn sound.
///
/// Too many at once: those that the network finds likeliest are kept, of equals the lower ones. Too few: the likeliest
/// are added.
struct RollRules {
  private let rules: SongRules
  private let keys: Int
  private let block: Int
  private let most: Int
  private var count: SongCount
  /// Which keys sounded in the last frame that are no melody's.
  private var sounding: [Bool]
  /// The rows without the melody's.
  private(set) var composed: [UInt8] = []

  /// - Throws: `CompositionError` of kind `spec` where the density cannot be had.
  init(_ rules: SongRules) throws(CompositionError) {
    self.rules = rules
    keys = rules.representation.sets.count
    block = rules.representation.settings.block
    sounding = [Bool](repeating: false, count: keys)
    let free = rules.fewestKeys - (rules.melody == nil ? 0 : 1)
    let perFrame = min(rules.leastRoom, free / 2)
    most = rules.constraints.leastDensity == nil ? .max : max(1, free - perFrame)
    count = SongCount(rules, try rules.pace(limit: rules.limit.frames, perFrame: perFrame))
  }

  /// Takes a block of the song to be continued: the places of its ones.
  mutating func take(_ places: [Int32]) {
    for frame in 0..<block {
      let first = frame * keys
      take(places.filter { (first..<first + keys).contains(Int($0)) }.map { Int($0) - first })
    }
  }

  /// Chooses what sounds of a block, by its values and the places that were drawn.
  ///
  /// - Returns: the places of the ones, the melody's too, ascending.
  mutating func choose(_ drawn: [Int32], _ values: [Float]) -> [Int32] {
    var places: [Int32] = []
    var next = 0
    for frame in 0..<block {
      let first = frame * keys
      var wanted: [Int] = []
      while next < drawn.count, Int(drawn[next]) < first + keys {
        wanted.append(Int(drawn[next]) - first)
        next += 1
      }
      guard count.frame < rules.limit.frames else {
        composed += [UInt8](repeating: 0, count: keys)
        continue
      }
      let melody = rules.melody?.note(at: count.frame).map(rules.melodyKey)
      let chosen = chosen(of: wanted, values[first..<first + keys], melody: melody)
      let all = melody.map { melody in chosen.filter { $0 < melody } + [melody] + chosen.filter { $0 > melody } }
      places += (all ?? chosen).map { Int32(first + $0) }
      take(chosen)
    }
    return places
  }

  /// The keys that sound in a frame, ascending.
  private func chosen(of drawn: [Int], _ values: ArraySlice<Float>, melody: Int?) -> [Int] {
    let chord = rules.chord(at: count.frame)
    let room = min(rules.room(at: count.frame), most)
    let wanted = drawn.filter { $0 != melody && rules.allows(key: $0, chord: chord) }
    let begun = wanted.count { !sounding[$0] }
    if wanted.count <= room, begun >= count.due, begun <= count.allowed, !(count.mustSound && wanted.isEmpty) {
      return wanted
    }
    // The likeliest first.
    func value(_ key: Int) -> Float {
      let value = values[values.startIndex + key]
      return value.isNaN ? -.infinity : value
    }
    let able = (0..<keys).filter { $0 != melody && rules.allows(key: $0, chord: chord) }
      .sorted { value($0) != value($1) ? value($0) > value($1) : $0 < $1 }
    var isChosen = [Bool](repeating: false, count: keys)
    var isWanted = isChosen
    for key in wanted { isWanted[key] = true }
    var (left, due, starts) = (room, count.due, count.allowed)
    // What must begin has its room before all else.
    for key in able where due > 0 && left > 0 && !sounding[key] {
      isChosen[key] = true
      (left, due, starts) = (left - 1, due - 1, starts - 1)
    }
    for key in able where left > 0 && !isChosen[key] && isWanted[key] {
      if !sounding[key] {
        guard starts > 0 else { continue }
        starts -= 1
      }
      isChosen[key] = true
      left -= 1
    }
    if count.mustSound, !isChosen.contains(true), let key = able.first { isChosen[key] = true }
    return isChosen.indices.filter { isChosen[$0] }
  }

  private mutating func take(_ chosen: some Sequence<Int>) {
    let first = composed.count
    composed += [UInt8](repeating: 0, count: keys)
    var next = [Bool](repeating: false, count: keys)
    var (started, held) = (0, 0)
    for key in chosen {
      composed[first + key] = 1
      next[key] = true
      if sounding[key] { held += 1 } else { started += 1 }
    }
    sounding = next
    count.take(started: started, sounding: started + held)
  }
}
