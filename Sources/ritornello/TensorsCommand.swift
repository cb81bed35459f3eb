import ArgumentParser
import Composition
import Identity
import Jobs
import MIDI
import Representation
import Work

/// `ritornello tensors`: the numbers that a network is trained on, as NumPy arrays.
struct TensorsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tensors",
    abstract: "Write the representation of MIDI files as NumPy arrays.",
    discussion: """
      The file opens with numpy.load. Keys: tokens [N] (roll: frames [N, pitches × block]), offsets [songs + 1], names, \
      vocabulary, and start, the token before the first. Songs stand in the order of their paths' bytes.

      ritornello tensors Examples/chorales --representation steps -o chorales.npz
      """)

  @Argument(help: "MIDI files, or folders that are walked for .mid, .midi, .kar and .rmi.", completion: .file())
  var path: [String]

  @Option(name: .shortAndLong, help: "The file to write.", completion: .file(extensions: ["npz"]))
  var output: String

  @Option(help: "A YAML file with the fields of a train: map; its representation is used.", completion: .file())
  var settings: String?

  @Option(help: "roll, steps or voices, with its defaults.")
  var representation: String?

  @Option(help: "Weights whose representation is used.", completion: .file(extensions: ["safetensors"]))
  var weights: String?

  @Flag(help: "Print one JSON object.")
  var json = false

  func validate() throws {
    if path.isEmpty { throw ValidationError("name at least one file or folder") }
    if weights != nil, settings != nil || representation != nil {
      throw ValidationError("--weights brings its representation along; leave out --settings and --representation")
    }
  }

  func run() throws {
    try reporting {
      let representation = try chosenRepresentation()
      var songs: [(name: String, song: EncodedSong)] = []
      var report = EncodingReport()
      var leftOut: [(path: FileName, reason: String)] = []
      for file in Set(try PathWalk.files(at: path.map(PathWalk.argument))).sorted() {
        do {
          for score in try MIDIFile(bytes: try bytes(of: file)).scores() {
            let (song, losses) = try representation.encode(score)
            report += losses
            songs.append((file.shown, song))
          }
        } catch let problem as PathWalk.Problem {
          throw problem
        } catch {
          leftOut.append((file, "\(error)"))
          printError("ritornello: \(file.shown) was left out: \(error)")
        }
      }
      guard !songs.isEmpty else { throw fail("no file can be written as \(name(representation))", Exit.data) }
      try checkOutput(output)
      let archive: [UInt8]
      do {
        archive = try representation.archive(of: songs).encoded()
      } catch {
        throw fail("\(error)", Exit.data)
      }
      try DurableFile.write(archive, to: output)
      print(json ? text(songs, report, leftOut, representation) : lines(songs, report, leftOut, representation))
    }
  }

  private func chosenRepresentation() throws -> Representation {
    if let weights { return try readWeights(weights).weights.metadata.plan.reading().representation }
    let (value, diagnostics) = SettingsFile.parseTrain(
      bytes: try readSettings(settings), path: settings ?? "",
      options: representation.map { ["representation": [$0]] } ?? [:])
    do {
      return try Representation(try unwrap(value, diagnostics).representation.settings)
    } catch let error as RepresentationError {
      throw fail("\(error)", settings == nil ? Exit.usage : Exit.data)
    }
  }

  private func bytes(of file: FileName) throws -> [UInt8] {
    try PathWalk.read(file, limit: MIDILimits().fileBytes)
  }

  private func name(_ representation: Representation) -> String { representation.settings.name.rawValue }

  private func text(
    _ songs: [(name: String, song: EncodedSong)], _ report: EncodingReport,
    _ leftOut: [(path: FileName, reason: String)],
    _ representation: Representation
  ) -> String {
    JSONValue.object(
      JSONValue.members(naming: PathWalk.absolute(PathWalk.argument(output))) + [
        ("representation", .string(name(representation))), ("songs", .int(songs.count)),
        ("frames", .int(songs.reduce(0) { $0 + $1.song.frames })),
        ("tokens", .int(songs.reduce(0) { $0 + $1.song.tokens.count })),
        (
          "losses",
          .object([
            ("notes", .int(report.notes)), ("moved", .int(report.moved)), ("drums", .int(report.drums)),
            ("outside", .int(report.outside)), ("doubled", .int(report.doubled)), ("merged", .int(report.merged)),
            ("cut", .int(report.cut)), ("crowded", .int(report.crowded)),
          ])
        ),
        (
          "left_out",
          .array(
            leftOut.map {
              .object(JSONValue.members(naming: PathWalk.absolute($0.path)) + [("reason", .string($0.reason))])
            })
        ),
      ]
    ).text()
  }

  private func lines(
    _ songs: [(name: String, song: EncodedSong)], _ report: EncodingReport,
    _ leftOut: [(path: FileName, reason: String)],
    _ representation: Representation
  ) -> String {
    let frames = songs.reduce(0) { $0 + $1.song.frames }
    var text = "\(PathWalk.argument(output).shown): \(songs.count) songs as \(name(representation)), \(frames) frames"
    let losses = [
      (report.moved, "moved to the grid"), (report.drums, "drums left out"), (report.outside, "outside the pitches"),
      (report.doubled, "doubled"), (report.merged, "joined"), (report.cut, "cut"), (report.crowded, "crowded out"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    if !losses.isEmpty { text += "\nof \(report.notes) notes: " + losses.joined(separator: ", ") }
    if !leftOut.isEmpty { text += "\n\(leftOut.count) files left out" }
    return text
  }
}
