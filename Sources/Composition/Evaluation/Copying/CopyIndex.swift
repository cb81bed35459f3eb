internal import Identity
internal import MIDI

/// All runs of notes of a corpus in sorted order, so that a song's longest run that stands in it is found at once.
///
/// It holds one text of the lines of all songs and the order of the suffixes that begin with a note. A song of n notes
/// costs n searches of about log N steps for a corpus of N notes.
package struct CopyIndex: Sendable {
  struct Source: Sendable {
    var name: String
    var sha256: ContentHash
    var metres: MetreMap
  }

  /// A line of a song within the text.
  struct Line: Sendable {
    /// Where its symbols begin in the text.
    var start: Int
    /// Where its notes begin among all notes.
    var firstNote: Int
    var source: Int
  }

  /// What stands behind each line; no song has it.
  static let separator: Int32 = 0

  private(set) var sources: [Source] = []
  private(set) var lines: [Line] = []
  private var text: [Int32] = []
  private var starts: [UInt32] = []
  private var pitches: [UInt8] = []
  private var numbers: [UInt64: Int32] = [:]
  /// The suffixes that begin with a note, sorted.
  private var order: [Int32] = []

  /// Makes the index of some songs; the same songs in another order give the same answers if they are sorted by hash.
  ///
  /// A text of more than 2^31 symbols is cut at a song.
  package init(_ songs: [ReferenceSong]) {
    for song in songs { add(song) }
    let sorted = SuffixArray.sorted(text, largest: numbers.count)
    var isNote = [Bool](repeating: false, count: text.count)
    for (index, line) in lines.enumerated() {
      let end = index + 1 < lines.count ? lines[index + 1].start : text.count
      // The last one is the separator.
      for place in stride(from: line.start, to: end - 1, by: 2) { isNote[place] = true }
    }
    order = sorted.filter { isNote[Int($0)] }
  }

  private mutating func add(_ song: ReferenceSong) {
    let source = sources.count
    let lines = ComparedLine.lines(of: song.score)
    let count = lines.reduce(0) { $0 + $1.symbols.count + 1 }
    guard text.count + count < Int(Int32.max) else { return }
    sources.append(Source(name: song.name, sha256: song.sha256, metres: MetreMap(song.score)))
    for line in lines {
      self.lines.append(Line(start: text.count, firstNote: starts.count, source: source))
      for symbol in line.symbols {
        let number = numbers[symbol] ?? Int32(numbers.count + 1)
        numbers[symbol] = number
        text.append(number)
      }
      text.append(Self.separator)
      for note in line.notes {
        starts.append(UInt32(clamping: note.start))
        pitches.append(note.pitch)
      }
    }
  }

  /// The notes that can be begun with.
  package var noteCount: Int { order.count }

  /// The same index without some songs.
  func without(_ isLeftOut: (Source) -> Bool) -> CopyIndex {
    let leftOut = sources.map(isLeftOut)
    var result = self
    result.order = order.filter { !leftOut[line(at: Int($0)).source] }
    return result
  }

  /// A place in the text, as people are told it.
  struct Place: Equatable {
    var source: Int
    /// The bar of its song, from 1.
    var bar: Int
    var pitch: UInt8
  }

  private func line(at position: Int) -> Line {
    var (low, high) = (0, lines.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if lines[middle].start <= position { low = middle } else { high = middle }
    }
    return lines[low]
  }

  private func place(at position: Int) -> Place {
    let line = line(at: position)
    let note = line.firstNote + (position - line.start) / 2
    return Place(
      source: line.source, bar: sources[line.source].metres.bar(atTick: Int(starts[note])) + 1, pitch: pitches[note])
  }

  /// A song's symbols as numbers of the text; what the corpus has nowhere is -1.
  func numbers(of line: ComparedLine) -> [Int32] { line.symbols.map { numbers[$0] ?? -1 } }

  /// The longest run that begins at a place of a song's line and stands in the corpus.
  ///
  /// - Parameters:
  ///   - start: the symbol to begin with, which is a note's.
  ///   - line: the song's line in numbers of the text.
  /// - Returns: how many symbols, from a note to a note, and one of the suffixes that begin with them.
  func longest(at start: Int, of line: [Int32]) -> (symbols: Int, rank: Int) {
    var (low, high) = (0, order.count)
    // How much of the song's run the suffixes just below and above the gap share.
    var (below, above) = (0, 0)
    while low < high {
      let middle = (low + high) / 2
      let suffix = Int(order[middle])
      var shared = min(below, above)
      while start + shared < line.count, text[suffix + shared] == line[start + shared] { shared += 1 }
      if start + shared < line.count, text[suffix + shared] < line[start + shared] {
        (low, below) = (middle + 1, shared)
      } else {
        (high, above) = (middle, shared)
      }
    }
    let symbols = max(below, above)
    // What leads to a note that is another one is not part of the run.
    return (symbols - (symbols % 2 == 0 && symbols > 0 ? 1 : 0), below > above ? low - 1 : low)
  }

  /// Where a run stands in the corpus: in the first of its songs, at the first place.
  func firstPlace(of symbols: Int, rank: Int) -> Place? {
    guard order.indices.contains(rank) else { return nil }
    let run = text[Int(order[rank])..<Int(order[rank]) + symbols]
    func isSame(_ rank: Int) -> Bool {
      let start = Int(order[rank])
      return start + symbols <= text.count && text[start..<start + symbols] == run
    }
    var first = order[rank]
    var other = rank - 1
    while other >= 0, isSame(other) {
      first = min(first, order[other])
      other -= 1
    }
    other = rank + 1
    while other < order.count, isSame(other) {
      first = min(first, order[other])
      other += 1
    }
    return place(at: Int(first))
  }
}
