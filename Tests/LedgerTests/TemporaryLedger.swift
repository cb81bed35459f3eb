import Foundation
import Identity

@testable import Ledger

/// A ledger in a folder of its own, which goes with it, and a clock that only the test moves.
final class TemporaryLedger {
  let studio: String
  let ledger: Ledger
  var reader: LedgerReader { ledger.reader }
  var path: String { studio + "/" + Ledger.name }
  /// 2026-03-28T12:00:00.000Z at first.
  var now = Date(timeIntervalSince1970: 1_774_699_200)
  private var nextInode: UInt64 = 1

  init() throws {
    studio = Self.folder()
    ledger = try Ledger(studio: studio)
  }

  deinit {
    try? ledger.close()
    try? FileManager.default.removeItem(atPath: studio)
  }

  static func folder() -> String {
    NSTemporaryDirectory() + "/ledger-tests-" + UUID().uuidString
  }

  /// A drop of its own inode.
  func drop(_ name: FileName) -> Drop {
    nextInode += 1
    return Drop(
      device: .max, inode: nextInode, size: 10, modified: 1_774_699_200_123_456_789, changed: -5, name: name)
  }

  /// Takes a file of some bytes into a corpus.
  @discardableResult
  func take(_ name: String, into corpus: String, _ bytes: String) throws -> DropFate {
    let file = TakenFile(name: FileName(name), sha256: hash(bytes), bytes: bytes.utf8.count, notes: 4, seconds: 1.5)
    return try ledger.recordTaken(
      drop(FileName(corpus + "/" + name)), sha256: hash(bytes), corpus: corpus, files: [file], seenAt: now, at: now)
  }

  /// Queues a run by request.
  func queue(_ job: String, _ request: String = UUID().uuidString) throws -> RunID {
    guard let run = try ledger.queueRun(ofJob: job, trigger: .request(request), settings: "{}", at: now) else {
      throw LedgerError.fault("the request was known")
    }
    return run
  }

  /// Queues a run and starts its first attempt.
  func start(
    _ job: String, snapshot: ContentHash? = nil, weightsIn: ContentHash? = nil
  ) throws -> RunID {
    let run = try queue(job)
    _ = try ledger.startAttempt(of: run, order: "{}", snapshot: snapshot, weightsIn: weightsIn, at: now)
    return run
  }

  /// A run that trained weights of some bytes and made one song with them, up to its delivery.
  @discardableResult
  func deliver(
    _ job: String, weights bytes: String, parents: [ContentHash] = [], corpora: [String] = []
  ) throws -> RunID {
    let snapshot = try ledger.makeSnapshot(of: corpora, at: now)?.sha256
    let run = try start(job, snapshot: snapshot, weightsIn: parents.first)
    let weights = weights(bytes, run: run, snapshot: snapshot, parents: parents)
    try ledger.recordReady(run, weights: weights, songs: [try song(of: run, weights)], at: now)
    try ledger.recordDelivered(run, at: now)
    return run
  }

  func weights(
    _ bytes: String, run: RunID?, snapshot: ContentHash? = nil, parents: [ContentHash] = []
  ) -> WeightsRecord {
    WeightsRecord(
      sha256: hash(bytes), bytes: bytes.utf8.count, job: run?.job, run: run, snapshot: snapshot, iterations: 100,
      validationLoss: 0.5, parents: parents, createdAt: now)
  }

  func song(of run: RunID, number: Int = 1, _ weights: WeightsRecord?) throws -> SongRecord {
    guard let id = SongID(run: run, number: number) else { throw LedgerError.fault("no song's number") }
    return SongRecord(
      id: id, path: "outbox/\(run)/\(id.fileStem).mid", sha256: hash("song " + id.description),
      weights: weights?.sha256, snapshot: weights?.snapshot, seed: .max, bars: 32.5, notes: 100, seconds: 60.25,
      metrics: #"{"polyphony": 2.5}"#)
  }
}

/// The hash of a text's bytes.
func hash(_ text: String) -> ContentHash { ContentHash(of: Array(text.utf8)) }

/// A run's id that the test knows to be one.
func run(_ text: String) throws -> RunID {
  guard let id = RunID(text) else { throw LedgerError.fault("'\(text)' is no run's id") }
  return id
}
