internal import Glibc
internal import MIDI

extension SongMetrics {
  /// Counts notes by pitch class, C first.
  static func pitchClasses(of notes: [Score.Note]) -> [Int] {
    notes.reduce(into: [Int](repeating: 0, count: 12)) { $0[Int($1.pitch) % 12] += 1 }
  }

  /// Returns the entropy of counts in nats.
  static func entropy(_ counts: [Int]) -> Double {
    let total = Double(counts.reduce(0, +))
    return counts.filter { $0 > 0 }.reduce(0) { sum, count in
      let share = Double(count) / total
      return sum - share * log(share)
    }
  }

  /// Returns the largest share of notes in one scale; a natural minor scale has the notes of its relative major.
  static func scaleShare(_ classes: [Int]) -> Double {
    let total = classes.reduce(0, +)
    guard total > 0 else { return 0 }
    let best = (0..<12).map { tonic in [0, 2, 4, 5, 7, 9, 11].reduce(0) { $0 + classes[(tonic + $1) % 12] } }.max()
    return Double(best ?? 0) / Double(total)
  }

  /// Returns the time in which pitches sound, added up, over the time in which any sounds.
  static func polyphony(of notes: [Score.Note]) -> Double {
    let byPitch = Dictionary(grouping: notes, by: \.pitch)
    let all = covered(notes)
    guard all > 0 else { return 0 }
    return Double(byPitch.values.reduce(0) { $0 + covered($1) }) / Double(all)
  }

  /// Returns the ticks in which at least one note sounds.
  private static func covered(_ notes: [Score.Note]) -> Int {
    var total = 0
    var end = 0
    for note in notes.sorted(by: { $0.start < $1.start }) where note.end > end {
      total += note.end - max(note.start, end)
      end = note.end
    }
    return total
  }

  /// Returns the ticks of the longest repetition of one pitch in one line.
  static func longestRepeat(of score: Score) -> Int {
    var longest = 0
    for track in score.tracks {
      for line in Dictionary(grouping: track.notes.filter { !$0.isDrum }, by: \.channel).values {
        var pitch: UInt8?
        var start = 0
        var end = 0
        for note in line.sorted(by: { ($0.start, $0.pitch, $0.end) < ($1.start, $1.pitch, $1.end) }) {
          if note.pitch == pitch, note.start > start {
            end = max(end, note.end)
            longest = max(longest, end - start)
          } else if note.pitch != pitch {
            (pitch, start, end) = (note.pitch, note.start, note.end)
          }
        }
      }
    }
    return longest
  }
}

extension Sequence<Score.Note> {
  /// The line that is heard at the top (or at the bottom): of each onset the outermost note, unless one that sounds on
  /// lies further out.
  func outerLine(isLowest: Bool = false) -> [Score.Note] {
    func height(_ note: Score.Note) -> Int { isLowest ? -Int(note.pitch) : Int(note.pitch) }
    var line: [Score.Note] = []
    for note in sorted(by: { ($0.start, -height($0), -$0.end) < ($1.start, -height($1), -$1.end) }) {
      if let last = line.last {
        if note.start == last.start { continue }
        if note.start < last.end, height(note) < height(last) { continue }
      }
      line.append(note)
    }
    return line
  }
}

/// What begins in which bar, and which bars are empty; costs nothing for bars without notes.
struct BarOnsets {
  /// Of each bar with onsets, the 64ths of the bar where notes begin.
  private var places: [Int: Set<Int>] = [:]
  /// Of each bar with onsets of pitched notes, sixteenth × 128 + pitch of each.
  private var notes: [Int: Set<Int>] = [:]
  private let barCount: Int
  private let metres: MetreMap
  private var soundingBars = 0

