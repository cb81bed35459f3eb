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

  @Option(help: "roll, steps, voices or events, with its defaults.")
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
      let paths = Set(try PathWalk.files(at: path.map(PathWalk.argument))).sorted()
      try checkOutput(output)
      let spool = try SongSpool(beside: output, representation)
      var files: [TensorsReport.File] = []
      try OrderedWork().run(paths.count) {
        try encode(paths[$0], representation)
      } take: { file, _ in
        for song in file.songs { try spool.append(song) }
        if let reason = file.report.leftOut {
          printError("ritornello: \(file.report.path.shown) was left out: \(reason)")
        }
        files.append(file.report)
      }
      try spool.finish()
      let songs = files.lazy.flatMap { file in file.songs.lazy.map { (name: file.path.shown, outline: $0) } }
      guard files.contains(where: { !$0.songs.isEmpty }) else {
        throw fail("no file can be written as \(representation.settings.name.rawValue)", Exit.data)
      }
      do {
        let archive = SongArchive(representation, songs: songs)
        try DurableFile.write(to: output) { append in
          try archive.write(song: { spool.song($0) }) { try $0.withUnsafeBytes(append) }
        }
      } catch let error as NumpyArchive.Failure {
        throw fail("\(error)", Exit.data)
      }
      let report = TensorsReport(output: PathWalk.argument(output), representation: representation, files: files)
      if json { report.printJSON() } else { print(report.text) }
    }
  }

  /// One file's songs, packed, and what is told of it.
  private func encode(
    _ path: FileName, _ representation: Representation
  ) throws -> (report: TensorsReport.File, songs: [PackedSong]) {
    var file = TensorsReport.File(path: path)
    var songs: [PackedSong] = []
    do {
      for score in try MIDIFile(bytes: try bytes(of: path)).scores() {
        let (song, losses) = try representation.encode(score)
        file.report += losses
        songs.append(PackedSong(song, representation))
      }
    } catch let problem as PathWalk.Problem {
      throw problem
    } catch {
      file.leftOut = "\(error)"
    }
    file.songs = songs.map(\.outline)
    return (file, songs)
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
}
