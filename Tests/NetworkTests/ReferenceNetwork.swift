import Foundation

@testable import Network

/// The network as plain loops in double: the formulas and nothing else.
struct ReferenceNetwork {
  let architecture: Architecture
  var tensors: [String: Tensor]

  init(_ network: Network) {
    architecture = network.architecture
    tensors = Dictionary(uniqueKeysWithValues: network.tensors().map { ($0.name, $0) })
  }

  /// y = b + W x for the dense layer `name`.
  private func dense(_ name: String, _ x: [Double]) -> [Double] {
    guard let weight = tensors[name + ".weight"], let bias = tensors[name + ".bias"] else { return [] }
    return (0..<weight.shape[0]).map { row in
      x.indices.reduce(Double(bias.values[row])) { $0 + Double(weight.values[row * x.count + $1]) * x[$1] }
    }
  }

  /// What a step reads, as numbers.
  private func reads(_ reads: StepBatch.Reads, row: Int) -> [Double] {
    var x = [Double](repeating: 0, count: architecture.readingWidth)
    switch reads {
    case .classes(let classes): x[Int(classes[row])] = 1
    case .vectors(let rows): x = rows.dense(row)
    }
    return x
  }

  private func first(_ x: [Double]) -> [Double] {
    guard architecture.embedding > 0 else { return x }
    guard case .classes = architecture.reading, let weight = tensors["input.weight"] else { return dense("input", x) }
    let width = architecture.embedding
    return (0..<width).map { e in x.indices.reduce(0) { $0 + x[$1] * Double(weight.values[$1 * width + e]) } }
  }

  /// Loss over the divisor from the zero state, with the masks of training.
  func loss(_ batch: StepBatch, masks: DropoutMasks) -> Double {
    var total = 0.0
    var token = 0
    let hidden = architecture.hidden, panel = padded(hidden)
    var state = [[[Double]]](
      repeating: [[Double]](repeating: [Double](repeating: 0, count: 2 * hidden), count: batch.lanes),
      count: architecture.layers)
    for row in 0..<batch.steps * batch.lanes {
      let lane = row % batch.lanes
      let x = reads(batch.reads, row: row)
      var y = first(x)
      if let mask = masks.input {
        let width = architecture.embedding > 0 ? padded(architecture.embedding) : architecture.readingWidth
        for i in y.indices { y[i] *= Double(mask.base[lane * width + i]) }
      }
      for layer in 0..<architecture.layers {
        if batch.keep[row] == 0 { state[layer][lane] = [Double](repeating: 0, count: 2 * hidden) }
        let unmasked = Array(state[layer][lane][..<hidden])
        var h = unmasked
        if let mask = masks.recurrent[layer] {
          for i in h.indices { h[i] *= Double(mask.base[lane * panel + i]) }
        }
        state[layer][lane] = cell(
          layer, y, h, architecture.cell == .gru ? unmasked : Array(state[layer][lane][hidden...]))
        let below = y
        y = normalised(layer, Array(state[layer][lane][..<hidden]))
        if let mask = masks.output[layer] {
          for i in y.indices { y[i] *= Double(mask.base[lane * panel + i]) }
        }
        if architecture.residual, layer > 0 { for i in y.indices { y[i] += below[i] } }
      }
      total += rowLoss(batch.targets, row, y, x, masks.head, &token)
    }
    return total / Double(batch.divisor)
  }

  /// The new h and c from the masked h and what the cell carries: c, or for gru h itself.
  private func cell(_ layer: Int, _ x: [Double], _ h: [Double], _ c: [Double]) -> [Double] {
    func sums(_ kind: String, _ bias: String, _ x: [Double]) -> [Double] {
      let weight = tensors["\(architecture.cell.rawValue).\(kind)_l\(layer)"]?.values ?? [],
        bias = tensors["\(architecture.cell.rawValue).\(bias)_l\(layer)"]?.values ?? []
      return bias.indices.map { row in
        x.indices.reduce(Double(bias[row])) { $0 + Double(weight[row * x.count + $1]) * x[$1] }
      }
    }
    let input = sums("weight_ih", "bias_ih", x), recurrent = sums("weight_hh", "bias_hh", h)
    let a = zip(input, recurrent).map { $0 + $1 }
    let hidden = h.count
    func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    switch architecture.cell {
    case .rnn: return a.map { tanh($0) } + c
    case .gru:
      return (0..<hidden).map { u in
        let z = sigmoid(a[hidden + u])
        return (1 - z) * tanh(input[2 * hidden + u] + sigmoid(a[u]) * recurrent[2 * hidden + u]) + z * c[u]
      } + c
    case .lstm: break
    }
    let next = (0..<hidden).map { u in
      sigmoid(a[hidden + u]) * c[u] + sigmoid(a[u]) * tanh(a[2 * hidden + u])
    }
    return (0..<hidden).map { sigmoid(a[3 * hidden + $0]) * tanh(next[$0]) } + next
  }

