// Lines out of a texture that is not written in lines: by register.
//
// Notes that begin together go to the lines that are free, the highest to the uppermost; where there are more free lines
// than notes, to those whose register and last pitch are nearest. Registers are first equal shares of all notes, then the
// means of the lines that these gave, and so once more. A line keeps its note to the end, so lines may cross, at a price. Two
// lines may meet on a pitch, so notes that double each other are two lines' where there is room for both.

extension Representation {
  /// Shares notes among the lines.
  ///
  /// - Throws: `notInLines` where more notes sound at once than there are lines.
  func separatedLines(
    of notes: [GridNote], on grid: Grid, report: inout EncodingReport
  ) throws(EncodingError) -> [[GridNote]] {
    report.separated += 1
    let ordered = notes.sorted {
      ($0.start, -$0.pitch, $0.startTick, $0.endTick, $0.track, $0.channel)
        < ($1.start, -$1.pitch, $1.startTick, $1.endTick, $1.track, $1.channel)
    }
    var counts = report
    if let lines = try? shared(ordered, on: grid, report: &counts) {
      report = counts
      return lines
    }
    return try shared(undoubled(notes, starts: true, report: &report), on: grid, report: &report)
  }

  private func shared(
    _ ordered: [GridNote], on grid: Grid, report: inout EncodingReport
  ) throws(EncodingError) -> [[GridNote]] {
    var home = homePitches(of: ordered)
    var lines: [[GridNote]] = []
    var counts = report
    for _ in 0..<3 {
      counts = report
      lines = try shared(ordered, by: home, on: grid, report: &counts)
      for (number, line) in lines.enumerated() where !line.isEmpty {
        home[number] = (2 * line.reduce(0) { $0 + $1.pitch } + line.count) / (2 * line.count)
      }
    }
    report = counts
    return lines
  }

  private func shared(
    _ ordered: [GridNote], by home: [Int], on grid: Grid, report: inout EncodingReport
  ) throws(EncodingError) -> [[GridNote]] {
    var lines = [[GridNote]](repeating: [], count: settings.lines)
    var next = 0
    while next < ordered.count {
      let frame = ordered[next].start
      // In order, so that of equal pitches none is taken by chance.
      var group = ordered[next...].prefix { $0.start == frame }.enumerated().sorted {
        ($1.element.pitch, $0.offset) < ($0.element.pitch, $1.offset)
      }.map(\.element)
      next += group.count
      cutEnding(before: group, in: &lines, on: grid, report: &report)
      var free = lines.indices.filter { (lines[$0].last?.end ?? 0) <= frame }
      uncrowd(&group, toFit: free.count, report: &report)
      guard group.count <= free.count else { throw .notInLines(lines: settings.lines, frame: frame) }
      if group.count == free.count { exchangeTwins(before: group, in: &lines, free: &free) }
      for (note, line) in zip(group, places(of: group, in: free, lines: lines, home: home, frame: frame)) {
        lines[line].append(note)
      }
    }
    return lines
  }

  /// Lets two lines that met on a pitch exchange their notes of it, where the notes that begin would cross the longer one: then
  /// it was the other line that ended.
  private func exchangeTwins(before group: [GridNote], in lines: inout [[GridNote]], free: inout [Int]) {
    for line in free {
      guard let place = free.firstIndex(of: line), let ended = lines[line].last else { continue }
      let next = group[place].pitch
      let twin = lines.indices.first { other in
        guard !free.contains(other), let held = lines[other].last else { return false }
        return held.start == ended.start && held.pitch == ended.pitch
          && (line < other ? next < held.pitch : next > held.pitch)
      }
      guard let twin, let held = lines[twin].last else { continue }
      lines[line][lines[line].count - 1] = held
      lines[twin][lines[twin].count - 1] = ended
      free[place] = twin
      free.sort()
    }
  }

  /// Frees lines whose note reaches less than a frame into the notes that begin, as many as are needed.
  private func cutEnding(
    before group: [GridNote], in lines: inout [[GridNote]], on grid: Grid, report: inout EncodingReport
  ) {
    guard let frame = group.first?.start, let tick = group.map(\.startTick).min() else { return }
    for line in lines.indices {
      let free = lines.count { ($0.last?.end ?? 0) <= frame }
      guard free < group.count else { return }
      guard let last = lines[line].last, last.end > frame, last.start < frame, grid.isShort(last.endTick - tick)
      else { continue }
      lines[line][lines[line].count - 1].end = frame
      report.cut += 1
    }
  }

  /// Leaves out notes of a frame that are over before another one of it begins, as many as are too many: first what is over
  /// first.
  func uncrowd(_ group: inout [GridNote], toFit count: Int, report: inout EncodingReport) {
    guard group.count > count else { return }
    let byEnd = group.indices.sorted { (group[$0].endTick, $0) < (group[$1].endTick, $1) }
    var byStart = group.indices.sorted { group[$0].startTick < group[$1].startTick }
    var isLeftOut = [Bool](repeating: false, count: group.count)
    var left = group.count
    for place in byEnd where left > count {
      while let last = byStart.last, isLeftOut[last] { byStart.removeLast() }
      // A note of no length is over before it begins itself.
      guard let last = byStart.last, group[last].startTick >= group[place].endTick else { break }
      isLeftOut[place] = true
      left -= 1
    }
    report.crowded += group.count - left
    group = zip(group, isLeftOut).filter { !$0.1 }.map(\.0)
  }

  /// Returns the middles of equal shares of all notes, from the top.
  private func homePitches(of notes: [GridNote]) -> [Int] {
    let pitches = notes.map(\.pitch).sorted(by: >)
    return (0..<settings.lines).map {
      pitches.isEmpty ? 0 : pitches[(2 * $0 + 1) * pitches.count / (2 * settings.lines)]
    }
  }

  /// Finds the cheapest way to give notes (from the highest down) to free lines (from the top down) in order.
  private func places(
    of group: [GridNote], in free: [Int], lines: [[GridNote]], home: [Int], frame: Int
  ) -> [Int] {
    /// The steps from a line's last pitch, twice those from its register, and twice those by which a sounding line is crossed.
    func price(_ note: GridNote, _ line: Int) -> Int {
      var price = abs(note.pitch - (lines[line].last?.pitch ?? home[line])) + 2 * abs(note.pitch - home[line])
      for (other, notes) in lines.enumerated() {
        guard let held = notes.last, held.end > frame else { continue }
        price += 2 * max(0, other < line ? note.pitch - held.pitch : held.pitch - note.pitch)
      }
      return price
    }
    // best[n][f]: the least price of the first n notes in the first f free lines.
    var best = [[Int]](repeating: [Int](repeating: .max / 2, count: free.count + 1), count: group.count + 1)
    best[0] = [Int](repeating: 0, count: free.count + 1)
    for note in group.indices {
      for line in free.indices where line >= note {
        best[note + 1][line + 1] = min(best[note + 1][line], best[note][line] + price(group[note], free[line]))
      }
    }
    var places: [Int] = []
    var line = free.count
    for note in group.indices.reversed() {
      while line > note + 1, best[note + 1][line] == best[note + 1][line - 1] { line -= 1 }
      places.append(free[line - 1])
      line -= 1
    }
    return places.reversed()
  }
}
