internal import CKernels

/// T steps in B lanes, T·B rows, and which lane of the state each of the batch's lanes is.
struct PassShape {
  var steps: Int
  var lanes: [Int]
  var rows: Int { steps * lanes.count }

  /// Whether the batch's lanes are all `count` of the state's, in their order.
  func isWhole(of count: Int) -> Bool { lanes.count == count && lanes.elementsEqual(0..<count) }
}

/// What a layer's gates start from: a product of rows, or of sparse rows, that writes them.
struct GateInput {
  var sparse: ck_sparse?
  var product: ck_product
  /// Whether each row of `sparse` is one row of the product's matrix, which an lstm then takes from there.
  var looksUp = false
}

/// One recurrent layer: its buffers, its lanes' state, and its time steps there and back.
///
/// The cells, with σ the sigmoid, h and c the state before the step:
///
///     lstm  i, f, o = σ(W x + U h + b), g = tanh(W x + U h + b)      c' = f·c + i·g      h' = o·tanh(c')
///     gru   r, z = σ(W x + U h + b), n = tanh(W x + b + r·(U h + b'))                    h' = (1 - z)·n + z·h
///     rnn   h' = tanh(W x + U h + b)
///
/// Hochreiter & Schmidhuber 1997, with the forget gate of Gers, Schmidhuber & Cummins 2000; Cho et al. 2014, reset after
/// the product as PyTorch does it; Elman 1990. Dropout of the state is of what U reads: not of c, nor of z·h.
///
/// Kept for the way back: activated gates, cells, and the masked state that each step read. The input product is made
/// for all steps at once; of a single step, as in generating, panel by panel with what follows, so that threads meet but
/// once. After `backward` the gradient of these sums stands in `gates`.
final class RecurrentLayer {
  private let engine: Engine
  private let places: PackedLayout.Layer
  private let cell: Architecture.Cell
  /// H, padded.
  let hidden: Int
  /// G, the width of the matrices.
  let width: Int

  /// [G/64][T·B][64]; gru: one H more, for n's recurrent product.
  let gates: FloatBuffer
  /// The output that is read above, masked: [H/64][T·B][64].
  let out: FloatBuffer
  /// Its gradient.
  let gradientOfOut: FloatBuffer
  /// The lanes' state: [lanes, H], and [H/16][lanes][16].
  let stateH: FloatBuffer
  let stateC: FloatBuffer
  private let lanes: Int
  /// What the input product starts from: its own and the recurrent product's biases, where both are added: [G].
  let bias: FloatBuffer

  private let cells: FloatBuffer
  private let before: FloatBuffer
  private let last: FloatBuffer
  private let transposed: FloatBuffer
  /// Operands rounded to bfloat16, where they are: copies of `before`, `out` and the gradients in `gates`; pairs of
  /// rows of the matrix, its transpose, and of what the weights' gradients read.
  private let halves: Halves?
  private let gradientOfCells: FloatBuffer
  private let gradientOfHidden: FloatBuffer

  private struct Halves {
    let before, gates: FloatBuffer
    let weights, transposed: FloatBuffer
    let beforePairs, gatesPairs: FloatBuffer
    /// Nil where the output is not what the layer above reads.
    let out, outPairs: FloatBuffer?
  }

  init(
    _ cell: Architecture.Cell, places: PackedLayout.Layer, hidden: Int, lanes: Int, steps: Int, trains: Bool,
    precision: Precision, isHandedUp: Bool, engine: Engine
  ) {
    self.cell = cell
    self.engine = engine
    self.places = places
    self.hidden = hidden
    self.lanes = lanes
    let rows = lanes * steps
    width = cell.gates * hidden
    gates = FloatBuffer(rows * (cell == .gru ? 4 * hidden : width))
    out = FloatBuffer(rows * hidden)
    gradientOfOut = FloatBuffer(trains ? rows * hidden : 0)
    stateH = FloatBuffer(lanes * hidden)
    stateC = FloatBuffer(cell == .lstm ? lanes * hidden : 0)
    bias = FloatBuffer(width)
    cells = FloatBuffer(cell == .rnn ? 0 : (rows + lanes) * hidden)
    before = FloatBuffer(rows * hidden)
    last = FloatBuffer(lanes * hidden)
    transposed = FloatBuffer(trains ? width * hidden : 0)
    gradientOfCells = FloatBuffer(trains && cell != .rnn ? lanes * hidden : 0)
    gradientOfHidden = FloatBuffer(trains ? lanes * hidden : 0)
    let pairs = ck_product.pairs(rows)
    halves =
      precision == .f32
      ? nil
      : Halves(
        before: FloatBuffer(rows * hidden / 2), gates: FloatBuffer(gates.count / 2),
        weights: FloatBuffer(width * hidden / 2), transposed: FloatBuffer(width * hidden / 2),
        beforePairs: FloatBuffer(pairs * hidden), gatesPairs: FloatBuffer(pairs * (gates.count / rows)),
        out: isHandedUp ? FloatBuffer(rows * hidden / 2) : nil,
        outPairs: isHandedUp ? FloatBuffer(pairs * hidden) : nil)
  }

