extension Representation {
  /// Finds the lines of a file: its tracks, or the channels of its only track, where each has one note at a time and there
  /// are not too many; by register otherwise.
  ///
  /// - Returns: as many lines as the settings tell, by falling mean pitch, the silent ones last.
  /// - Throws: `notInLines` where more notes sound at once than there are lines.
  func lines(
    of notes: [GridNote], on grid: Grid, report: inout EncodingReport
  ) throws(EncodingError) -> [[GridNote]] {
    var counts = report
    var lines: [[GridNote]]
    if let written = writtenLines(of: notes, on: grid, report: &counts) {
      lines = written
    } else {
      counts = report
      lines = try separatedLines(of: notes, on: grid, report: &counts)
    }
    if !settings.repeats {
      let before = lines.joined().count
      lines = lines.map { joined($0) }
      counts.merged += before - lines.joined().count
    }
    report = counts
    let sorted = lines.filter { !$0.isEmpty }.enumerated().sorted { one, other in
      let (left, right) = (sum(one.element) * other.element.count, sum(other.element) * one.element.count)
      return left == right ? one.offset < other.offset : left > right
    }
    return sorted.map(\.element) + [[GridNote]](repeating: [], count: settings.lines - sorted.count)
  }

  private func sum(_ line: [GridNote]) -> Int { line.reduce(0) { $0 + $1.pitch } }

  /// Returns the lines as the file has them; nil where it is not written in lines.
  private func writtenLines(of notes: [GridNote], on grid: Grid, report: inout EncodingReport) -> [[GridNote]]? {
    let byTrack = Dictionary(grouping: notes, by: \.track)
    let byLine = byTrack.count == 1 ? Dictionary(grouping: notes, by: \.channel) : byTrack
    guard byLine.count <= settings.lines else { return nil }
    var lines: [[GridNote]] = []
    for key in byLine.keys.sorted() {
      guard let line = singleLine(byLine[key] ?? [], on: grid, report: &report) else { return nil }
      lines.append(line)
    }
    return lines
  }

  /// Returns notes one after another; nil where two of them sound at once for a frame or more, or begin together.
  private func singleLine(_ notes: [GridNote], on grid: Grid, report: inout EncodingReport) -> [GridNote]? {
    var line: [GridNote] = []
    let ordered = notes.sorted { ($0.startTick, $0.endTick, $0.pitch) < ($1.startTick, $1.endTick, $1.pitch) }
    for var note in ordered {
      guard let last = line.last, note.start < last.end else {
        line.append(note)
        continue
      }
      if note.pitch == last.pitch {
        report.doubled += 1
        note.end = max(note.end, last.end)
        note.endTick = max(note.endTick, last.endTick)
        if note.start == last.start {
          line[line.count - 1] = note
        } else {
          line[line.count - 1].end = note.start
          line.append(note)
        }
      } else if note.start > last.start, grid.isShort(last.endTick - note.startTick) {
        report.cut += 1
        line[line.count - 1].end = note.start
        line.append(note)
      } else if note.start == last.start, last.endTick <= note.startTick {
        report.crowded += 1
        line[line.count - 1] = note
      } else {
        return nil
      }
    }
    return line
  }
}
