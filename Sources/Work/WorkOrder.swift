internal import Composition
internal import Foundation
package import Identity
package import Jobs

/// What a worker is told to do: `order.json` in the run's folder.
///
/// Nothing else reaches a run.
package struct WorkOrder: Codable, Sendable, Equatable {
  /// The version of this layout.
  package static let currentVersion = 1

  package var version: Int
  package var run: RunID
  /// The attempt for which the order was written, from 1.
  package var attempt: Int
  /// How to train; nil: the run does not train.
  package var train: TrainSettings?
  /// How to generate, as far as the job says; the weights' own defaults fill the rest.
  ///
  /// Nil: no songs.
  package var generate: GenerateFields?
  /// How to evaluate; nil: no evaluation.
  package var evaluate: EvaluateSettings?
  /// The hash of the snapshot that `files` are.
  package var snapshot: ContentHash?
  /// The snapshot's files.
  package var files: [File]
  /// The files to validate on where the settings name a corpus rather than a share.
  package var validationFiles: [File]?
  /// The files to evaluate on where a run that trains names corpora for it; nil: what training held out.
  package var evaluationFiles: [File]?
  /// The weights to start from (train) or to use (generate, evaluate without train); nil: from scratch.
  package var weights: Weights?
  /// What songs are judged by where it is not `files`: what the weights were trained on.
  package var against: [File]?
  /// The one song to make, as it was made before; nil: all that the settings say.
  package var again: Again?
  /// The song to continue.
  package var prime: File?
  /// The melody to harmonise.
  package var melody: File?
  /// Threads to compute with; 0: all cores.
  ///
  /// Changes no byte.
  package var threads: Int
  /// Seconds between two checkpoints.
  package var checkpointSeconds: Double
  /// The folder, relative to the run's or absolute, where songs as a representation writes them are kept for later runs.
  ///
  /// The worker may write there too; nil: nothing is kept. Changes no byte.
  package var cache: String?
  /// The iteration at which an earlier run's `minutes` struck, which ends this one in its place.
  package var stopAtIteration: Int?
  /// The version of the arithmetic that the attempt was made with; nil: an older program wrote the order.
  package var numerics: Int?
  /// The program's version that the attempt was made with.
  package var programVersion: String?

  /// A file of the snapshot.
  package struct File: Codable, Sendable, Equatable {
    /// The name, made safe to show.
    package var name: String
    package var sha256: ContentHash
    /// The path, relative to the run's folder or absolute.
    package var path: String
    /// The corpus that it is of, where styles are told apart.
    package var corpus: String?

    package init(name: String, sha256: ContentHash, path: String, corpus: String? = nil) {
      self.corpus = corpus
      self.name = name
      self.sha256 = sha256
      self.path = path
    }
  }

  /// A song that is to be made again.
  package struct Again: Codable, Sendable, Equatable {
    /// Its number in the run, from 1.
    package var number: Int
    /// The seed of the attempt that was delivered.
    package var seed: UInt64

    package init(number: Int, seed: UInt64) {
      self.number = number
      self.seed = seed
    }
  }

  /// A weights file.
  package struct Weights: Codable, Sendable, Equatable {
    package var sha256: ContentHash
    /// The path, relative to the run's folder or absolute.
    package var path: String

    package init(sha256: ContentHash, path: String) {
      self.sha256 = sha256
      self.path = path
    }
  }

  package init(
    run: RunID, attempt: Int = 1, train: TrainSettings? = nil, generate: GenerateFields? = nil,
    evaluate: EvaluateSettings? = nil, snapshot: ContentHash? = nil, files: [File] = [],
    validationFiles: [File]? = nil, weights: Weights? = nil, prime: File? = nil, threads: Int = 0,
    checkpointSeconds: Double = 30, stopAtIteration: Int? = nil
  ) {
    version = Self.currentVersion
    self.run = run
    self.attempt = attempt
    self.train = train
    self.generate = generate
    self.evaluate = evaluate
    self.snapshot = snapshot
    self.files = files
    self.validationFiles = validationFiles
    self.weights = weights
    self.prime = prime
    self.threads = threads
    self.checkpointSeconds = checkpointSeconds
    self.stopAtIteration = stopAtIteration
  }
}

/// The names in a run's folder.
package enum RunFolder {
  package static let order = "order.json"
  package static let progress = "progress.json"
  package static let result = "result.json"
  package static let checkpoint = "checkpoint.safetensors"
  package static let weights = "weights.safetensors"
  package static let songs = "songs"
  package static let curve = "curve.json"
  package static let log = "log"

  /// Writes a value as a line of JSON.
  static func write(_ value: some Encodable, to path: String, flushing: Bool = true) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let bytes = Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
    try DurableFile.write(bytes, to: path, flushing: flushing)
  }

  /// Reads what `write` has written.
  static func read<Value: Decodable>(_ type: Value.Type, from path: String) throws -> Value {
    try JSONDecoder().decode(type, from: Data(try DurableFile.read(path)))
  }
}
