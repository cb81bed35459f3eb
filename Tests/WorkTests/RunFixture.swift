import Composition
import Foundation
import Identity
import Jobs
import MIDI
import TestSupport
import Testing

@testable import Work

/// A run's folder, with orders to perform in it.
struct RunFixture {
  let folder: TemporaryFolder
  let run: RunID

  init() throws {
    folder = try TemporaryFolder()
    run = try #require(RunID("tonight/0007"))
  }

  /// How a small network is trained.
  static func settings(iterations: Int = 8) throws -> TrainSettings {
    let text = """
      preset: chorale
      network: {hidden: 16, head: 16}
      batch: 2
      sequence: 16
      iterations: \(iterations)
      validate_every: 4
      """
    let (settings, diagnostics) = SettingsFile.parseTrain(bytes: Array(text.utf8), path: "s.yaml")
    #expect(diagnostics.isEmpty)
    return try #require(settings)
  }

  /// An order to train a small network on chorales made up, and to write three songs.
  func order(files count: Int = 6, iterations: Int = 8) throws -> WorkOrder {
    var order = WorkOrder(run: run, train: try Self.settings(iterations: iterations), threads: 1)
    order.files = try (0..<count).map { number in
      let bytes = MIDIFile(score: ScoreBuilder.chorale(seed: UInt64(number))).bytes
      try DurableFile.write(bytes, to: folder.path + "/\(number).mid")
      return WorkOrder.File(
        name: "\(number).mid", sha256: ContentHash(of: bytes), path: folder.path + "/\(number).mid")
    }
    var generate = GenerateFields()
    generate.songs = 3
    generate.length = .bars(2)
    order.generate = generate
    return order
  }

  func perform(_ order: WorkOrder, in folder: String) throws -> WorkResult {
    var worker = Worker(order, in: folder, stop: StopFlag())
    let result = try worker.perform()
    #expect(result.failure == nil)
    return result
  }

  /// Performs an order in a folder of its own.
  func performAside(_ order: WorkOrder) throws -> WorkResult {
    let other = try TemporaryFolder()
    return try withExtendedLifetime(other) { try perform(order, in: other.path) }
  }
}
