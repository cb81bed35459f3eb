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
      take(Set(places.filter { Int($0) / keys == frame }.map { Int($0) - first }), melody: nil)
    }
  }

  /// Chooses what sounds of a block, by its values and the places that were drawn.
  ///
  /// - Returns: the places of the ones, the melody's too, ascending.
  mutating func choose(_ drawn: [Int32], _ values: [Float]) -> [Int32] {
    var places: [Int32] = []
    let drawn = Set(drawn)
    for frame in 0..<block {
      let first = frame * keys
      guard count.frame < rules.limit.frames else {
        composed += [UInt8](repeating: 0, count: keys)
        continue
      }
      let melody = rules.melody?.note(at: count.frame).map(rules.melodyKey)
      let chosen = choose(from: { drawn.contains(Int32(first + $0)) }, { values[first + $0] }, melody: melody)
      places += chosen.union(melody.map { [$0] } ?? []).sorted().map { Int32(first + $0) }
      take(chosen, melody: melody)
    }
    return places
  }

  private func choose(from isDrawn: (Int) -> Bool, _ value: (Int) -> Float, melody: Int?) -> Set<Int> {
    let chord = rules.chord(at: count.frame)
    let room = min(rules.room(at: count.frame), most)
    // The likeliest first.
    let able = (0..<keys).filter { $0 != melody && rules.allows(key: $0, chord: chord) }
      .map { (key: $0, value: value($0).isNaN ? -Float.infinity : value($0)) }
      .sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }.map(\.key)
    var due = count.due
    var left = room
    var starts = count.allowed
    var chosen: Set<Int> = []
    // What must begin has its room before all else.
    for key in able where due > 0 && left > 0 && !sounding[key] {
      chosen.insert(key)
      (due, left, starts) = (due - 1, left - 1, starts - 1)
    }
    for key in able where left > 0 && !chosen.contains(key) && isDrawn(key) {
      if !sounding[key] {
        guard starts > 0 else { continue }
        starts -= 1
      }
      chosen.insert(key)
      left -= 1
    }
    if count.mustSound, chosen.isEmpty, let key = able.first { chosen.insert(key) }
    return chosen
  }

  private mutating func take(_ chosen: Set<Int>, melody: Int?) {
    var row = [UInt8](repeating: 0, count: keys)
    var next = [Bool](repeating: false, count: keys)
    var started = 0
    for key in chosen {
      row[key] = 1
      next[key] = true
      if !sounding[key] { started += 1 }
    }
    composed += row
    sounding = next
    count.take(started: started, sounding: chosen.count)
  }
}
