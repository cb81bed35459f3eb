import Identity
import MIDI

/// What `inspect` has to tell of one file.
struct InspectReport {
  let path: FileName
  private let outcome: Outcome
  private let scores: [Score]

  private enum Outcome {
    case facts(MIDIFacts, ContentHash)
    case unreadable(MIDIError)
    case problem(PathWalk.Problem)
  }

  init(of path: FileName, keepsScores: Bool) {
    self.path = path
    let limits = MIDILimits()
    do {
      let bytes = try PathWalk.read(path, limit: limits.fileBytes)
      do {
        let file = try MIDIFile(bytes: bytes, limits: limits)
        outcome = .facts(file.facts(), ContentHash(of: bytes))
        scores = keepsScores ? file.scores() : []
      } catch {
        outcome = .unreadable(error)
        scores = []
      }
    } catch {
      outcome = .problem(error)
      scores = []
    }
  }

  var isOK: Bool {
    guard case .facts = outcome else { return false }
    return true
  }

  var isMachineFault: Bool {
    guard case .problem(let problem) = outcome else { return false }
    return problem.kind == .machine
  }

  // MARK: JSON

  var json: JSONValue {
    var members = JSONValue.members(naming: PathWalk.absolute(path))
    switch outcome {
    case .unreadable(let error):
      members += [("ok", .bool(false)), ("error", .string(error.message)), ("offset", .int(error.offset))]
    case .problem(let problem):
      members += [("ok", .bool(false)), ("error", .string(problem.message)), ("offset", .null)]
    case .facts(let facts, let hash):
      members += [
        ("sha256", .string(hash.hex)), ("ok", .bool(true)), ("format", .int(facts.format)),
        ("division", Self.json(facts.division)), ("tracks", .int(facts.tracks)), ("notes", .int(facts.notes)),
        ("first_tick", .number(facts.firstTick)), ("last_tick", .number(facts.lastTick)),
        ("seconds", .double(facts.seconds)), ("tempos", .int(facts.tempos)),
        ("time_signatures", .int(facts.timeSignatures)), ("key_signatures", .int(facts.keySignatures)),
        ("programs", .array(facts.programs.map(JSONValue.int))), ("warnings", .array(facts.warnings.map(Self.json))),
      ]
    }
    return .object(members)
  }

  private static func json(_ division: Score.Division) -> JSONValue {
    switch division {
    case .ticksPerQuarter(let ticks): .object([("ticks_per_quarter", .int(ticks))])
    case .smpte(let frames, let ticks): .object([("smpte_fps", .int(frames)), ("ticks_per_frame", .int(ticks))])
    }
  }

  private static func json(_ warning: MIDIWarning) -> JSONValue {
    .object([
      ("code", .string(warning.code.rawValue)), ("offset", .int(warning.offset)), ("message", .string(warning.message)),
    ])
  }

  // MARK: Text

  /// A table of all files, or all facts of a single one, and below it what is odd or wrong about them.
  static func table(_ reports: [InspectReport], width: Int?) -> String {
    if let only = reports.first, reports.count == 1, case .facts(let facts, _) = only.outcome {
      return ([only.path.shown] + details(facts) + only.remarks).joined(separator: "\n")
    }
    let header = ["notes", "tracks", "length", "warnings"]
    let rows = reports.map(\.cells)
    let widths = header.indices.map { column in
      rows.reduce(header[column].utf8.count) { max($0, Terminal.columns($1[column])) }
    }
    func line(_ cells: [String], _ name: String) -> String {
      let cells = zip(cells, widths).map { cell, width in
        String(repeating: " ", count: width - Terminal.columns(cell)) + cell
      }.joined(separator: "  ")
      guard let width else { return cells + "  " + name }
      return cells + "  " + Terminal.fitted(name, to: max(8, width - Terminal.columns(cells) - 2))
    }
    var lines = [line(header, "file")] + zip(rows, reports).map { line($0, $1.path.shown) }
    for report in reports {
      lines += report.remarks.map { report.path.shown + ": " + $0 }
    }
    return lines.joined(separator: "\n")
  }

  private var cells: [String] {
    guard case .facts(let facts, _) = outcome else { return ["-", "-", "-", "not ok"] }
    return [
      facts.notes.description, facts.tracks.description, Self.length(facts.seconds), facts.warnings.count.description,
    ]
  }

  /// All facts of one file, one a line.
  private static func details(_ facts: MIDIFacts) -> [String] {
    let division =
      switch facts.division {
      case .ticksPerQuarter(let ticks): "\(ticks) ticks a quarter"
      case .smpte(let frames, let ticks): "\(frames) frames a second, \(ticks) ticks a frame"
      }
    let programs = facts.programs.isEmpty ? "none" : facts.programs.map(\.description).joined(separator: " ")
    var rows = [
      ("format", facts.format.description), ("division", division), ("tracks", facts.tracks.description),
      ("notes", facts.notes.description), ("length", length(facts.seconds)), ("tempos", facts.tempos.description),
      ("metres", facts.timeSignatures.description), ("keys", facts.keySignatures.description), ("programs", programs),
    ]
    if let first = facts.firstTick, let last = facts.lastTick { rows.insert(("ticks", "\(first) to \(last)"), at: 4) }
    return rows.map { "  " + $0 + String(repeating: " ", count: 10 - $0.utf8.count) + $1 }
  }

  /// Minutes and seconds.
  private static func length(_ seconds: Double) -> String {
    let seconds = Int(seconds.rounded())
    return "\(seconds / 60):" + (seconds % 60 < 10 ? "0" : "") + "\(seconds % 60)"
  }

  private var remarks: [String] {
    switch outcome {
    case .facts(let facts, _): facts.warnings.map { "byte \($0.offset): \($0.message)" }
    case .unreadable(let error): [error.description]
    case .problem(let problem): [problem.message]
    }
  }

  /// The notes of each song as text, or why there are none.
  func roll(width: Int?) -> String {
    guard isOK else { return remarks.map { path.shown + ": " + $0 }.joined(separator: "\n") }
    return scores.enumerated().map { number, score in
      let title = path.shown + (scores.count > 1 ? ", song \(number + 1)" : "")
      return title + "\n" + TextRoll(score, width: width ?? 80).text
    }.joined(separator: "\n")
  }
}
