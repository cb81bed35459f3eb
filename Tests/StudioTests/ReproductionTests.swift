import Composition
import Foundation
import Glibc
import Identity
import Jobs
import Ledger
import MIDI
import TestSupport
import Testing
import Work

@testable import Studio

/// Does a worker's work within the test, as a program of any version.
struct PerformingLauncher: WorkerLauncher {
  /// The version that the program has, where it is not this one.
  var version: String?
  /// The version of its arithmetic, which makes the same bytes.
  var numerics: Int?
  /// Whether it trains from another seed than it is told to.
  var isAstray = false

  func launch(runFolder: FileName, niceness: Int32) throws(FileError) -> Int32 {
    do {
      let folder = runFolder.shown
      var order = try Worker.readOrder(in: folder)
      if isAstray { order.train?.seed += 1 }
      var worker = Worker(order, in: folder, stop: StopFlag())
      var result = try worker.perform()
      if version != nil || numerics != nil, result.training != nil {
        let path = folder + "/" + RunFolder.weights
        var file = try WeightsFile.read(path).weights
        file.metadata.version = version ?? file.metadata.version
        file.metadata.numerics = numerics ?? file.metadata.numerics
        let bytes = try file.encoded()
        try DurableFile.write(bytes, to: path)
        result.training?.sha256 = ContentHash(of: bytes)
        result.weights = ContentHash(of: bytes)
        try DurableFile.write(Array(JSONEncoder().encode(result)), to: folder + "/" + RunFolder.result)
      }
    } catch {
      throw FileError(code: EIO, call: "perform", path: runFolder)
    }
    return 1
  }

  func start(_ command: [String], input: FileName, log: FileName, in folder: FileName) throws(FileError) -> Int32 { 1 }
  func ending(of worker: Int32) -> WorkerEnding? { .exited(0) }
  func signal(_ number: Int32, to worker: Int32) {}
}

@Suite("Songs that are made again")
struct ReproductionTests {
  private static let jobs = """
    version: 1
    studio: {poll: 100ms, settle: 0s, threads: 1}
    jobs:
      tiny:
        corpus: bach
        retries: 0
        train:
          representation: steps
          network: {hidden: 8, head: 8}
          batch: 2
          sequence: 16
          iterations: 3
          validate_every: 2
        generate: {songs: 1, length: 1 bars}
        keep: {weights: 1}

    """

  /// A studio whose program was once of another version, or had other arithmetic, and made two runs.
  private func studio(version: String? = nil, numerics: Int? = nil, precision: String = "f32") throws
    -> TemporaryStudio
  {
    let studio = try TemporaryStudio(
      jobs: Self.jobs.replacing("batch: 2", with: "batch: 2\n      precision: \(precision)"))
    studio.launcher = PerformingLauncher(version: version, numerics: numerics)
    studio.programVersion = version ?? ProgramVersion.current
    studio.numerics = numerics ?? ProgramVersion.numerics
    for number in 0..<2 {
      let bytes = MIDIFile(score: ScoreBuilder.chorale(seed: UInt64(number))).bytes
      try studio.write("inbox/bach/\(number).mid", bytes)
      #expect(try studio.pass("tiny").status == 0)
    }
    studio.launcher = PerformingLauncher()
    studio.programVersion = ProgramVersion.current
    studio.numerics = ProgramVersion.numerics
    return studio
  }

  private func compare(_ song: String, deep: Bool, in studio: TemporaryStudio) throws -> Reproduction.Comparison {
    try Reproduction(
      paths: studio.paths, environment: studio.environment, signals: StopSignals(asked: nil), progress: NoProgress()
    ).compare(song, deep: deep)
  }

  @Test(
    "with its weights there, or pruned and trained again",
    arguments: [(nil, nil), ("0.0.1", nil), ("0.0.1", 2), ("0.0.1", 3)] as [(String?, Int?)])
  func deep(version: String?, numerics: Int?) throws {
    let studio = try studio(version: version, numerics: numerics)
    let weights = try studio.reader.weights()
    #expect(weights.map { $0.prunedAt != nil } == [true, false])
    #expect(!studio.exists(".ritornello/weights/\(weights[0].sha256).safetensors"))
    #expect(throws: StudioError.self) { try compare("tiny/0001/01", deep: false, in: studio) }
    for song in ["tiny/0001/01", "tiny/0002/01"] {
      let found = try compare(song, deep: true, in: studio)
      #expect(found.isSame && !found.hasOtherNumerics, "\(song)")
    }
    #expect(try compare("tiny/0002/01", deep: false, in: studio).isSame)
  }

  @Test("another arithmetic is told before anything is made")
  func otherNumerics() throws {
    let studio = try studio()
    studio.numerics += 1
    studio.launcher = StandInLauncher([.exit(1)])
    let found = try compare("tiny/0002/01", deep: true, in: studio)
    #expect(found.hasOtherNumerics && !found.isSame)
    #expect(found.recordedNumerics == ProgramVersion.numerics && found.numerics == ProgramVersion.numerics + 1)
  }

  @Test("of an arithmetic that rounded operands were summed otherwise in, songs are made again, weights are not")
  func roundedOperands() throws {
    let studio = try studio(numerics: 2, precision: "bf16")
    #expect(try compare("tiny/0002/01", deep: false, in: studio).isSame)
    let found = try compare("tiny/0002/01", deep: true, in: studio)
    #expect(found.hasOtherNumerics && found.recordedNumerics == 2)
    #expect(found.numerics == ProgramVersion.numerics)
  }

  @Test("weights that come out otherwise are told to differ")
  func differs() throws {
    let studio = try studio()
    studio.launcher = PerformingLauncher(isAstray: true)
    for song in ["tiny/0001/01", "tiny/0002/01"] {
      let error = #expect(throws: StudioError.self) { try compare(song, deep: true, in: studio) }
      #expect(error?.exitStatus == 1)
    }
  }
}