  init(_ score: Score) {
    metres = MetreMap(score)
    barCount = metres.barCount
    let (ticks, quarters) = score.division.ticksToQuarters
    var spans: [ClosedRange<Int>] = []
    for note in score.tracks.flatMap(\.notes) {
      let bar = metres.bar(atTick: note.start)
      spans.append(bar...max(bar, metres.bar(atTick: max(note.start, note.end - 1))))
      let start = metres.start(ofBar: bar)
      let length = max(1, metres.start(ofBar: bar + 1) - start)
      let offset = max(0, note.start - start)
      places[bar, default: []].insert(min(63, (128 * offset + length) / (2 * length)))
      guard !note.isDrum else { continue }
      let sixteenth = (8 * quarters * offset + ticks) / (2 * ticks)
      notes[bar, default: []].insert(sixteenth * 128 + Int(note.pitch))
    }
    var next = 0
    for span in spans.sorted(by: { $0.lowerBound < $1.lowerBound }) where span.upperBound >= next {
      soundingBars += span.upperBound - max(span.lowerBound, next) + 1
      next = span.upperBound + 1
    }
  }

  var emptyShare: Double {
    barCount > 0 ? max(0, 1 - Double(soundingBars) / Double(barCount)) : 1
  }

  var grooveConsistency: Double {
    guard barCount > 1 else { return 1 }
    var differences = 0
    for (bar, here) in places {
      if bar + 1 < barCount { differences += here.symmetricDifference(places[bar + 1] ?? []).count }
      // A bar before this one that has onsets has counted the pair.
      if bar > 0, places[bar - 1] == nil { differences += here.count }
    }
    return 1 - Double(differences) / (64 * Double(barCount - 1))
  }

  var selfSimilarity: Double {
    let bars = notes.keys.sorted().compactMap { notes[$0] }
    guard bars.count > 1 else { return 0 }
    var sum = 0.0
    for place in 1..<bars.count {
      let similarities = bars[max(0, place - 64)..<place].map { earlier in
        let shared = earlier.intersection(bars[place]).count
        return Double(shared) / Double(earlier.count + bars[place].count - shared)
      }
      sum += similarities.max() ?? 0
    }
    return sum / Double(bars.count - 1)
  }

  /// Counts notes that are held over a bar line, and takes the mean over the bar lines within the song.
  func heldOver(_ notes: [Score.Note]) -> Double {
    guard barCount > 1 else { return 0 }
    let held = notes.reduce(0) { sum, note in
      sum + max(0, metres.bar(atTick: max(note.start, note.end - 1)) - metres.bar(atTick: note.start))
    }
    return Double(held) / Double(barCount - 1)
  }

  /// Returns how far the outer lines leap over bar lines, by how far they would with the bars in any order.
  func leap(of notes: [Score.Note]) -> Double {
    var (found, expected) = (0.0, 0.0)
    for line in [notes.outerLine(), notes.outerLine(isLowest: true)] {
      var ends: [(bar: Int, first: Int, last: Int)] = []
      for note in line {
        let bar = metres.bar(atTick: note.start)
        if let last = ends.last, last.bar == bar {
          ends[ends.count - 1].last = Int(note.pitch)
        } else {
          ends.append((bar, Int(note.pitch), Int(note.pitch)))
        }
      }
      guard ends.count > 1 else { continue }
      let over = zip(ends, ends.dropFirst()).reduce(0) { $0 + abs($1.0.last - $1.1.first) }
      found += Double(over) / Double(ends.count - 1)
      expected += Self.distance(ends.map(\.last), ends.map(\.first))
    }
    return expected > 0 ? found / expected : 0
  }

  /// The mean distance of a pitch of one bar to one of another.
  private static func distance(_ lasts: [Int], _ firsts: [Int]) -> Double {
    let counts = [lasts, firsts].map { pitches in
      pitches.reduce(into: [Int](repeating: 0, count: 128)) { $0[min(127, max(0, $1))] += 1 }
    }
    var sum = 0
    for (last, many) in counts[0].enumerated() where many > 0 {
      for (first, more) in counts[1].enumerated() where more > 0 { sum += many * more * abs(last - first) }
    }
    // A bar is no neighbour of its own.
    sum -= zip(lasts, firsts).reduce(0) { $0 + abs($1.0 - $1.1) }
    return Double(sum) / Double(lasts.count * (lasts.count - 1))
  }
}
