internal import CKernels

/// T steps in B lanes, T·B rows, and which lane of the state each of the batch's lanes is.
struct PassShape {
  var steps: Int
  var lanes: [Int]
  var rows: Int { steps * lanes.count }
}

/// One LSTM layer: its buffers, its lanes' state, and its time steps there and back.
///
///     i, f, o = sigmoid(W x + U h + b), g = tanh(W x + U h + b)      c' = f·c + i·g      h' = o·tanh(c')
///
/// Hochreiter & Schmidhuber 1997, with the forget gate of Gers, Schmidhuber & Cummins 2000.
/// Kept for the way back: activated gates, cells, and the masked state that each step read. The input product is made
/// by the caller for all steps at once and stands in `gates` before `forward`; after `backward` the gradient of these
/// sums stands there.
final class LSTMLayer {
  private let engine: Engine
  private let places: PackedLayout.Layer
  /// H, padded.
  let hidden: Int

  /// [4H/64][T·B][64].
  let gates: FloatBuffer
  /// The output that is read above, masked: [H/64][T·B][64].
  let out: FloatBuffer
  /// Its gradient.
  let gradientOfOut: FloatBuffer
  /// The lanes' state, [lanes, H] each.
  let stateH: FloatBuffer
  let stateC: FloatBuffer
  /// The input's and the recurrent product's biases added: [4H].
  let bias: FloatBuffer

  private let cells: FloatBuffer
  private let before: FloatBuffer
  private let last: FloatBuffer
  private let transposed: FloatBuffer
  private let gradientOfCells: FloatBuffer
  private let gradientOfHidden: FloatBuffer

  init(places: PackedLayout.Layer, hidden: Int, lanes: Int, steps: Int, trains: Bool, engine: Engine) {
    self.engine = engine
    self.places = places
    self.hidden = hidden
    let rows = lanes * steps
    gates = FloatBuffer(rows * hidden * 4)
    out = FloatBuffer(rows * hidden)
    gradientOfOut = FloatBuffer(trains ? rows * hidden : 0)
    stateH = FloatBuffer(lanes * hidden)
    stateC = FloatBuffer(lanes * hidden)
    bias = FloatBuffer(4 * hidden)
    cells = FloatBuffer((rows + lanes) * hidden)
    before = FloatBuffer(rows * hidden)
    last = FloatBuffer(lanes * hidden)
    transposed = FloatBuffer(trains ? 4 * hidden * hidden : 0)
    gradientOfCells = FloatBuffer(trains ? lanes * hidden : 0)
    gradientOfHidden = FloatBuffer(trains ? lanes * hidden : 0)
  }

  /// Prepares what depends on the weights alone.
  func prepare(_ weights: UnsafePointer<Float>, trains: Bool) {
    for i in 0..<4 * hidden {
      bias.base[i] = weights[places.inputBias.offset + i] + weights[places.recurrentBias.offset + i]
    }
    guard trains else { return }
    engine.transpose(
      weights + places.recurrent.offset, rows: hidden, panels: hidden / 16, tiles: hidden / 64, into: transposed.base)
  }

  func clear(lane: Int) {
    (stateH.base + lane * hidden).update(repeating: 0, count: hidden)
    (stateC.base + lane * hidden).update(repeating: 0, count: hidden)
  }

  /// Runs all steps from the lanes' state and leaves the new state there.
  func forward(
    _ weights: UnsafePointer<Float>, shape: PassShape, keep: UnsafePointer<Float>, recurrentMask: FloatBuffer?,
    outMask: FloatBuffer?
  ) {
    var step = step(weights, shape, keep, recurrentMask, outMask)
    let lanes = shape.lanes.count, stride = (shape.rows + lanes) * 16
    for (row, lane) in shape.lanes.enumerated() {
      (last.base + row * hidden).update(from: stateH.base + lane * hidden, count: hidden)
      for unit in 0..<hidden / 16 {
        (cells.base + unit * stride + row * 16).update(from: stateC.base + lane * hidden + unit * 16, count: 16)
      }
    }
    let kernels = engine.kernels
    let items = hidden / 16 * ck_row_tiles(lanes)
    withUnsafePointer(to: &step) { step in
      kernels.lstm_begin(step, 0, hidden / 64)
      for t in 0..<shape.steps {
        engine.pool.runRanges(items) { kernels.lstm_forward(step, t, $0.lowerBound, $0.upperBound) }
      }
    }
    for (row, lane) in shape.lanes.enumerated() {
      (stateH.base + lane * hidden).update(from: last.base + row * hidden, count: hidden)
      for unit in 0..<hidden / 16 {
        (stateC.base + lane * hidden + unit * 16)
          .update(from: cells.base + unit * stride + (shape.rows + row) * 16, count: 16)
      }
    }
  }

  /// Runs all steps back from `gradientOfOut`, and writes the gradients of the recurrent matrix and the biases.
  func backward(
    _ weights: UnsafePointer<Float>, gradients: UnsafeMutablePointer<Float>, shape: PassShape,
    keep: UnsafePointer<Float>, recurrentMask: FloatBuffer?, outMask: FloatBuffer?
  ) {
    var step = step(weights, shape, keep, recurrentMask, outMask)
    let kernels = engine.kernels
    gradientOfCells.clear()
    let items = hidden / 64 * ck_row_tiles(shape.lanes.count)
    withUnsafePointer(to: &step) { step in
      for t in stride(from: shape.steps - 1, through: 0, by: -1) {
        engine.pool.runRanges(items) { kernels.lstm_backward(step, t, $0.lowerBound, $0.upperBound) }
      }
    }
    let rows = shape.rows
    engine.columnSums(
      gates.base, dRows: rows, rows: 0..<rows, into: gradients + places.inputBias.offset, panels: hidden / 16)
    (gradients + places.recurrentBias.offset).update(
      from: gradients + places.inputBias.offset, count: places.inputBias.count)
    engine.productTransposed(
      ck_product(
        a: before.base, aRows: rows, b: gates.base, bRows: rows, k: rows, c: gradients + places.recurrent.offset,
        cRows: hidden, start: .zero), tiles: hidden / 64, panels: hidden / 16)
  }

  private func step(
    _ weights: UnsafePointer<Float>, _ shape: PassShape, _ keep: UnsafePointer<Float>, _ recurrentMask: FloatBuffer?,
    _ outMask: FloatBuffer?
  ) -> ck_lstm {
    ck_lstm(
      hidden: hidden, lanes: shape.lanes.count, rows: shape.rows, gates: gates.base, cells: cells.base,
      before: before.base, out: out.base, last: last.base, keep: keep,
      recurrent_mask: recurrentMask.map { UnsafePointer($0.base) },
      out_mask: outMask.map { UnsafePointer($0.base) }, weights: weights + places.recurrent.offset,
      transposed: transposed.base, d_out: gradientOfOut.base, d_cells: gradientOfCells.base,
      d_hidden: gradientOfHidden.base)
  }
}
