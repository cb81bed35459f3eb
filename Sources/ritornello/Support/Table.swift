import Foundation
import Ledger

/// Rows of text under a header, fitted to the terminal.
///
/// Where standard output is no terminal nothing is cut and nothing left out. On one, columns that may be cut shrink, the
/// widest first, then columns that are not needed are left out, which a line below says, and only then does the first
/// column shrink, by which a row is known.
struct Table {
  /// A column, and what may be done to it where there is too little room.
  struct Column {
    let title: String
    /// Numbers stand at the right.
    var isNumber = false
    var cut = Cut.never
    /// The narrowest that it becomes by cutting.
    var least = 8
    /// Left out, from the right, where the rest would not fit.
    var isOptional = false

    /// What remains of a cell that is cut.
    enum Cut {
      case never
      /// Its beginning, as of hashes and messages.
      case keepsStart
      /// Its end, as of paths and ids.
      case keepsEnd
    }
  }

  private let columns: [Column]
  private let rows: [[String]]

  init(_ columns: [Column], _ rows: [[String]]) {
    self.columns = columns
    self.rows = rows
  }

  /// The lines, with no trailing spaces and no line break at the end; `width` nil: as wide as it is.
  func text(width: Int?) -> String {
    var shown = Array(columns.indices)
    var leftOut: [String] = []
    var widths = columns.indices.map { column in
      rows.reduce(Terminal.columns(columns[column].title)) { max($0, Terminal.columns($1[column])) }
    }
    if let width {
      while least(of: shown, widths) > width, let last = shown.last(where: { columns[$0].isOptional }) {
        shown.removeAll { $0 == last }
        leftOut.insert(columns[last].title, at: 0)
      }
      shrink(shown.filter { $0 > 0 }, of: shown, &widths, to: width)
      shrink(shown.filter { $0 == 0 }, of: shown, &widths, to: width)
    }
    let lines = ([columns.map(\.title)] + rows).map { line($0, shown, widths) }
    let note = leftOut.isEmpty ? [] : ["(no room for: \(leftOut.joined(separator: ", ")))"]
    return (lines + note).joined(separator: "\n")
  }

  private func line(_ cells: [String], _ shown: [Int], _ widths: [Int]) -> String {
    var line = ""
    for (place, column) in shown.enumerated() {
      let cell = fitted(cells[column], columns[column].cut, to: widths[column])
      let space = String(repeating: " ", count: max(0, widths[column] - Terminal.columns(cell)))
      line += (place > 0 ? "  " : "") + (columns[column].isNumber ? space + cell : cell + space)
    }
    while line.last == " " { line.removeLast() }
    return line
  }

  private func fitted(_ cell: String, _ cut: Column.Cut, to width: Int) -> String {
    guard Terminal.columns(cell) > width else { return cell }
    if cut == .keepsEnd { return Terminal.fitted(cell, to: width) }
    var kept = ""
    for character in cell {
      guard Terminal.columns(kept + String(character)) < width else { break }
      kept.append(character)
    }
    return kept + "…"
  }

  private func shrink(_ some: [Int], of shown: [Int], _ widths: inout [Int], to width: Int) {
    while total(of: shown, widths) > width {
      let candidates = some.filter { columns[$0].cut != .never && widths[$0] > columns[$0].least }
      guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { return }
      widths[widest] -= 1
    }
  }

  private func total(of shown: [Int], _ widths: [Int]) -> Int {
    shown.reduce(0) { $0 + widths[$1] } + 2 * max(0, shown.count - 1)
  }

  /// The width with every column but the first at its narrowest.
  private func least(of shown: [Int], _ widths: [Int]) -> Int {
    total(
      of: shown,
      columns.indices.map {
        $0 == 0 || columns[$0].cut == .never ? widths[$0] : min(widths[$0], columns[$0].least)
      })
  }
}

extension Table {
  /// A time to the second in UTC, or a dash.
  static func cell(_ time: Date?) -> String {
    guard let time else { return "-" }
    let text = Instant.text(time)
    return text.prefix(10) + " " + text.dropFirst(11).prefix(8) + "Z"
  }

  /// How long ago a time was, in the largest unit that fits: `3 d`, `5 h`, `12 min`.
  static func age(of time: Date, at now: Date) -> String {
    let minutes = Int(min(max(now.timeIntervalSince(time), 0), 1e12) / 60)
    return minutes < 60 ? "\(minutes) min" : minutes < 48 * 60 ? "\(minutes / 60) h" : "\(minutes / 1440) d"
  }

  /// A size in bytes as people write it: `812 B`, `3.2 MiB`.
  static func cell(bytes: Int) -> String {
    var amount = Double(bytes)
    var units = ["B", "KiB", "MiB", "GiB", "TiB"][...]
    while amount >= 1024, units.count > 1 {
      amount /= 1024
      units.removeFirst()
    }
    let unit = units.first ?? "B"
    return unit == "B" ? "\(bytes) B" : "\(decimal(amount, places: 1)) \(unit)"
  }

  /// A length in time: `2:05`, `1:02:05`.
  static func cell(seconds: Double) -> String {
    let whole = Int(min(max(seconds, 0), 1e12).rounded())
    let two = { (number: Int) in (number < 10 ? "0" : "") + String(number) }
    let rest = two(whole % 60)
    return whole < 3600 ? "\(whole / 60):\(rest)" : "\(whole / 3600):\(two(whole / 60 % 60)):\(rest)"
  }

  /// A decimal number with some places after the point, or a dash.
  static func decimal(_ number: Double?, places: Int) -> String {
    guard let number, number.isFinite, abs(number) < 1e12 else { return "-" }
    var scale = 1
    for _ in 0..<places { scale *= 10 }
    let scaled = Int((abs(number) * Double(scale)).rounded())
    let fraction = String(scaled % scale)
    return (number < 0 && scaled > 0 ? "-" : "") + "\(scaled / scale)."
      + String(repeating: "0", count: max(0, places - fraction.count)) + fraction
  }
}
