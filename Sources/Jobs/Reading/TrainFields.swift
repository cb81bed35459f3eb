import StrictYAML

/// What is written under `train:`, each field with its place; what is not written is nil.
package struct TrainFields: Sendable {
  var from: Written<String>?
  var preset: Written<String>?
  var representation: RepresentationPart?
  var network: NetworkPart?
  var loss: Written<LossName>?
  var optimizer: OptimizerPart?
  var batch: Written<Int>?
  var accumulate: Written<Int>?
  var sequence: Written<Int>?
  var iterations: Written<Int>?
  var minutes: Written<Double>?
  var validateEvery: Written<Int>?
  var validation: Written<ValidationChoice>?
  var patience: Written<Int?>?
  var transpose: Written<TransposePart>?
  var varyTempo: Written<Double?>?
  var varyVelocity: Written<Int?>?
  var average: Written<Double?>?
  var guide: Written<Int?>?
  var seed: Written<UInt64>?
  var precision: Written<PrecisionName>?
  /// The place of the whole map.
  var mark: Mark?
  /// Says that a field is wrong on which others depend, so that nothing can be said of how they fit.
  var isUncertain = false

  init(mark: Mark? = nil) { self.mark = mark }

  /// Fills what is not written here with what is written below.
  func overlaid(on base: TrainFields) -> TrainFields {
    var result = self
    result.from = from ?? base.from
    result.preset = preset ?? base.preset
    result.representation = representation?.overlaid(on: base.representation) ?? base.representation
    result.network = network?.overlaid(on: base.network) ?? base.network
    result.loss = loss ?? base.loss
    result.optimizer = optimizer?.overlaid(on: base.optimizer) ?? base.optimizer
    result.batch = batch ?? base.batch
    result.accumulate = accumulate ?? base.accumulate
    result.sequence = sequence ?? base.sequence
    result.iterations = iterations ?? base.iterations
    result.minutes = minutes ?? base.minutes
    result.validateEvery = validateEvery ?? base.validateEvery
    result.validation = validation ?? base.validation
    result.patience = patience ?? base.patience
    result.transpose = transpose ?? base.transpose
    result.varyTempo = varyTempo ?? base.varyTempo
    result.varyVelocity = varyVelocity ?? base.varyVelocity
    result.average = average ?? base.average
    result.guide = guide ?? base.guide
    result.seed = seed ?? base.seed
    result.precision = precision ?? base.precision
    result.mark = mark ?? base.mark
    result.isUncertain = isUncertain || base.isUncertain
    return result
  }
}

/// What is written under `representation:`.
struct RepresentationPart: Sendable {
  var name: Written<RepresentationName>?
  /// Says that only a name is written, which stands for that representation with its defaults.
  var isNameAlone = false
  /// Says that a name is written and is none.
  var isUncertain = false
  var resolution: Written<GridChoice>?
  var pitches: Written<Bounds>?
  var block: Written<Int>?
  var holds: Written<Bool>?
  var lines: Written<Int>?
  var repeats: Written<Bool>?
  var time: Written<EventTime>?
  var programs: Written<ProgramChoice>?
  var drums: Written<Bool>?
  var pedal: Written<Bool>?

  /// Another representation, or a name alone, takes nothing from what lies below.
  func overlaid(on base: RepresentationPart?) -> RepresentationPart {
    guard let base, !isNameAlone, name == nil || name?.value == base.name?.value else { return self }
    var result = self
    result.name = name ?? base.name
    result.resolution = resolution ?? base.resolution
    result.pitches = pitches ?? base.pitches
    result.block = block ?? base.block
    result.holds = holds ?? base.holds
    result.lines = lines ?? base.lines
    result.repeats = repeats ?? base.repeats
    result.time = time ?? base.time
    result.programs = programs ?? base.programs
    result.drums = drums ?? base.drums
    result.pedal = pedal ?? base.pedal
    return result
  }
}

/// What is written under `network:`.
struct NetworkPart: Sendable {
  var reads: Written<NetworkReading>?
  var cell: Written<CellName>?
  var hidden: Written<Int>?
  var layers: Written<Int>?
  var embedding: Written<Int>?
  var head: Written<Int>?
  var inputs: Written<[NetworkInput]>?
  var dropout: DropoutPart?
  var residual: Written<Bool>?
  var layerNorm: Written<Bool>?
  /// Says that a way of reading is written and is none.
  var isUncertain = false

  func overlaid(on base: NetworkPart?) -> NetworkPart {
    guard let base else { return self }
    var result = self
    // Width of embedding and head belong to the way of reading.
    let readsOtherwise = reads != nil && base.reads != nil && reads?.value != base.reads?.value
    result.reads = reads ?? base.reads
    result.cell = cell ?? base.cell
    result.hidden = hidden ?? base.hidden
    result.layers = layers ?? base.layers
    result.embedding = embedding ?? (readsOtherwise ? nil : base.embedding)
    result.head = head ?? (readsOtherwise ? nil : base.head)
    result.inputs = inputs ?? base.inputs
    result.dropout = dropout?.overlaid(on: base.dropout) ?? base.dropout
    result.residual = residual ?? base.residual
    result.layerNorm = layerNorm ?? base.layerNorm
    return result
  }
}

/// What is written under `dropout:`, a number or a map.
struct DropoutPart: Sendable {
  var input: Double?
  var between: Double?
  var recurrent: Double?
  var output: Double?
  var head: Double?

  func overlaid(on base: DropoutPart?) -> DropoutPart {
    guard let base else { return self }
    return DropoutPart(
      input: input ?? base.input, between: between ?? base.between, recurrent: recurrent ?? base.recurrent,
      output: output ?? base.output, head: head ?? base.head)
  }
}

/// What is written under `optimizer:`.
struct OptimizerPart: Sendable {
  var name: Written<OptimizerName>?
  var learningRate: Written<Double>?
  var weightDecay: Written<Double>?
  var schedule: Written<RateSchedule>?
  var warmUp: Written<Int>?
  var clip: Written<Double?>?

  func overlaid(on base: OptimizerPart?) -> OptimizerPart {
    guard let base else { return self }
    return OptimizerPart(
      name: name ?? base.name, learningRate: learningRate ?? base.learningRate,
      weightDecay: weightDecay ?? base.weightDecay, schedule: schedule ?? base.schedule,
      warmUp: warmUp ?? base.warmUp, clip: clip ?? base.clip)
  }
}

/// What is written under `transpose:`: a range, or `none`.
struct TransposePart: Sendable {
  var settings: TransposeSettings?
}
