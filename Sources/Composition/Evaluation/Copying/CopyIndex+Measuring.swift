package import MIDI

extension CopyIndex {
  /// Measures how much of a song stands in the corpus.
  ///
  /// A stretch of bars counts as copied if one of the song's lines has at least four notes in it and all of them stand in
  /// the corpus as one run; it is left out where no line has as many.
  ///
  /// - Returns: the report, with no yardstick.
  package func measure(_ score: Score) -> CopyReport { look(at: score).report }

  /// What a corpus tells of a song.
  struct Look {
    var report: CopyReport
    /// How many of the steps from a note to the next one of its line that lead over a bar line the corpus has somewhere,
    /// beside how many of the others.
    ///
    /// Of a step it is interval, distance in time and both lengths that count. Nil: there are too few of them to tell.
    var barLineFamiliarity: Double?
    /// Whether each of the song's lines stands in the corpus nearly whole, and there are notes enough for that to tell.
    var isCopy = false
    /// The length of the longest run in bars; 0: there is none.
    var longestBars: Double { report.longest?.bars ?? 0 }
  }

  /// Measures how much of a song stands in the corpus, and how familiar its steps over bar lines are.
  func look(at score: Score) -> Look {
    let metres = MetreMap(score)
    var best: (bars: Double, notes: Int, symbols: Int, rank: Int, pitch: UInt8)?
    var steps = [Steps(), Steps()]
    var notes = (all: 0, isCopied: true)
    var stretches = [2: Stretches(bars: 2, of: metres.barCount), 4: Stretches(bars: 4, of: metres.barCount)]
    for line in ComparedLine.lines(of: score) {
      let numbers = numbers(of: line)
      let runs = line.notes.indices.map { longest(at: 2 * $0, of: numbers) }
      for (first, run) in runs.enumerated() {
        let count = (run.symbols + 1) / 2
        guard count >= ComparedLine.leastNotes else { continue }
        let (start, end) = (line.notes[first].start, line.notes[first + count - 1].end)
        let bars = metres.bars(atTick: end) - metres.bars(atTick: start)
        if let best, (best.bars, best.notes) >= (bars, count) { continue }
        best = (bars, count, run.symbols, run.rank, line.notes[first].pitch)
      }
      let longestRun = runs.map { ($0.symbols + 1) / 2 }.max() ?? 0
      notes.all += line.notes.count
      if 10 * longestRun < 9 * line.notes.count { notes.isCopied = false }
      let bars = line.notes.map { metres.bar(atTick: $0.start) }
      let counts = runs.map { ($0.symbols + 1) / 2 }
      for length in stretches.keys { stretches[length]?.take(bars: bars, runs: counts) }
      for (place, next) in zip(bars.indices, bars.dropFirst()) {
        steps[bars[place] < next ? 1 : 0].take(isKnown: counts[place] > 1)
      }
    }
    var report = CopyReport(
      longest: nil,
      windows: ["2": stretches[2]?.share ?? 0, "4": stretches[4]?.share ?? 0], yardstick: .init())
    if let best, let place = firstPlace(of: best.symbols, rank: best.rank) {
      report.longest = CopyReport.Run(
        bars: best.bars, notes: best.notes, file: sources[place.source].name, bar: place.bar,
        transpose: Int(best.pitch) - Int(place.pitch))
    }
    var look = Look(report: report)
    look.isCopy = notes.isCopied && notes.all >= Self.leastOfACopy
    if let within = steps[0].share, let over = steps[1].share, within > 0 { look.barLineFamiliarity = over / within }
    return look
  }

  /// Notes that a song must have for its being all in the corpus to be no chance.
  private static let leastOfACopy = 24

  /// Steps from a note to the next.
  private struct Steps {
    private var all = 0
    private var known = 0

    mutating func take(isKnown: Bool) {
      all += 1
      if isKnown { known += 1 }
    }

    /// The share that the corpus has; nil: too few to tell.
    var share: Double? { all >= 6 ? Double(known) / Double(all) : nil }
  }

  /// The stretches of some bars of a song: which can be judged, and which are copied.
  private struct Stretches {
    let bars: Int
    let last: Int
    var judged: Set<Int> = []
    var copied: Set<Int> = []

    /// Begins with none of the stretches of a song of `count` bars.
    init(bars: Int, of count: Int) {
      self.bars = bars
      last = count - bars
    }

    /// Judges the stretches by one line: the bar of each of its notes, and how many notes from it on are copied.
    mutating func take(bars places: [Int], runs: [Int]) {
      var first = 0
      var end = 0
      var start = Int.min
      while first < places.count {
        // The next stretch that begins where it holds a note that the one before did not, or no longer holds one.
        start = max(start, max(0, places[first] - bars + 1))
        while start <= min(last, places[first]) {
          while end < places.count, places[end] < start + bars { end += 1 }
          if end - first >= ComparedLine.leastNotes {
            judged.insert(start)
            if runs[first] >= end - first { copied.insert(start) }
          }
          start += 1
        }
        guard start <= last else { break }
        let bar = places[first]
        while first < places.count, places[first] <= bar { first += 1 }
      }
    }

    var share: Double { judged.isEmpty ? 0 : Double(copied.count) / Double(judged.count) }
  }
}