  /// Layer normalisation, where there is one.
  private func normalised(_ layer: Int, _ h: [Double]) -> [Double] {
    guard architecture.layerNorm, let weight = tensors["norm.\(layer).weight"]?.values,
      let bias = tensors["norm.\(layer).bias"]?.values
    else { return h }
    let mean = h.reduce(0, +) / Double(h.count)
    let variance = h.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(h.count)
    return h.indices.map { (h[$0] - mean) / (variance + 1e-5).squareRoot() * Double(weight[$0]) + Double(bias[$0]) }
  }

  private func rowLoss(
    _ targets: StepBatch.Targets, _ row: Int, _ y: [Double], _ x: [Double], _ mask: DropoutMasks.HeadMask?,
    _ token: inout Int
  ) -> Double {
    switch (targets, architecture.writing) {
    case (.classes(let targets), _):
      return targets[row] < 0 ? 0 : crossEntropy(dense("output", y), Int(targets[row]))
    case (.values(let targets, let scored), .values(_, let loss)):
      return scored[row] == 0 ? 0 : valueLoss(dense("output", y), targets.dense(row), loss)
    case (.values(let targets, let scored), _):
      let z = rectified(dense("head", y + x), mask, row)
      return scored[row] == 0 ? 0 : valueLoss(dense("output", z), targets.dense(row), .bce)
    case (.written(let tokens), .written(let head)):
      let a = dense("head", y + x)
      var total = 0.0
      while token < tokens.count, tokens.row[token] == row {
        var sums = a
        for place in Int(tokens.tableOffsets[token])..<Int(tokens.tableOffsets[token + 1]) {
          add(Int(tokens.tableRows[place]), head, to: &sums)
        }
        var logits = dense(head.outputs[Int(tokens.output[token])], rectified(sums, mask, token))
        for k in 0..<head.classes where head.masks[Int(tokens.mask[token]) * head.classes + k] == 0 {
          logits[k] = -.infinity
        }
        total += crossEntropy(logits, Int(tokens.target[token]))
        token += 1
      }
      return total
    default: return .nan
    }
  }

  private func add(_ row: Int, _ head: WrittenHead, to sums: inout [Double]) {
    var row = row
    for table in head.tables {
      if row < table.rows {
        let values = tensors[table.name]?.values ?? []
        for j in sums.indices {
          sums[j] += Double(values[table.isLinear ? j * table.rows + row : row * sums.count + j])
        }
        return
      }
      row -= table.rows
    }
  }

  private func rectified(_ a: [Double], _ mask: DropoutMasks.HeadMask?, _ token: Int) -> [Double] {
    var z = a.map { max(0, $0) }
    guard let mask else { return z }
    var bytes = [UInt8](repeating: 0, count: padded(a.count))
    mask.fill(&bytes, token: token, width: bytes.count)
    for j in z.indices { z[j] *= Double(bytes[j]) * Double(mask.scale) }
    return z
  }

  private func crossEntropy(_ logits: [Double], _ target: Int) -> Double {
    let most = logits.max() ?? 0
    return log(logits.reduce(0) { $0 + exp($1 - most) }) + most - logits[target]
  }

  private func valueLoss(_ p: [Double], _ t: [Double], _ loss: Architecture.ValueLoss) -> Double {
    let pairs = zip(p, t)
    return switch loss {
    case .mse: pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(p.count)
    case .mae: pairs.reduce(0) { $0 + abs($1.0 - $1.1) } / Double(p.count)
    case .bce: pairs.reduce(0) { $0 + max($1.0, 0) - $1.0 * $1.1 + log(1 + exp(-abs($1.0))) }
    }
  }
}

extension SparseRows {
  func dense(_ row: Int) -> [Double] {
    var x = [Double](repeating: 0, count: width)
    for i in Int(offsets[row])..<Int(offsets[row + 1]) { x[Int(indices[i])] = Double(values?[i] ?? 1) }
    return x
  }
}
