import Identity
import Representation

/// What `tensors` has to tell of what it wrote.
struct TensorsReport {
  /// One file: what its songs come to, and why one of them, and what follows it, was left out.
  struct File {
    let path: FileName
    var songs: [SongOutline] = []
    var report = EncodingReport()
    var leftOut: String?
  }

  let output: FileName
  let representation: Representation
  let files: [File]

  private var songs: some Sequence<SongOutline> { files.lazy.flatMap(\.songs) }
  private var report: EncodingReport { files.reduce(EncodingReport()) { $0 + $1.report } }
  private var name: String { representation.settings.name.rawValue }

  // MARK: JSON

  /// Prints the report, file by file: there may be very many.
  func printJSON() {
    var stream = JSONStream()
    stream.begin("{")
    for (name, value) in JSONValue.members(naming: PathWalk.absolute(output)) { stream.add(value, name) }
    stream.add(.string(name), "representation")
    for (name, value) in Self.sizes(songs) { stream.add(value, name) }
    stream.add(Self.json(report), "losses")
    stream.begin("[", "files")
    for file in files where !file.songs.isEmpty { stream.add(Self.json(file)) }
    stream.end()
    stream.begin("[", "left_out")
    for file in files {
      guard let reason = file.leftOut else { continue }
      stream.add(.object(JSONValue.members(naming: PathWalk.absolute(file.path)) + [("reason", .string(reason))]))
    }
    stream.end()
    stream.end()
  }

  private static func sizes(_ songs: some Sequence<SongOutline>) -> [(String, JSONValue)] {
    let (count, frames, tokens) = songs.reduce((0, 0, 0)) { ($0.0 + 1, $0.1 + $1.frames, $0.2 + $1.tokens) }
    return [("songs", .int(count)), ("frames", .int(frames)), ("tokens", .int(tokens))]
  }

  private static func json(_ file: File) -> JSONValue {
    .object(
      JSONValue.members(naming: PathWalk.absolute(file.path)) + sizes(file.songs) + [("losses", json(file.report))])
  }

  private static func json(_ report: EncodingReport) -> JSONValue {
    .object([
      ("notes", .int(report.notes)), ("moved", .int(report.moved)), ("mean_move", .double(report.meanDistance)),
      ("farthest_move", .double(report.farthest)), ("drums", .int(report.drums)), ("programs", .int(report.programs)),
      ("recast", .int(report.recast)), ("outside", .int(report.outside)), ("doubled", .int(report.doubled)),
      ("merged", .int(report.merged)), ("cut", .int(report.cut)), ("crowded", .int(report.crowded)),
      ("separated", .int(report.separated)), ("metres", .int(report.metres)),
    ])
  }

  // MARK: Text

  var text: String {
    let (count, frames) = songs.reduce((0, 0)) { ($0.0 + 1, $0.1 + $1.frames) }
    let report = report
    let leftOut = files.count { $0.leftOut != nil }
    var lines = ["\(output.shown): \(count) songs as \(name), \(frames) frames"]
    let losses = [
      (report.moved, "moved to the grid"), (report.drums, "drums left out"),
      (report.programs, "of other programs left out"), (report.recast, "given to another program of their family"),
      (report.outside, "outside the pitches"), (report.doubled, "doubled"), (report.merged, "joined"),
      (report.cut, "cut"), (report.crowded, "crowded out"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    if !losses.isEmpty { lines.append("of \(report.notes) notes: " + losses.joined(separator: ", ")) }
    if report.farthest > 0 {
      func told(_ quarters: Double) -> String { "\((quarters * 1000).rounded() / 1000)" }
      lines.append(
        "moved by \(told(report.meanDistance)) quarters a note in the mean, by \(told(report.farthest)) at most")
    }
    if report.metres > 0 { lines.append("\(report.metres) changes of metre are read as 4/4") }
    if report.separated > 0 { lines.append("\(report.separated) songs not written in lines, separated by register") }
    if leftOut > 0 { lines.append("\(leftOut) files left out") }
    return lines.joined(separator: "\n")
  }
}
