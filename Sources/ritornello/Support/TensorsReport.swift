import Identity
import Representation

/// What `tensors` has to tell of what it wrote.
struct TensorsReport {
  /// One file: its songs, and why one of them, and what follows it, was left out.
  struct File {
    let path: FileName
    var songs: [EncodedSong] = []
    var report = EncodingReport()
    var leftOut: String?
  }

  let output: FileName
  let representation: Representation
  let files: [File]

  private var songs: [EncodedSong] { files.flatMap(\.songs) }
  private var report: EncodingReport { files.reduce(EncodingReport()) { $0 + $1.report } }
  private var leftOut: [File] { files.filter { $0.leftOut != nil } }
  private var name: String { representation.settings.name.rawValue }

  // MARK: JSON

  var json: JSONValue {
    .object(
      JSONValue.members(naming: PathWalk.absolute(output)) + [("representation", .string(name))] + Self.sizes(songs) + [
        ("losses", Self.json(report)), ("files", .array(files.filter { !$0.songs.isEmpty }.map(Self.json))),
        (
          "left_out",
          .array(
            leftOut.map {
              .object(JSONValue.members(naming: PathWalk.absolute($0.path)) + [("reason", .string($0.leftOut ?? ""))])
            })
        ),
      ])
  }

  private static func sizes(_ songs: [EncodedSong]) -> [(String, JSONValue)] {
    [
      ("songs", .int(songs.count)), ("frames", .int(songs.reduce(0) { $0 + $1.frames })),
      ("tokens", .int(songs.reduce(0) { $0 + $1.tokens.count })),
    ]
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
    let frames = songs.reduce(0) { $0 + $1.frames }
    let report = report
    var lines = ["\(output.shown): \(songs.count) songs as \(name), \(frames) frames"]
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
    if !leftOut.isEmpty { lines.append("\(leftOut.count) files left out") }
    return lines.joined(separator: "\n")
  }
}
