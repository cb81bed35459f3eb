/// A named set of `train:` fields and `generate:` defaults; fields given beside it override just these fields.
package struct Preset: Sendable {
  package let name: String
  let train: TrainFields
  package let generate: GenerateFields

  /// All presets, in the order in which they are told.
  package static let all = [original, chorale]

  /// The preset of that name, or nil.
  package static func named(_ name: String) -> Preset? { all.first { $0.name == name } }

  /// The network of the blog post that this project began from: blocks of a piano roll between two dense layers.
  private static var original: Preset {
    var train = TrainFields()
    train.representation = RepresentationPart(
      name: Written(.roll), resolution: Written(.frames(4)), pitches: Written(Bounds(21, 108)), block: Written(4))
    train.network = NetworkPart(
      reads: Written(.tokens), cell: Written(.lstm), hidden: Written(1024), layers: Written(1),
      embedding: Written(1024), head: Written(0), inputs: Written([]))
    train.loss = Written(.mse)
    train.optimizer = OptimizerPart(
      name: Written(.rmsprop), learningRate: Written(0.001), weightDecay: Written(0), schedule: Written(.constant),
      warmUp: Written(0))
    train.batch = Written(16)
    train.sequence = Written(64)
    train.iterations = Written(2000)
    train.patience = Written(nil)
    train.transpose = Written(TransposePart(settings: nil))
    return Preset(name: "original", train: train, generate: GenerateFields())
  }

  /// Music in lines of one note each, written line by line, frame by frame.
  private static var chorale: Preset {
    var train = TrainFields()
    train.representation = RepresentationPart(
      name: Written(.voices), resolution: Written(.frames(4)), lines: Written(4), repeats: Written(false))
    train.network = NetworkPart(
      reads: Written(.frames), cell: Written(.lstm), hidden: Written(384), layers: Written(1), embedding: Written(0),
      head: Written(256), inputs: Written([.position, .pitchClasses, .shift]),
      dropout: DropoutPart(input: 0, between: 0, recurrent: 0, output: 0.5, head: 0.3))
    train.loss = Written(.crossEntropy)
    train.optimizer = OptimizerPart(
      name: Written(.adamw), learningRate: Written(0.003), weightDecay: Written(0.02), schedule: Written(.cosine),
      warmUp: Written(50), clip: Written(1.0))
    train.batch = Written(32)
    train.sequence = Written(128)
    train.iterations = Written(1200)
    train.validateEvery = Written(100)
    train.patience = Written(nil)
    train.transpose = Written(TransposePart(settings: TransposeSettings(range: Bounds(-6, 5), fade: true, tonic: true)))
    train.average = Written(0.998)
    train.guide = Written(150)
    train.seed = Written(1)
    var generate = GenerateFields()
    generate.songs = 4
    generate.length = .bars(24)
    generate.order.isLengthExact = true
    // Chosen on Examples/chorales/valid: docs/quality.md, "Guidance".
    generate.temperature = 1.04
    generate.pitchTopP = 0.97
    generate.guidance = 0.4
    generate.pitchGuidance = 0.1
    return Preset(name: "chorale", train: train, generate: generate)
  }
}
