package import Network
internal import Representation

extension WeightsFile {
  /// The network of these weights for a plan: the same one, or one whose vocabulary has grown.
  ///
  /// Where `pitches` is wider than the weights', rows and columns are moved to where their meaning stands now, and those
  /// with a new meaning begin as those of fresh weights do.
  ///
  /// - Throws: `CompositionError` of kind `spec` where the plan is another kind of network, naming what differs.
  package func network(for plan: NetworkPlan, seed: UInt64) throws -> Network {
    try network(tensors, for: plan, seed: seed)
  }

  /// The guide for a plan, in the same way.
  func guide(for plan: NetworkPlan, seed: UInt64) throws -> [Tensor] {
    guide.isEmpty ? [] : try network(guide, for: plan, seed: seed).tensors()
  }

  private func network(_ tensors: [Tensor], for plan: NetworkPlan, seed: UInt64) throws -> Network {
    let reading = try plan.reading()
    let own = try metadata.plan.reading()
    let network = try Network(own.architecture, tensors: tensors)
    if plan == metadata.plan { return network }
    if let difference = difference(from: plan) {
      throw CompositionError(
        .spec, "the weights to start from \(difference); leave the field out, or start from scratch")
    }
    if metadata.network.inputs != plan.network.inputs {
      let grown = try addingInputs(of: plan, to: network.tensors())
      return try grown.network(grown.tensors, for: plan, seed: seed)
    }
    if own.axes == reading.axes { return try Network(reading.architecture, tensors: tensors) }
    let target = Network(reading.architecture, seed: seed)
    let old = Dictionary(uniqueKeysWithValues: network.tensors().map { ($0.name, $0) })
    let grown = target.tensors().map { tensor in
      guard let source = old[tensor.name] else { return tensor }
      return Self.moved(
        source, into: tensor, from: own.axes, to: reading.axes, architecture: reading.architecture)
    }
    return try Network(reading.architecture, tensors: grown)
  }

  /// The same network with a plan's further inputs, which say nothing yet: their columns are 0.
  private func addingInputs(of plan: NetworkPlan, to tensors: [Tensor]) throws -> WeightsFile {
    var grown = self
    grown.metadata.network.inputs = plan.network.inputs
    if !metadata.network.inputs.contains(.style) { grown.metadata.network.styles = plan.network.styles }
    let (old, new) = (try metadata.plan.reading(), try grown.metadata.plan.reading())
    let sources = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0) })
    grown.tensors = Network(new.architecture, seed: 0).tensors().map { fresh in
      let target = Tensor(name: fresh.name, shape: fresh.shape, values: fresh.values.map { _ in 0 })
      guard let source = sources[fresh.name] else { return target }
      return Self.moved(source, into: target, from: old.axes, to: new.axes, architecture: new.architecture)
    }
    return grown
  }

  /// What keeps a plan from using these weights, or nil: how they are dropped out and trained may differ, and
  /// vocabulary and inputs may grow.
  private func difference(from plan: NetworkPlan) -> String? {
    let (mine, theirs) = (metadata.network, plan.network)
    func differs<T: Equatable>(_ name: String, _ own: T, _ other: T) -> String? {
      own == other ? nil : "have \(name) \(own), the settings say \(other)"
    }
    let (old, new) = (metadata.representation, plan.representation)
    if new.low > old.low || new.low + new.pitchCount < old.low + old.pitchCount {
      return "know pitches that the settings leave out"
    }
    var widened = old
    widened.pitches = new.pitches
    if widened != new { return "have another representation than the settings" }
    return differs("reads", mine.reads.rawValue, theirs.reads.rawValue) ?? differs("cell", mine.cell, theirs.cell)
      ?? differs("hidden", mine.hidden, theirs.hidden) ?? differs("layers", mine.layers, theirs.layers)
      ?? differs("embedding", mine.embedding, theirs.embedding) ?? differs("head", mine.head, theirs.head)
      ?? missingInput(theirs.inputs)
      ?? differs("residual", mine.residual, theirs.residual)
      ?? differs("layer_norm", mine.layerNorm, theirs.layerNorm)
      ?? differs("loss", mine.loss.rawValue, theirs.loss.rawValue)
  }

  /// Inputs may be added, and say nothing at first; one that is left out was learned in vain.
  private func missingInput(_ inputs: [NetworkSettings.Input]) -> String? {
    metadata.network.inputs.first { !inputs.contains($0) }.map {
      "have the input \($0.rawValue), the settings leave it out"
    }
  }

  /// A tensor of the new shape with the old values where they belong.
  static func moved(
    _ source: Tensor, into target: Tensor, from old: NetworkAxes, to new: NetworkAxes, architecture: Architecture
  ) -> Tensor {
    let rows: ([String], [String])?
    let columns: ([String], [String])?
    let inputs = (old.inputs, new.inputs)
    let units = (0..<architecture.hidden).map { "unit \($0)" }
    let behindHidden = (units + old.inputs, units + new.inputs)
    var isEmbedding = false
    if case .classes = architecture.reading { isEmbedding = true }
    switch target.name {
    case "input.weight": (rows, columns) = isEmbedding ? (inputs, nil) : (nil, inputs)
    case "\(architecture.cell.rawValue).weight_ih_l0":
      (rows, columns) = (nil, architecture.embedding > 0 ? nil : inputs)
    case "head.weight": (rows, columns) = (nil, behindHidden)
    case "written.weight":
      (rows, columns) = (nil, zip(old.tables[target.name], new.tables[target.name]))
    case let name where name.hasPrefix("output"): (rows, columns) = ((old.outputs, new.outputs), nil)
    default: (rows, columns) = (zip(old.tables[target.name], new.tables[target.name]), nil)
    }
    return copy(source, into: target, rows: rows, columns: columns)
  }

  private static func zip(_ old: [String]?, _ new: [String]?) -> ([String], [String])? {
    guard let old, let new else { return nil }
    return (old, new)
  }

  private static func copy(
    _ source: Tensor, into target: Tensor, rows: ([String], [String])?, columns: ([String], [String])?
  ) -> Tensor {
    func places(_ axis: ([String], [String])?, _ count: Int) -> [Int?] {
      guard let (old, new) = axis else { return (0..<count).map { $0 } }
      let place = Dictionary(new.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
      return old.map { place[$0] }
    }
    let sourceRows = source.shape.first ?? 1
    let sourceColumns = source.shape.count > 1 ? source.shape[1] : 1
    let targetColumns = target.shape.count > 1 ? target.shape[1] : 1
    let rowPlaces = places(rows, sourceRows)
    let columnPlaces = places(columns, sourceColumns)
    guard rowPlaces.count == sourceRows, columnPlaces.count == sourceColumns else { return target }
    var result = target
    for (row, newRow) in rowPlaces.enumerated() {
      guard let newRow else { continue }
      for (column, newColumn) in columnPlaces.enumerated() {
        guard let newColumn else { continue }
        let place = newRow * targetColumns + newColumn
        if place < result.values.count { result.values[place] = source.values[row * sourceColumns + column] }
      }
    }
    return result
  }
}
