import Composition
import Foundation
import Glibc
package import Identity
import Jobs
package import Ledger
import Work

/// Makes songs again from what the ledger recorded, and compares.
package struct Reproduction {
  let paths: StudioPaths
  let environment: StudioEnvironment
  let reader: LedgerReader
  let signals: StopSignals
  let progress: any ProgressTeller

  package init(
    paths: StudioPaths, environment: StudioEnvironment, signals: StopSignals, progress: any ProgressTeller
  ) {
    self.paths = paths
    self.environment = environment
    self.signals = signals
    self.progress = progress
    reader = LedgerReader(studio: paths.root.openable)
  }

  /// What came of making a song again.
  package struct Comparison: Sendable {
    package var song: SongRecord
    /// The hash of the song that was made again; nil: it was not, as the arithmetic is another one.
    package var again: ContentHash?
    /// The hash of the file that was asked about, where one was.
    package var asked: ContentHash?
    /// The version of the arithmetic that the song was made with, where that is recorded, and the present one.
    package var recordedNumerics: Int?
    package var numerics: Int

    package var isSame: Bool { again == song.sha256 && (asked ?? song.sha256) == song.sha256 }
    /// Says that nothing was made, as it could only differ.
    package var hasOtherNumerics: Bool { again == nil }
  }

  /// Makes a song again.
  ///
  /// What was made with another version of the arithmetic is not made again at all: it could only differ.
  ///
  /// - Parameters:
  ///   - text: a song's id, or the path of a file: below the studio by its path, elsewhere by its bytes.
  ///   - deep: whether weights are trained again too.
  /// - Returns: the hashes of then and now.
  /// - Throws: `StudioError` where there is no such song or it cannot be made again; `Stopped` after a signal.
  package func compare(_ text: String, deep: Bool) throws -> Comparison {
    let (song, asked) = try find(text)
    let folder = paths.reproductions / String(getpid())
    try environment.makeFolders(folder)
    defer {
      try? environment.removeTree(folder)
      try? environment.files.removeFolder(paths.reproductions, in: workingFolder)
    }
    do {
      let made = try makeAgain(song, deep: deep, in: folder)
      return Comparison(
        song: song, again: made.hash, asked: asked, recordedNumerics: made.numerics, numerics: environment.numerics)
    } catch let other as OtherNumerics {
      return Comparison(
        song: song, again: nil, asked: asked, recordedNumerics: other.recorded, numerics: environment.numerics)
    }
  }

  /// What was recorded was made with another version of the arithmetic.
  private struct OtherNumerics: Error {
    var recorded: Int
  }

  private func makeAgain(
    _ song: SongRecord, deep: Bool, in folder: FileName
  ) throws -> (hash: ContentHash, numerics: Int?) {
    let order = try recordedOrder(of: song.id.run, trains: false)
    guard let hash = song.weights else {
      throw StudioError.refused("the ledger does not know the weights of \(song.id)")
    }
    var again = order
    again.train = nil
    again.evaluate = nil
    again.files = []
    again.validationFiles = nil
    again.evaluationFiles = nil
    again.against = nil
    // Whatever attempt it was, its seed is all that it takes.
    again.again = .init(number: song.id.number, seed: song.seed)
    again.weights = .init(sha256: hash, path: try weights(hash, deep: deep, in: folder, depth: 0).openable)
    let result = try work(again, in: folder / "songs")
    let stem = song.id.fileStem + ".mid"
    guard let made = result.songs.first(where: { $0.file == stem }) else {
      throw StudioError.fault("the song \(song.id) was not among those that were made again")
    }
    return (made.sha256, order.numerics)
  }

  /// The song that is meant, and the hash of the file that was named.
  private func find(_ text: String) throws -> (SongRecord, ContentHash?) {
    if let id = SongID(text), let song = try reader.song(id) { return (song, nil) }
    if let found = try find(path: text) { return found }
    if let hash = hash(at: URL(fileURLWithPath: text)) {
      if let song = try reader.songs(withHash: hash).first { return (song, hash) }
    } else if !text.hasPrefix("/"), let found = try find(path: paths.root.openable + "/" + text) {
      return found
    }
    throw StudioError.missing(
      "the ledger knows no song '\(FileName(text).shown)'; ritornello songs lists those that there are")
  }

  /// The song that lies under a path of the studio, or lay there.
  private func find(path text: String) throws -> (SongRecord, ContentHash?)? {
    let root = paths.root.openable
    let roots = [root, URL(fileURLWithPath: root).resolvingSymlinksInPath().path]
    let url = URL(fileURLWithPath: text)
    // Inbox and outbox may be links to folders elsewhere, and so may the studio.
    for full in [url.standardizedFileURL.path, url.resolvingSymlinksInPath().path] {
      for root in roots where full.hasPrefix(root + "/") {
        if let song = try reader.song(atPath: String(full.dropFirst(root.count + 1))) { return (song, hash(at: url)) }
      }
    }
    return nil
  }

  /// The hash of a file's bytes; nil where there is none that can be read.
  private func hash(at url: URL) -> ContentHash? {
    let path = FileName(url.standardizedFileURL.resolvingSymlinksInPath().path)
    return (try? environment.contents(of: path, limit: 64 << 20)).map { ContentHash(of: $0) }
  }

  /// The order of a run of which weights are trained again, or songs are made of its weights alone.
  private func recordedOrder(of run: RunID, trains: Bool) throws -> WorkOrder {
    guard let text = try reader.order(of: run) else {
      throw StudioError.refused("the ledger has no order of \(run)")
    }
    var order = try JSONDecoder().decode(WorkOrder.self, from: Data(text.utf8))
    if order.numerics == nil || order.programVersion == nil {
      // An older program's order; the result has them, if the run's folder is still there.
      let result = try RunFiles(run, paths: paths, environment: environment).result()
      order.numerics = order.numerics ?? result?.numerics
      order.programVersion = order.programVersion ?? result?.programVersion
    }
    let trainsRounded = trains && order.train?.precision == .bf16
    if let recorded = order.numerics,
      !ProgramVersion.numerics(environment.numerics, make: recorded, trainsRounded: trainsRounded)
    {
      throw OtherNumerics(recorded: recorded)
    }
    // Paths count from the run's own folder; here they are wanted from anywhere.
    let folder = paths.run(run)
    order.files = order.files.map { $0.absolute(from: folder) }
    order.validationFiles = order.validationFiles?.map { $0.absolute(from: folder) }
    order.prime = order.prime?.absolute(from: folder)
    order.melody = order.melody?.absolute(from: folder)
    // What is made again is made of the files themselves.
    order.cache = nil
    return order
  }

  /// The file of weights: the recorded one, or one that is trained again.
  private func weights(_ hash: ContentHash, deep: Bool, in folder: FileName, depth: Int) throws -> FileName {
    let kept = paths.weights(hash)
    let isKept = try environment.exists(kept)
    guard deep else {
      if isKept { return kept }
      throw StudioError.refused("the weights \(hash) were pruned; --deep trains them again")
    }
    guard depth < 64, let record = try reader.weights(hash), let run = record.run else {
      if isKept { return kept }
      throw StudioError.refused("the ledger does not know how the weights \(hash) were made")
    }
    var order = try recordedOrder(of: run, trains: true)
    order.generate = nil
    order.evaluate = nil
    order.evaluationFiles = nil
    if order.train?.minutes != nil { order.stopAtIteration = record.iterations }
    if let parent = order.weights?.sha256 {
      // Parents are trained again only where they are gone.
      let isThere = try environment.exists(paths.weights(parent))
      let path = try weights(parent, deep: !isThere, in: folder, depth: depth + 1)
      order.weights = .init(sha256: parent, path: path.openable)
    }
    let place = folder / "weights-\(depth)"
    let result = try work(order, in: place)
    let made = place / RunFolder.weights
    if result.training?.sha256 == hash { return made }
    let program = order.programVersion.map { (version: $0, numerics: order.numerics) }
    if let same = try recorded(hash, from: made, program: program, kept: isKept ? kept : nil) {
      return same
    }
    throw StudioError.differs(
      "the weights \(hash), trained again, are \(result.training?.sha256.hex ?? "none"): they differ")
  }

  /// The file of weights as it was recorded, where what was trained again is the same but for the program's version and
  /// that of its arithmetic.
  ///
  /// The file names those, and so another release's file has another hash.
  ///
  /// - Parameters:
  ///   - hash: the recorded hash.
  ///   - made: the file that was trained again.
  ///   - program: the versions of the program that made the recorded one; nil: not known.
  ///   - kept: the recorded file, where it is there.
  /// - Returns: nil where they differ in anything else.
  /// - Throws: `CompositionError` or `FileError` where a file cannot be read or written.
  private func recorded(
    _ hash: ContentHash, from made: FileName, program: (version: String, numerics: Int?)?, kept: FileName?
  ) throws -> FileName? {
    var again = try WeightsFile.read(made.openable).weights
    if let kept {
      let recorded = try WeightsFile.read(kept.openable).weights
      again.metadata.version = recorded.metadata.version
      again.metadata.numerics = recorded.metadata.numerics
      // Both as this version writes them, so that fields which it has added tell nothing.
      return try again.encoded() == recorded.encoded() ? kept : nil
    }
    guard let program else { return nil }
    again.metadata.version = program.version
    if let numerics = program.numerics { again.metadata.numerics = numerics }
    let bytes = try again.encoded()
    guard ContentHash(of: bytes) == hash else { return nil }
    let named = made.folder / "as-recorded.safetensors"
    let steps = WritingSteps(
      write: .writeWeights, synchronise: .synchroniseWeights, place: .placeWeights, folder: .placeWeights)
    try environment.writeDurably(bytes, to: named, steps: steps)
    return named
  }

  /// Gives an order to a worker and waits for it.
  private func work(_ order: WorkOrder, in folder: FileName) throws -> WorkResult {
    var order = order
    order.attempt = 1
    try environment.makeFolders(folder)
    let files = RunFiles(folder: folder, environment: environment)
    _ = try files.write(order)
    let worker = try environment.launcher.launch(runFolder: folder, niceness: 0)
    var isStopping = false
    while true {
      if let ending = environment.launcher.ending(of: worker) {
        progress.finish()
        if let number = signals.stop { throw Stopped(signal: number) }
        guard ending == .exited(0), let result = try files.result() else {
          throw StudioError.fault("the worker failed: \(files.lastLogLine() ?? "\(ending)")")
        }
        if let failure = result.failure { throw StudioError.refused(failure.message) }
        return result
      }
      if signals.stop != nil, !isStopping {
        isStopping = true
        environment.launcher.signal(SIGTERM, to: worker)
      }
      if let reached = files.progress { progress.tell(order.run, reached) }
      environment.clock.wait(seconds: 0.05)
    }
  }
}

/// A signal ended what was being done.
package struct Stopped: Error {
  package var signal: Int32
}

extension WorkOrder.File {
  fileprivate func absolute(from folder: FileName) -> WorkOrder.File {
    var file = self
    if !path.hasPrefix("/") { file.path = folder.openable + "/" + path }
    return file
  }
}
