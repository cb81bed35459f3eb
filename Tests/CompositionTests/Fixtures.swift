import Composition
import Identity
import MIDI
import Network
import Representation
import TestSupport

/// Small plans and corpora.
enum Fixtures {
  static let inputs = NetworkSettings.Input.allCases

  static func representation(_ name: RepresentationSettings.Name) -> RepresentationSettings {
    var settings = RepresentationSettings(name)
    settings.pitches = 48...84
    settings.repeats = false
    settings.block = 2
    return settings
  }

  static func plan(_ name: RepresentationSettings.Name, reads: NetworkSettings.Reads, cell: String = "lstm")
    -> NetworkPlan
  {
    let isFrames = reads == .frames
    return NetworkPlan(
      representation: representation(name),
      network: NetworkSettings(
        reads: reads, cell: cell, hidden: 16, embedding: isFrames ? 0 : 8, head: isFrames ? 16 : 0,
        inputs: isFrames ? inputs : [], dropout: ["output": 0.2], loss: name == .roll ? .bce : .crossEntropy))
  }

  /// Every kind of network over every representation, and every cell.
  static let plans: [NetworkPlan] = [
    plan(.voices, reads: .frames), plan(.voices, reads: .tokens), plan(.steps, reads: .frames),
    plan(.steps, reads: .tokens), plan(.roll, reads: .frames), plan(.roll, reads: .tokens),
    plan(.events, reads: .tokens), inSets(.steps), inSets(.roll),
    plan(.voices, reads: .frames, cell: "gru"), plan(.steps, reads: .tokens, cell: "rnn"), handingUp,
  ]

  /// Two layers with a residual connection and norms.
  static let handingUp: NetworkPlan = {
    var handingUp = plan(.steps, reads: .frames)
    handingUp.network.layers = 2
    handingUp.network.residual = true
    handingUp.network.layerNorm = true
    return handingUp
  }()

  /// Programs and drums as sets of their own.
  private static func inSets(_ name: RepresentationSettings.Name) -> NetworkPlan {
    var plan = plan(name, reads: .frames)
    plan.representation.programs = .listed([0, 40])
    plan.representation.drums = true
    return plan
  }

  static func settings(iterations: Int = 6) -> TrainingSettings {
    TrainingSettings(
      optimizer: OptimizerSettings(name: .adamw, learningRate: 0.01, weightDecay: 0.01, average: 0.9), batch: 3,
      sequence: 12, iterations: iterations, validateEvery: 2, transpose: .init(low: -3, high: 3, fade: true), seed: 5)
  }

  /// Writes chorales as MIDI files and names them.
  static func files(_ count: Int, in folder: TemporaryFolder) throws -> [MusicFile] {
    try (0..<count).map { number in
      let path = folder.path + "/\(number).mid"
      try DurableFile.write(MIDIFile(score: ScoreBuilder.chorale(seed: UInt64(number))).bytes, to: path)
      return MusicFile(name: "\(number).mid", path: FileName(path))
    }
  }

  static func task(_ plan: NetworkPlan, songs: Int = 6, iterations: Int = 6) throws -> TrainingTask {
    let folder = try TemporaryFolder()
    let corpus = try EncodedCorpus(try files(songs, in: folder), try plan.reading().representation)
    let (train, validation) = corpus.split(holdingOut: 0.2)
    return TrainingTask(plan: plan, settings: settings(iterations: iterations), train: train, validation: validation)
  }

  static func weights(_ plan: NetworkPlan) throws -> WeightsFile {
    try train(try task(plan), stop: StopFlag(), progress: { _ in }).weights
  }
}
