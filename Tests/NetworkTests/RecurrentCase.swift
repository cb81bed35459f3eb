internal import CKernels
import Testing

@testable import Network

/// The buffers of a few time steps of a gru or rnn, for its kernels beside plain loops.
final class RecurrentCase {
  struct Shape: CustomTestStringConvertible, Sendable {
    var hidden: Int
    var lanes: Int
    var steps: Int
    var masked = false
    var testDescription: String { "\(hidden) units, \(lanes) lanes, \(steps) steps" + (masked ? ", masks" : "") }
  }

  static let shapes = [
    Shape(hidden: 64, lanes: 1, steps: 3), Shape(hidden: 64, lanes: 7, steps: 3, masked: true),
    Shape(hidden: 128, lanes: 3, steps: 2, masked: true), Shape(hidden: 64, lanes: 13, steps: 2),
  ]

  let shape: Shape
  let cell: Architecture.Cell
  let hidden: Int
  let lanes: Int
  let rows: Int
  let gates, cells, before, out, last, keep, recurrentMask, outMask, bias, weights, transposed: FloatBuffer
  let gradientOfOut, gradientOfCells, gradientOfHidden: FloatBuffer
  private let kernels: ck_kernels

  init(_ cell: Architecture.Cell, _ shape: Shape, kernels: ck_kernels) {
    self.shape = shape
    self.cell = cell
    self.kernels = kernels
    hidden = shape.hidden
    lanes = shape.lanes
    rows = shape.lanes * shape.steps
    let width = cell.gates * hidden
    func random(_ count: Int, _ seed: UInt64, _ factor: Float = 1) -> FloatBuffer {
      KernelCheck.buffer(KernelCheck.random(count, seed).map { $0 * factor })
    }
    func drawMask(_ seed: UInt64) -> FloatBuffer {
      KernelCheck.buffer(KernelCheck.random(shape.lanes * shape.hidden, seed).map { $0 < -0.4 ? 0 : 1.25 })
    }
    gates = random((cell == .gru ? 4 : 1) * hidden * rows, 1)
    cells = random(hidden * (rows + lanes), 2)
    last = random(lanes * hidden, 3)
    before = random(rows * hidden, 4)
    out = random(rows * hidden, 5)
    keep = KernelCheck.buffer(KernelCheck.random(rows, 6).map { $0 < -0.3 ? 0 : 1 })
    recurrentMask = drawMask(7)
    outMask = drawMask(8)
    bias = random(width, 9)
    weights = random(width * hidden, 10, 0.3)
    transposed = random(width * hidden, 11, 0.3)
    gradientOfOut = random(rows * hidden, 12)
    gradientOfCells = FloatBuffer(lanes * hidden)
    gradientOfHidden = random(lanes * hidden, 13)
  }

  private var step: ck_recurrent {
    ck_recurrent(
      hidden: hidden, lanes: lanes, rows: rows, gates: gates.base, cells: cells.base, before: before.base,
      out: out.base, last: last.base, keep: keep.base,
      recurrent_mask: shape.masked ? UnsafePointer(recurrentMask.base) : nil,
      out_mask: shape.masked ? UnsafePointer(outMask.base) : nil, bias: bias.base, weights: weights.base,
      transposed: transposed.base, d_out: gradientOfOut.base, d_cells: gradientOfCells.base,
      d_hidden: gradientOfHidden.base, before_half: nil, out_half: nil, gates_half: nil, table: nil, classes: 0,
      class_of: nil)
  }

  /// Runs all steps, each in two ranges of items.
  func forward() {
    var step = step
    kernels.recurrent_begin(&step, 0, hidden / 64)
    let run = cell == .gru ? kernels.gru_forward : kernels.rnn_forward
    for t in 0..<shape.steps {
      run(&step, t, 0, items / 2)
      run(&step, t, items / 2, items)
    }
  }

  /// Runs all steps back, each in two ranges of items.
  func backward() {
    var step = step
    let run = cell == .gru ? kernels.gru_backward : kernels.rnn_backward
    for t in (0..<shape.steps).reversed() {
      run(&step, t, 0, items / 2)
      run(&step, t, items / 2, items)
    }
  }

  private var items: Int { hidden / 64 * ck_row_tiles(lanes) }

  /// Where (row, column) of a matrix in panels of `height` rows lies.
  func place(_ row: Int, _ column: Int, _ height: Int) -> Int { (column / 64 * height + row) * 64 + column % 64 }
  /// Where a unit of the cells of a row lies; the first `lanes` rows are those before the batch.
  func cellPlace(_ row: Int, _ unit: Int) -> Int { (unit / 16 * (rows + lanes) + row) * 16 + unit % 16 }

  func gate(_ row: Int, _ column: Int) -> Float { gates.base[place(row, column, rows)] }
  func mask(_ mask: FloatBuffer, _ row: Int, _ unit: Int) -> Float? {
    shape.masked ? mask.base[row % lanes * hidden + unit] : nil
  }
  /// What of the state before `row` its product reads.
  func share(_ row: Int, _ unit: Int) -> Float { keep.base[row] * (mask(recurrentMask, row, unit) ?? 1) }
}
