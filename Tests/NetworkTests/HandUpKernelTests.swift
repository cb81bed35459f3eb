internal import CKernels
import Testing

@testable import Network

@Suite("Kernels of what a layer hands up, beside plain loops")
struct HandUpKernelTests {
  struct Shape: CustomTestStringConvertible, Sendable {
    var rows: Int
    var lanes: Int
    var width: Int
    var norm = true
    var mask = false
    var below = false
    var panels: Int { (width + 63) / 64 }
    var testDescription: String {
      "\(rows) rows, \(lanes) lanes, width \(width)" + (norm ? ", norm" : "") + (mask ? ", mask" : "")
        + (below ? ", below" : "")
    }
  }

  static let shapes = [
    Shape(rows: 1, lanes: 1, width: 1), Shape(rows: 3, lanes: 3, width: 5, below: true),
    Shape(rows: 14, lanes: 7, width: 64, mask: true), Shape(rows: 15, lanes: 5, width: 66, mask: true, below: true),
    Shape(rows: 6, lanes: 2, width: 137, norm: false, mask: true, below: true),
    Shape(rows: 4, lanes: 4, width: 191, norm: false, below: true), Shape(rows: 9, lanes: 3, width: 200),
  ]

  /// Random numbers in panels, zero past the width, and what the plain loops make of them.
  private final class Case {
    let shape: Shape
    let x, weight, bias, mask, below, dY: FloatBuffer
    let statistics, y, dX, dWeight, dBias: FloatBuffer

    init(_ shape: Shape) {
      self.shape = shape
      func rows(_ seed: UInt64, _ count: Int) -> FloatBuffer {
        var values = KernelCheck.random(count * shape.panels * 64, seed)
        for place in values.indices where place / (count * 64) * 64 + place % 64 >= shape.width { values[place] = 0 }
        return KernelCheck.buffer(values)
      }
      x = rows(1, shape.rows)
      weight = rows(2, 1)
      bias = rows(3, 1)
      below = rows(4, shape.rows)
      dY = rows(5, shape.rows)
      // A mask lies [lanes][width], padding and all.
      mask = KernelCheck.buffer(
        KernelCheck.random(shape.lanes * shape.panels * 64, 6).map { $0 < 0 ? 0 : 1.25 })
      statistics = FloatBuffer(2 * shape.rows)
      y = FloatBuffer(x.count)
      dX = FloatBuffer(x.count)
      dWeight = FloatBuffer(weight.count)
      dBias = FloatBuffer(bias.count)
    }

    var handUp: ck_hand_up {
      ck_hand_up(
        rows: shape.rows, lanes: shape.lanes, width: shape.width, x: x.base,
        weight: shape.norm ? UnsafePointer(weight.base) : nil, bias: shape.norm ? UnsafePointer(bias.base) : nil,
        statistics: statistics.base, mask: shape.mask ? UnsafePointer(mask.base) : nil,
        below: shape.below ? UnsafePointer(below.base) : nil, y: y.base, d_y: dY.base, d_x: dX.base)
    }

    func place(_ row: Int, _ column: Int) -> Int { (column / 64 * shape.rows + row) * 64 + column % 64 }
    func mask(_ row: Int, _ column: Int) -> Float? {
      shape.mask ? mask.base[row % shape.lanes * shape.panels * 64 + column] : nil
    }
    func gradient(_ row: Int, _ column: Int) -> Float {
      dY.base[place(row, column)] * (mask(row, column) ?? 1)
    }

    /// The mean of a row and 1 over its deviation.
    func found(_ row: Int) -> (Float, Float) {
      let width = Float(shape.width)
      var sums = [Float](repeating: 0, count: 16), squares = sums
      for column in 0..<shape.width { sums[column % 16] += x.base[place(row, column)] }
      let mean = KernelCheck.tree(sums) / width
      for column in 0..<shape.width {
        let difference = x.base[place(row, column)] - mean
        squares[column % 16].addProduct(difference, difference)
      }
      return (mean, 1 / (KernelCheck.tree(squares) / width + 1e-5).squareRoot())
    }
  }

