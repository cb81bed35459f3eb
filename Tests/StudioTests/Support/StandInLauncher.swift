import Composition
import Foundation
import Glibc
import Identity
import Studio
import Synchronization
import Work

/// Stands in for the worker's process where what is tested is how the studio deals with its end.
final class StandInLauncher: WorkerLauncher {
  /// What an attempt does.
  enum Act: Sendable {
    /// Writes songs and weights and a result, and exits 0.
    case finish
    /// Tells a failure in its result, and exits 0.
    case fail(WorkResult.Failure.Kind)
    /// Ends by a signal, having reached a checkpoint with so many iterations.
    case die(iterations: Int)
    /// Exits with a status and no result.
    case exit(Int32)
    /// Goes on until it is told to stop; then ends with 143, or by SIGKILL where it does not listen.
    case hang(listens: Bool)
    /// Names a song that it did not write.
    case lie
  }

  private struct State {
    var acts: [Act]
    var launched = 0
    var endings: [Int32: WorkerEnding] = [:]
    var hanging: [Int32: Bool] = [:]
    var signals: [Int32] = []
  }

  private let state: Mutex<State>
  /// Above the numbers that Linux gives to processes, of which the largest is 2^22.
  private static let standIns: Int32 = 1 << 30

  /// - Parameter acts: what the attempts do, in turn; the last goes on for all later ones.
  init(_ acts: [Act] = [.finish]) { state = Mutex(State(acts: acts)) }

  var launched: Int { state.withLock { $0.launched } }
  var signals: [Int32] { state.withLock { $0.signals } }

  func launch(runFolder: FileName, niceness: Int32) throws(FileError) -> Int32 {
    let act = state.withLock { state -> Act in
      state.launched += 1
      return state.acts.count > 1 ? state.acts.removeFirst() : state.acts.first ?? .finish
    }
    let process = Self.standIns + Int32(state.withLock { $0.launched })
    let ending: WorkerEnding?
    do {
      ending = try perform(act, in: URL(fileURLWithPath: runFolder.shown))
    } catch {
      throw FileError(code: EIO, call: "stand in", path: runFolder)
    }
    state.withLock {
      if case .hang(let listens) = act { $0.hanging[process] = listens }
      if let ending { $0.endings[process] = ending }
    }
    return process
  }

  func start(_ command: [String], input: FileName, log: FileName, in folder: FileName) throws(FileError) -> Int32 {
    try PosixWorkerLauncher(command: []).start(command, input: input, log: log, in: folder)
  }

  func ending(of worker: Int32) -> WorkerEnding? {
    // Programs that jobs name are real ones.
    worker < Self.standIns
      ? PosixWorkerLauncher(command: []).ending(of: worker) : state.withLock { $0.endings[worker] }
  }

  func signal(_ number: Int32, to worker: Int32) {
    if worker < Self.standIns { return PosixWorkerLauncher(command: []).signal(number, to: worker) }
    state.withLock {
      guard let listens = $0.hanging[worker], $0.endings[worker] == nil else { return }
      $0.signals.append(number)
      if number == SIGKILL { $0.endings[worker] = .signalled(SIGKILL) }
      if number == SIGTERM, listens { $0.endings[worker] = .exited(143) }
    }
  }

  private func perform(_ act: Act, in folder: URL) throws -> WorkerEnding? {
    let order = try JSONDecoder().decode(
      WorkOrder.self, from: Data(contentsOf: folder.appendingPathComponent("order.json")))
    var result = WorkResult(numerics: 1, instructionSet: "none", programVersion: "test")
    switch act {
    case .finish: try finish(order, &result, in: folder)
    case .fail(let kind): result.failure = .init(kind: kind, message: "it did not work")
    case .lie: result.songs = [try song(order, 1, Array("not there".utf8))]
    case .die(let iterations):
      let progress = WorkProgress(stage: .training, checkpointIteration: iterations)
      try JSONEncoder().encode(progress).write(to: folder.appendingPathComponent("progress.json"))
      return .signalled(SIGKILL)
    case .exit(let status): return .exited(status)
    case .hang: return nil
    }
    try JSONEncoder().encode(result).write(to: folder.appendingPathComponent("result.json"))
    return .exited(0)
  }

  private func finish(_ order: WorkOrder, _ result: inout WorkResult, in folder: URL) throws {
    let weights = Array("weights of \(order.snapshot?.hex ?? "nothing")".utf8)
    try Data(weights).write(to: folder.appendingPathComponent("weights.safetensors"))
    result.training = .init(
      sha256: ContentHash(of: weights), parameters: 1, iterations: 10, epochs: 1, trainLoss: 1, validationLoss: nil,
      bestIteration: 10, seconds: 1, tokensPerSecond: 1, stoppedBy: "iterations")
    result.weights = result.training?.sha256
    let songs = folder.appendingPathComponent("songs")
    try FileManager.default.createDirectory(at: songs, withIntermediateDirectories: true)
    for number in 1...2 {
      let bytes = TestMIDI.file(pitch: UInt8(40 + number))
      let song = try song(order, number, bytes)
      try Data(bytes).write(to: songs.appendingPathComponent(song.file))
      result.songs.append(song)
    }
  }

  private func song(_ order: WorkOrder, _ number: Int, _ bytes: [UInt8]) throws -> WorkResult.Song {
    let metrics = """
      {"pitch_class_entropy":0,"scale_consistency":1,"groove_consistency":1,"polyphony":1,"empty_bars":0,
      "note_density":1,"longest_repeat":0,"self_similarity":0,"pitch_range":1,"hanging_notes":0}
      """
    return WorkResult.Song(
      file: "\(order.run.fileStem)-0\(number).mid", sha256: ContentHash(of: bytes), seed: 7, bars: 1, notes: 1,
      seconds: 1, metrics: try JSONDecoder().decode(SongMetrics.self, from: Data(metrics.utf8)))
  }
}
