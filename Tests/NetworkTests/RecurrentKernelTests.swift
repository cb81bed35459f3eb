internal import CKernels
import Testing

@testable import Network

/// What plain loops make of a `RecurrentCase`, from copies of its numbers before the kernels ran.
private struct PlainSteps {
  let example: RecurrentCase
  var gates: [Float]
  var cells: [Float]
  var before: [Float]
  var out: [Float]
  var last: [Float]
  private var hidden: Int { example.hidden }
  private var lanes: Int { example.lanes }
  private var rows: Int { example.rows }

  init(_ example: RecurrentCase) {
    self.example = example
    gates = example.gates.values
    cells = example.cells.values
    before = example.before.values
    out = example.out.values
    last = example.last.values
  }

  private func at(_ row: Int, _ column: Int) -> Int { example.place(row, column, rows) }

  /// A sum over the state that a row reads, and a column of the recurrent matrix.
  private func sum(_ start: Float, _ row: Int, _ column: Int) -> Float {
    let weights = example.weights.base + example.place(0, column, hidden)
    var sum = start
    for k in 0..<hidden { sum.addProduct(before[at(row, k)], weights[64 * k]) }
    return sum
  }

  mutating func forward() {
    for row in 0..<rows {
      for unit in 0..<hidden {
        let lane = row % lanes
        let h = row < lanes ? last[lane * hidden + unit] : self.h[lane * hidden + unit]
        before[at(row, unit)] = h * example.share(row, unit)
      }
      for unit in 0..<hidden {
        let new = example.cell == .gru ? gru(row, unit) : rnn(row, unit)
        h[row % lanes * hidden + unit] = new
        out[at(row, unit)] = example.mask(example.outMask, row, unit).map { new * $0 } ?? new
      }
    }
    last = h
  }

  /// The lanes' newest state.
  private lazy var h = [Float](repeating: 0, count: lanes * hidden)

  private mutating func rnn(_ row: Int, _ unit: Int) -> Float {
    let h = Numerics.tanh(sum(gates[at(row, unit)], row, unit))
    gates[at(row, unit)] = h
    return h
  }

  /// Gates lie n, r, z, u; the matrix's columns are r, z, u.
  private mutating func gru(_ row: Int, _ unit: Int) -> Float {
    let r = Numerics.sigmoid(sum(gates[at(row, hidden + unit)], row, unit))
    let z = Numerics.sigmoid(sum(gates[at(row, 2 * hidden + unit)], row, hidden + unit))
    let u = sum(example.bias.base[2 * hidden + unit], row, 2 * hidden + unit)
    let n = Numerics.tanh(gates[at(row, unit)].addingProduct(r, u))
    for (part, value) in [n, r, z, u].enumerated() { gates[at(row, part * hidden + unit)] = value }
    let state = cells[example.cellPlace(row, unit)] * example.keep.base[row]
    let h = n.addingProduct(z, state - n)
    cells[example.cellPlace(row + lanes, unit)] = h
    return h
  }

  /// Replaces gates by the gradients of their sums.
  mutating func backward() {
    var carried = [Float](repeating: 0, count: lanes * hidden)
    for row in (0..<rows).reversed() {
      for unit in 0..<hidden {
        var dH = example.gradientOfOut.base[at(row, unit)]
        if let mask = example.mask(example.outMask, row, unit) { dH *= mask }
        let next = row + lanes
        if next < rows { dH.addProduct(handedBack(next, unit), example.share(next, unit)) }
        guard example.cell == .gru else {
          let h = gates[at(row, unit)]
          gates[at(row, unit)] = dH * (1 - h * h)
          continue
        }
        gru(row, unit, dH, &carried[row % lanes * hidden + unit])
      }
    }
  }

  /// A sum over the gradients of the next step's sums, and a column of the transposed matrix.
  private func handedBack(_ row: Int, _ unit: Int) -> Float {
    let first = example.cell == .gru ? hidden : 0, width = example.cell.gates * hidden
    let transposed = example.transposed.base + example.place(0, unit, width)
    var sum: Float = 0
    for k in 0..<width { sum.addProduct(gates[at(row, first + k)], transposed[64 * k]) }
    return sum
  }

  private mutating func gru(_ row: Int, _ unit: Int, _ handed: Float, _ carried: inout Float) {
    let dH = handed + carried
    let (n, r, z, u) = (
      gates[at(row, unit)], gates[at(row, hidden + unit)], gates[at(row, 2 * hidden + unit)],
      gates[at(row, 3 * hidden + unit)]
    )
    let keep = example.keep.base[row]
    let dN = dH * (1 - z) * (1 - n * n)
    gates[at(row, unit)] = dN
    gates[at(row, 3 * hidden + unit)] = dN * r
    gates[at(row, hidden + unit)] = dN * u * r * (1 - r)
    gates[at(row, 2 * hidden + unit)] = dH * (cells[example.cellPlace(row, unit)] * keep - n) * z * (1 - z)
    carried = dH * z * keep
  }
}

@Suite("Steps of gru and rnn beside plain loops")
struct RecurrentKernelTests {
  static let cells = [Architecture.Cell.gru, .rnn]
  static let ways = KernelCheck.names.flatMap { name in cells.map { (name, $0) } }

  @Test("steps there and back are the formulas, sums over ascending units", arguments: ways, RecurrentCase.shapes)
  func steps(_ way: (String, Architecture.Cell), _ shape: RecurrentCase.Shape) throws {
    let example = RecurrentCase(way.1, shape, kernels: try #require(Kernels(named: way.0)).table)
    var plain = PlainSteps(example)
    plain.forward()
    example.forward()
    for (name, found, expected) in [
      ("gates", example.gates, plain.gates), ("before", example.before, plain.before), ("out", example.out, plain.out),
      ("last", example.last, plain.last), ("cells", example.cells, plain.cells),
    ] { #expect(KernelCheck.bits(found.values) == KernelCheck.bits(expected), "\(name)") }
    plain.backward()
    example.backward()
    #expect(KernelCheck.bits(example.gates.values) == KernelCheck.bits(plain.gates))
  }
}