  @Test("rows are normalised, masked and added to", arguments: KernelCheck.names, shapes)
  func forward(_ name: String, _ shape: Shape) throws {
    let kernels = try #require(Kernels(named: name)).table
    let made = Case(shape)
    var handUp = made.handUp
    kernels.hand_up(&handUp, 0, shape.rows / 2)
    kernels.hand_up(&handUp, shape.rows / 2, shape.rows)
    var expected = [Float](repeating: 0, count: made.y.count)
    for row in 0..<shape.rows {
      let (mean, scale) = made.found(row)
      for column in 0..<shape.width {
        let place = made.place(row, column)
        var y = made.x.base[place]
        if shape.norm { y = made.bias.base[column].addingProduct((y - mean) * scale, made.weight.base[column]) }
        if let mask = made.mask(row, column) { y *= mask }
        if shape.below { y += made.below.base[place] }
        expected[place] = y
      }
      guard shape.norm else { continue }
      #expect(made.statistics.base[2 * row].bitPattern == mean.bitPattern)
      #expect(made.statistics.base[2 * row + 1].bitPattern == scale.bitPattern)
    }
    // Past the width a sum may be -0.
    #expect(made.y.values == expected)
    let inside = (0..<shape.rows).flatMap { row in (0..<shape.width).map { made.place(row, $0) } }
    #expect(KernelCheck.bits(inside.map { made.y.base[$0] }) == KernelCheck.bits(inside.map { expected[$0] }))
  }

  @Test("gradients go back through mask and norm, and are zero past the width", arguments: KernelCheck.names, shapes)
  func backward(_ name: String, _ shape: Shape) throws {
    let kernels = try #require(Kernels(named: name)).table
    let made = Case(shape)
    var handUp = made.handUp
    kernels.hand_up(&handUp, 0, shape.rows)
    kernels.hand_up_backward(&handUp, 0, shape.rows / 2)
    kernels.hand_up_backward(&handUp, shape.rows / 2, shape.rows)
    var expected = [Float](repeating: 0, count: made.dX.count)
    for row in 0..<shape.rows {
      guard shape.norm else {
        for column in 0..<shape.width { expected[made.place(row, column)] = made.gradient(row, column) }
        continue
      }
      let (mean, scale) = made.found(row)
      var sums = [Float](repeating: 0, count: 16), products = sums
      for column in 0..<shape.width {
        let gradient = made.gradient(row, column) * made.weight.base[column]
        sums[column % 16] += gradient
        products[column % 16].addProduct(gradient, (made.x.base[made.place(row, column)] - mean) * scale)
      }
      let sum = KernelCheck.tree(sums) / Float(shape.width), product = KernelCheck.tree(products) / Float(shape.width)
      for column in 0..<shape.width {
        let gradient = made.gradient(row, column) * made.weight.base[column]
        let x = (made.x.base[made.place(row, column)] - mean) * scale
        expected[made.place(row, column)] = (gradient - sum).addingProduct(-x, product) * scale
      }
    }
    #expect(made.dX.values == expected)
  }

  @Test("a norm's gradients are sums over ascending rows", arguments: KernelCheck.names, shapes.filter(\.norm))
  func gradients(_ name: String, _ shape: Shape) throws {
    let kernels = try #require(Kernels(named: name)).table
    let made = Case(shape)
    var handUp = made.handUp
    kernels.hand_up(&handUp, 0, shape.rows)
    for panel in 0..<shape.panels {
      kernels.norm_gradients(&handUp, made.dWeight.base, made.dBias.base, panel, panel + 1)
    }
    var weights = [Float](repeating: 0, count: shape.panels * 64), biases = weights
    for row in 0..<shape.rows {
      let (mean, scale) = made.found(row)
      for column in 0..<shape.width {
        let gradient = made.gradient(row, column)
        weights[column].addProduct(gradient, (made.x.base[made.place(row, column)] - mean) * scale)
        biases[column] += gradient
      }
    }
    #expect(made.dWeight.values == weights)
    #expect(made.dBias.values == biases)
  }

  @Test("numbers are added one by one", arguments: KernelCheck.names, [0, 1, 15, 16, 67])
  func adding(_ name: String, _ count: Int) throws {
    let kernels = try #require(Kernels(named: name)).table
    let x = KernelCheck.random(count + 1, 1), y = KernelCheck.random(count + 1, 2)
    var found = y
    kernels.add(count, x, &found)
    #expect(found == zip(x, y).enumerated().map { $0 < count ? $1.0 + $1.1 : $1.1 })
  }
}
