import Composition
import Foundation
import Glibc
import Identity
import Ledger
import Logging
import Testing
import Work

@testable import Studio

/// Small MIDI files.
enum TestMIDI {
  /// A file with one note, different for each pitch.
  static func file(pitch: UInt8) -> [UInt8] { file(pitch: pitch, velocities: [64]) }

  /// A file with a note for each velocity, one after another.
  static func file(pitch: UInt8, velocities: [Int]) -> [UInt8] {
    let notes = velocities.flatMap { [0, 0x90, pitch, UInt8(clamping: $0), 0x83, 0x60, 0x80, pitch, 0] as [UInt8] }
    let track = notes + [0, 0xFF, 0x2F, 0]
    return Array("MThd".utf8) + [0, 0, 0, 6, 0, 0, 0, 1, 1, 0xE0] + Array("MTrk".utf8)
      + [0, 0, 0, UInt8(track.count)] + track
  }
}

/// A studio in a folder of its own, which goes with it.
final class TemporaryStudio {
  let paths: StudioPaths
  let clock = ManualClock()
  var launcher: any WorkerLauncher = StandInLauncher()
  var steps: any StepObserver = UnobservedSteps()
  var files: any FileSystem = FaultyFileSystem { _, _ in nil }
  var log: Logger?
  var memory: any MemoryKills = NoMemoryKills()
  var programVersion = ProgramVersion.current
  var numerics = ProgramVersion.numerics
  /// The path and the hash of what stands for the starter.
  var starter: (path: String?, hash: String) = (nil, "")

  static let jobs = """
    version: 1
    studio: {poll: 100ms, settle: 0s}
    jobs:
      chorales:
        corpus: bach
        retries: 1
        timeout: 10m
        train: {representation: steps, iterations: 10}
        generate: {songs: 2}

    """

  /// Makes a studio; its folder's name begins with `name`.
  init(jobs: String = TemporaryStudio.jobs, name: String = "studio-") throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(name + UUID().uuidString)
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent("inbox"), withIntermediateDirectories: true)
    paths = StudioPaths(root: folder.path)
    try write("jobs.yaml", Array(jobs.utf8))
  }

  deinit { try? FileManager.default.removeItem(atPath: paths.root.openable) }

  var environment: StudioEnvironment {
    var log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    log.logLevel = .critical
    var environment = StudioEnvironment(
      clock: clock, files: files, steps: steps, launcher: launcher, log: self.log ?? log)
    environment.memory = memory
    environment.programVersion = programVersion
    environment.numerics = numerics
    (environment.starter, environment.starterHash) = starter
    return environment
  }

  var reader: LedgerReader { LedgerReader(studio: paths.root.openable) }

  func url(_ name: String) -> URL { URL(fileURLWithPath: paths.root.openable).appendingPathComponent(name) }

  /// Writes a file below the studio's folder.
  func write(_ name: String, _ bytes: [UInt8]) throws {
    let target = url(name)
    try FileManager.default.createDirectory(
      at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: target)
  }

  func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: url(name))) }
  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: url(name).path) }

  /// Everything below a folder, hidden or not, as paths below the studio, sorted.
  func listing(_ folder: String) -> [String] {
    let names = FileManager.default.enumerator(atPath: url(folder).path)
    return (names?.compactMap { $0 as? String } ?? []).map { folder + "/" + $0 }.sorted()
  }

  func session() throws -> StudioSession {
    try StudioSession(paths: paths, environment: environment, word: "test", lateness: 120)
  }

  /// One pass of `run`.
  @discardableResult
  func pass(_ jobs: String...) throws -> PassOutcome {
    let loop = StudioLoop(
      paths: paths, environment: environment, signals: StopSignals(asked: nil), progress: NoProgress())
    return try loop.pass(jobs: jobs)
  }
}

/// A system that ends nothing for want of memory.
struct NoMemoryKills: MemoryKills {
  func kills() -> Int? { 0 }
}

struct NoProgress: ProgressTeller {
  func tell(_ run: RunID, _ progress: WorkProgress) {}
  func finish() {}
}