  /// Prepares what depends on the weights alone.
  func prepare(_ weights: UnsafePointer<Float>, trains: Bool) {
    let input = weights + places.inputBias.offset, recurrent = weights + places.recurrentBias.offset
    if cell == .gru {
      // Columns n, r, z of the input meet r, z, n of the state.
      bias.base.update(from: input, count: hidden)
      for i in 0..<2 * hidden { bias.base[hidden + i] = input[hidden + i] + recurrent[i] }
    } else {
      for i in 0..<width { bias.base[i] = input[i] + recurrent[i] }
    }
    guard trains else { return }
    engine.transpose(
      weights + places.recurrent.offset, rows: hidden, panels: width / 64, tiles: hidden / 64, into: transposed.base)
    guard let halves else { return }
    engine.pairRows(weights + places.recurrent.offset, rows: hidden, panels: width / 64, into: halves.weights.base)
    engine.pairRows(transposed.base, rows: width, panels: hidden / 64, into: halves.transposed.base)
  }

  func clear(lane: Int) {
    (stateH.base + lane * hidden).update(repeating: 0, count: hidden)
    guard cell == .lstm else { return }
    for unit in 0..<hidden / 16 { (stateC.base + (unit * lanes + lane) * 16).update(repeating: 0, count: 16) }
  }

  /// Runs all steps from the lanes' state and leaves the new state there.
  func forward(
    _ weights: UnsafePointer<Float>, input: GateInput, shape: PassShape, keep: UnsafePointer<Float>,
    recurrentMask: FloatBuffer?, outMask: FloatBuffer?
  ) {
    let isWhole = shape.isWhole(of: lanes)
    var step = step(weights, shape, keep, recurrentMask, outMask)
    if isWhole { step.last = stateH.base }
    let looksUp = input.looksUp && cell == .lstm
    if looksUp {
      step.table = input.product.b
      step.classes = input.product.b_rows
      step.class_of = input.sparse?.indices
    }
    takeState(shape, isWhole)
    let kernels = engine.kernels, tiles = ck_row_tiles(shape.lanes.count)
    // Of an lstm an item is a panel of all gates of 16 units, else 64 units.
    let parts = hidden / (cell == .lstm ? 16 : 64)
    withUnsafePointer(to: &step) { step in
      kernels.recurrent_begin(step, 0, hidden / 64)
      if shape.steps == 1 {
        engine.pool.runRanges(parts) { range in
          for part in range {
            if !looksUp { makeGates(input, rows: shape.rows, part: part) }
            forward(step, 0, part * tiles..<(part + 1) * tiles)
          }
        }
      } else {
        if !looksUp { engine.gates(input, rows: shape.rows, panels: width / 64) }
        engine.pool.runRanges(rounds: shape.steps, parts * tiles) { t, items in forward(step, t, items) }
      }
    }
    giveState(shape, isWhole)
  }

  private func forward(_ step: UnsafePointer<ck_recurrent>, _ t: Int, _ items: Range<Int>) {
    let kernels = engine.kernels
    switch cell {
    case .lstm: kernels.lstm_forward(step, t, items.lowerBound, items.upperBound)
    case .gru: kernels.gru_forward(step, t, items.lowerBound, items.upperBound)
    case .rnn: kernels.rnn_forward(step, t, items.lowerBound, items.upperBound)
    }
  }

  /// Makes what the gates of a part's units start from.
  private func makeGates(_ input: GateInput, rows: Int, part: Int) {
    if cell == .lstm {
      engine.gates(input, rows: rows, panel: part)
    } else {
      for gate in 0..<cell.gates { engine.gates(input, rows: rows, panel: gate * (hidden / 64) + part) }
    }
  }

  /// Puts the lanes' state before the first step.
  private func takeState(_ shape: PassShape, _ isWhole: Bool) {
    let count = shape.lanes.count, stride = (shape.rows + count) * 16
    if !isWhole {
      for (row, lane) in shape.lanes.enumerated() {
        (last.base + row * hidden).update(from: stateH.base + lane * hidden, count: hidden)
      }
    }
    switch cell {
    case .lstm where isWhole:
      for unit in 0..<hidden / 16 {
        (cells.base + unit * stride).update(from: stateC.base + unit * lanes * 16, count: lanes * 16)
      }
    case .lstm:
      for unit in 0..<hidden / 16 {
        for (row, lane) in shape.lanes.enumerated() {
          (cells.base + unit * stride + row * 16).update(from: stateC.base + (unit * lanes + lane) * 16, count: 16)
        }
      }
    case .gru:
      for unit in 0..<hidden / 16 {
        for (row, lane) in shape.lanes.enumerated() {
          (cells.base + unit * stride + row * 16).update(from: stateH.base + lane * hidden + unit * 16, count: 16)
        }
      }
    case .rnn: break
    }
  }

