// Lines out of a texture that is not written in lines: by register.
//
// Notes that begin together go to the lines that are free, the highest to the uppermost; where there are more free lines
// than notes, to those whose last pitch is nearest. A line keeps its note to the end, so lines may cross, at a price.

extension Representation {
  /// Shares notes among the lines.
  ///
  /// - Throws: `notInLines` where more notes sound at once than there are lines.
  func separatedLines(
    of notes: [GridNote], on grid: Grid, report: inout EncodingReport
  ) throws(EncodingError) -> [[GridNote]] {
    let ordered = undoubled(notes, starts: true, report: &report)
    var lines = [[GridNote]](repeating: [], count: settings.lines)
    let home = homePitches(of: ordered)
    var next = 0
    while next < ordered.count {
      let frame = ordered[next].start
      var group = ordered[next...].prefix { $0.start == frame }.sorted { $0.pitch > $1.pitch }
      next += group.count
      cutEnding(before: group, in: &lines, on: grid, report: &report)
      let free = lines.indices.filter { (lines[$0].last?.end ?? 0) <= frame }
      uncrowd(&group, toFit: free.count, report: &report)
      guard group.count <= free.count else { throw .notInLines(lines: settings.lines, frame: frame) }
      for (note, line) in zip(group, places(of: group, in: free, lines: lines, home: home, frame: frame)) {
        lines[line].append(note)
      }
    }
    return lines
  }

  /// Frees lines whose note reaches less than a frame into the notes that begin, as many as are needed.
  private func cutEnding(
    before group: [GridNote], in lines: inout [[GridNote]], on grid: Grid, report: inout EncodingReport
  ) {
    guard let frame = group.first?.start, let tick = group.map(\.startTick).min() else { return }
    for line in lines.indices {
      let free = lines.count { ($0.last?.end ?? 0) <= frame }
      guard free < group.count else { return }
      guard let last = lines[line].last, last.end == frame + 1, last.start < frame, grid.isShort(last.endTick - tick)
      else { continue }
      lines[line][lines[line].count - 1].end = frame
      report.cut += 1
    }
  }

  /// Leaves out notes of a frame that are over before another one of it begins, as many as are too many.
  private func uncrowd(_ group: inout [GridNote], toFit count: Int, report: inout EncodingReport) {
    while group.count > count {
      let over = group.indices.filter { place in
        let note = group[place]
        return note.end == note.start + 1 && group.contains { $0.startTick >= note.endTick }
      }
      guard let first = over.min(by: { group[$0].endTick < group[$1].endTick }) else { return }
      group.remove(at: first)
      report.crowded += 1
    }
  }

  /// Returns where each line is at home before its first note: the middles of equal shares of all notes, from the top.
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
    /// The steps from a line's last pitch, and twice the steps by which a sounding line is crossed.
    func price(_ note: GridNote, _ line: Int) -> Int {
      var price = abs(note.pitch - (lines[line].last?.pitch ?? home[line]))
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
