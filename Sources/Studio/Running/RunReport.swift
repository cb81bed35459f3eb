import Composition
import Foundation
import Identity
import Jobs
import Work

/// `run.json`: everything about a run that a person or program may want to know beside its songs.
struct RunReport: Encodable {
  var job: String
  var run: RunID
  var attempt: Int
  var state: String
  var error: String?
  var queuedAt: String
  var startedAt: String?
  var endedAt: String
  var settings: JobSpec
  var generate: GenerateSettings?
  var snapshot: ContentHash?
  var files: [File]
  var weightsIn: ContentHash?
  var weightsOut: ContentHash?
  var training: WorkResult.Training?
  var evaluation: Evaluation?
  var seeds: Seeds
  var songs: [Song]
  /// Songs that passed no attempt and were left out.
  var withheld: [WorkResult.Withheld]
  /// What is to be said of the music and its training, with what would help.
  var remarks: [WorkResult.Remark]
  var warnings: [String]
  var version: String
  var numerics: Int
  var instructionSet: String

  struct File: Encodable {
    /// The exact name where it is UTF-8, else its shown form.
    var name: String
    /// The exact name where it is not UTF-8.
    var pathBase64: String?
    var sha256: ContentHash

    enum CodingKeys: String, CodingKey {
      case name
      case pathBase64 = "path_base64"
      case sha256
    }

    init(_ name: FileName, _ sha256: ContentHash) {
      self.name = name.text ?? name.shown
      pathBase64 = name.text == nil ? Data(name.bytes).base64EncodedString() : nil
      self.sha256 = sha256
    }
  }

  struct Seeds: Encodable {
    var train: UInt64?
    var generate: UInt64?
  }

  struct Song: Encodable {
    var id: SongID
    var file: String
    var sha256: ContentHash
    var seed: UInt64
    var bars: Double
    var notes: Int
    var seconds: Double
    var metrics: Metrics
    var copying: CopyReport?
    var attempts: [SongAttempt]?
    var gate: GateVerdict?
  }

  enum CodingKeys: String, CodingKey {
    case job, run, attempt, state, error
    case queuedAt = "queued_at"
    case startedAt = "started_at"
    case endedAt = "ended_at"
    case settings, generate, snapshot, files
    case weightsIn = "weights_in"
    case weightsOut = "weights_out"
    case training, evaluation, seeds, songs, withheld, remarks, warnings, version, numerics
    case instructionSet = "instruction_set"
  }

  func encode(to encoder: any Encoder) throws {
    // What there is none of stands as null, so that each key is always there.
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(job, forKey: .job)
    try container.encode(run, forKey: .run)
    try container.encode(attempt, forKey: .attempt)
    try container.encode(state, forKey: .state)
    try container.encode(error, forKey: .error)
    try container.encode(queuedAt, forKey: .queuedAt)
    try container.encode(startedAt, forKey: .startedAt)
    try container.encode(endedAt, forKey: .endedAt)
    try container.encode(settings, forKey: .settings)
    try container.encode(generate, forKey: .generate)
    try container.encode(snapshot, forKey: .snapshot)
    try container.encode(files, forKey: .files)
    try container.encode(weightsIn, forKey: .weightsIn)
    try container.encode(weightsOut, forKey: .weightsOut)
    try container.encode(training, forKey: .training)
    try container.encode(evaluation, forKey: .evaluation)
    try container.encode(seeds, forKey: .seeds)
    try container.encode(songs, forKey: .songs)
    try container.encode(withheld, forKey: .withheld)
    try container.encode(remarks, forKey: .remarks)
    try container.encode(warnings, forKey: .warnings)
    try container.encode(version, forKey: .version)
    try container.encode(numerics, forKey: .numerics)
    try container.encode(instructionSet, forKey: .instructionSet)
  }

  /// The JSON text.
  func text() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return harmlessJSON(try encoder.encode(self))
  }
}

/// JSON text in which characters that could do harm on a terminal stand as `\uXXXX`, and a line break at its end.
func harmlessJSON(_ data: Data) -> [UInt8] {
  var result = ""
  for scalar in String(decoding: data, as: UTF8.self).unicodeScalars {
    // Controls below space stand in strings as escapes already; those that are left are the layout's line breaks.
    if scalar.value >= 0x7F, FileName.isHarmful(scalar) {
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
    } else {
      result.unicodeScalars.append(scalar)
    }
  }
  return Array((result + "\n").utf8)
}