  /// Keeps the state after the last step.
  private func giveState(_ shape: PassShape, _ isWhole: Bool) {
    let count = shape.lanes.count, stride = (shape.rows + count) * 16
    if !isWhole {
      for (row, lane) in shape.lanes.enumerated() {
        (stateH.base + lane * hidden).update(from: last.base + row * hidden, count: hidden)
      }
    }
    guard cell == .lstm else { return }
    for unit in 0..<hidden / 16 {
      let from = cells.base + unit * stride + shape.rows * 16, to = stateC.base + unit * lanes * 16
      if isWhole {
        to.update(from: from, count: lanes * 16)
      } else {
        for (row, lane) in shape.lanes.enumerated() { (to + lane * 16).update(from: from + row * 16, count: 16) }
      }
    }
  }

  /// Runs all steps back from `gradientOfOut`, and writes the gradients of the recurrent matrix and the biases.
  func backward(
    _ weights: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>, shape: PassShape,
    keep: UnsafePointer<Float>, recurrentMask: FloatBuffer?, outMask: FloatBuffer?
  ) {
    var step = step(weights, shape, keep, recurrentMask, outMask)
    let kernels = engine.kernels, cell = cell
    gradientOfCells.clear()
    let items = hidden / 64 * ck_row_tiles(shape.lanes.count)
    withUnsafePointer(to: &step) { step in
      engine.pool.runRanges(rounds: shape.steps, items) { round, items in
        let t = shape.steps - 1 - round
        switch cell {
        case .lstm: kernels.lstm_backward(step, t, items.lowerBound, items.upperBound)
        case .gru: kernels.gru_backward(step, t, items.lowerBound, items.upperBound)
        case .rnn: kernels.rnn_backward(step, t, items.lowerBound, items.upperBound)
        }
      }
    }
    let rows = shape.rows
    engine.columnSums(
      gates.base, dRows: rows, rows: 0..<rows, into: gradients + places.inputBias.offset, panels: width / 64)
    // The sums of the state's product: for gru they lie one part further.
    let sums = cell == .gru ? gates.base + hidden * rows : gates.base
    if cell == .gru {
      engine.columnSums(
        sums, dRows: rows, rows: 0..<rows, into: gradients + places.recurrentBias.offset, panels: width / 64)
    } else {
      (gradients + places.recurrentBias.offset).update(
        from: gradients + places.inputBias.offset, count: places.inputBias.count)
    }
    var product = ck_product(
      a: before.base, aRows: rows, b: sums, bRows: rows, k: rows, c: gradients + places.recurrent.offset,
      cRows: hidden, start: .zero)
    if let halves {
      let panels = (cell == .gru ? 4 * hidden : width) / 64
      engine.pairRows(before.base, rows: rows, panels: hidden / 64, into: halves.beforePairs.base)
      engine.pairRows(gates.base, rows: rows, panels: panels, into: halves.gatesPairs.base)
      let first = cell == .gru ? hidden * ck_product.pairs(rows) : 0
      product = product.transposedInPairs(a: halves.beforePairs.base, b: halves.gatesPairs.base + first)
    }
    engine.productTransposed(product, tiles: hidden / 64, panels: width / 64)
  }

  /// The output rounded to bfloat16, where it is.
  var outHalves: UnsafePointer<Float>? { halves?.out.map { UnsafePointer($0.base) } }
  /// After `backward`, the gradients of the sums of the input product, likewise; as rows, and as pairs of rows.
  var gatesHalves: UnsafePointer<Float>? { halves.map { UnsafePointer($0.gates.base) } }
  var gatesPairs: UnsafePointer<Float>? { halves.map { UnsafePointer($0.gatesPairs.base) } }

  /// Pairs of rows of the output, made anew.
  func makeOutPairs(rows: Int) -> UnsafePointer<Float>? {
    guard let pairs = halves?.outPairs else { return nil }
    engine.pairRows(out.base, rows: rows, panels: hidden / 64, into: pairs.base)
    return UnsafePointer(pairs.base)
  }

  private func step(
    _ weights: UnsafePointer<Float>, _ shape: PassShape, _ keep: UnsafePointer<Float>, _ recurrentMask: FloatBuffer?,
    _ outMask: FloatBuffer?
  ) -> ck_recurrent {
    ck_recurrent(
      hidden: hidden, lanes: shape.lanes.count, rows: shape.rows, gates: gates.base, cells: cells.base,
      before: before.base, out: out.base, last: last.base, keep: keep,
      recurrent_mask: recurrentMask.map { UnsafePointer($0.base) },
      out_mask: outMask.map { UnsafePointer($0.base) }, bias: weights + places.recurrentBias.offset,
      weights: halves.map { UnsafePointer($0.weights.base) } ?? weights + places.recurrent.offset,
      transposed: (halves?.transposed ?? transposed).base, d_out: gradientOfOut.base, d_cells: gradientOfCells.base,
      d_hidden: gradientOfHidden.base, before_half: halves?.before.base.halves, out_half: halves?.out?.base.halves,
      gates_half: halves?.gates.base.halves, table: nil, classes: 0, class_of: nil)
  }
}
