import MIDI

/// A score drawn as text: a row a pitch, highest first; a column a sixteenth; as many whole bars a line as fit.
///
/// A note's first sixteenth is `o`, the others are `-`; drums are `x` on rows of their own.
struct TextRoll {
  /// What a song of days would cost is cut off here.
  private static let mostBars = 4096
  private static let labelWidth = 7

  private let notes: [Cell]
  private let bars: [Int]
  private let leftOut: Int
  private let columns: Int

  /// A note in frames.
  private struct Cell {
    let start: Int
    let end: Int
    let pitch: Int
    let isDrum: Bool
    /// Drums stand below all pitches.
    var row: Int { isDrum ? pitch - 128 : pitch }
  }

  init(_ score: Score, width: Int) {
    columns = max(16, width - Self.labelWidth)
    let (ticks, quarters) = score.division.ticksToQuarters
    func frame(_ tick: Int) -> Int { (tick * 8 * quarters + ticks) / (2 * ticks) }
    let map = MetreMap(score)
    let count = min(map.barCount, Self.mostBars)
    bars = (0...count).map { frame(map.start(ofBar: $0)) }
    leftOut = map.barCount - count
    let end = bars.last ?? 0
    notes = score.tracks.flatMap(\.notes).map { note in
      let start = frame(note.start)
      return Cell(
        start: start, end: max(start + 1, frame(note.end)), pitch: Int(note.pitch), isDrum: note.isDrum)
    }.filter { $0.start < end }.sorted { $0.start < $1.start }
  }

  /// The drawing, without a line break at its end.
  var text: String {
    var lines: [String] = []
    var next = 0
    var sounding: [Cell] = []
    var bar = 0
    while bar < bars.count - 1 {
      let first = bar
      bar += 1
      // A bar line stands before each bar.
      while bar < bars.count - 1, bars[bar + 1] - bars[first] + bar + 1 - first <= columns { bar += 1 }
      // A bar that is wider than a line is broken.
      var start = bars[first]
      while start < bars[bar] {
        let end = bar == first + 1 ? min(bars[bar], start + columns - 1) : bars[bar]
        sounding.removeAll { $0.end <= start }
        while next < notes.count, notes[next].start < end {
          if notes[next].end > start { sounding.append(notes[next]) }
          next += 1
        }
        lines.append(bar == first + 1 ? "bar \(first + 1)" : "bars \(first + 1) to \(bar)")
        lines += rows(sounding, start..<end)
        start = end
      }
    }
    if leftOut > 0 { lines.append("\(leftOut) more bars are not drawn") }
    if notes.isEmpty { lines.append("no notes") }
    return lines.joined(separator: "\n")
  }

  private func rows(_ cells: [Cell], _ frames: Range<Int>) -> [String] {
    let drums = Set(cells.filter(\.isDrum).map(\.row))
    let pitches = cells.filter { !$0.isDrum }.map(\.row)
    var order: [Int] = []
    if let low = pitches.min(), let high = pitches.max() { order = (low...high).reversed() }
    order += drums.sorted(by: >)
    let bars = Set(self.bars)
    return order.map { row in
      var symbols = [Character](repeating: ".", count: frames.count)
      for cell in cells where cell.row == row {
        for frame in max(cell.start, frames.lowerBound)..<min(cell.end, frames.upperBound)
        where frame == cell.start || symbols[frame - frames.lowerBound] == "." {
          symbols[frame - frames.lowerBound] = frame > cell.start ? "-" : cell.isDrum ? "x" : "o"
        }
      }
      var line = Self.label(row)
      for frame in frames {
        if bars.contains(frame) { line.append("|") }
        line.append(symbols[frame - frames.lowerBound])
      }
      return line
    }
  }

  private static func label(_ row: Int) -> String {
    let names = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]
    let text = row < 0 ? "dr \(row + 128)" : names[row % 12] + "\(row / 12 - 1)"
    return text + String(repeating: " ", count: labelWidth - text.utf8.count)
  }
}
