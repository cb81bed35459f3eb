internal import CKernels
import TestSupport
import Testing

@testable import Network

@Suite("Pairs of bfloat16")
struct PairsTests {
  private static let names = KernelChoice.available

  /// The bfloat16 nearest to a number, ties to even; denormal numbers give zeros.
  private static func half(_ x: Float) -> UInt16 {
    if x.isNaN { return UInt16(x.bitPattern >> 16) | 0x40 }
    if x.isZero || x.isSubnormal { return x.sign == .minus ? 0x8000 : 0 }
    let low = x.bitPattern & 0xFFFF, high = UInt16(x.bitPattern >> 16)
    return low > 0x8000 || (low == 0x8000 && high & 1 == 1) ? high + 1 : high
  }

  private static func float(_ half: UInt16) -> Float { Float(bitPattern: UInt32(half) << 16) }

  /// Zero where a result is denormal, the way the processor's instruction has it: asked after rounding to 24 bits.
  private static func flushed(_ x: Float, _ a: Float, _ b: Float, _ sum: Float) -> Float {
    let scale = Double(sign: .plus, exponent: 64, significand: 1)
    guard abs(x) <= Float.leastNormalMagnitude else { return x }
    // Exact in double: the numbers of these tests have few bits.
    let exact = (Double(a) * Double(b) + Double(sum)) * scale
    return abs(Float(exact)) < Float(Double(Float.leastNormalMagnitude) * scale) ? Float(signOf: x, magnitudeOf: 0) : x
  }

  private static func added(_ a: UInt16, _ b: UInt16, to sum: Float) -> Float {
    let (a, b) = (float(a), float(b))
    return flushed(sum.addingProduct(a, b), a, b, sum)
  }

  private static let special: [Float] = [
    0, -0.0, 1, -1, .infinity, -.infinity, .leastNormalMagnitude, .leastNonzeroMagnitude, -.leastNormalMagnitude / 2,
    .greatestFiniteMagnitude, 1.0039062, 1.0117188, 3.4e-38, -1.2e-38, 65_280.5, .nan,
  ]

  private func random(_ count: Int, _ seed: UInt64) -> [Float] {
    var numbers = SeededGenerator(seed: seed)
    return (0..<count).map { _ in
      Float.random(in: -1...1, using: &numbers) * (Bool.random(using: &numbers) ? 1 : 0x1p-70)
    }
  }

  /// The halves of the rows of a panel of `width` columns, four rows after four as a build's table says, two in a row.
  private func laid(_ halves: [UInt16], width: Int, _ kernels: ck_kernels) -> [UInt16] {
    let places = [kernels.halves.0, kernels.halves.1, kernels.halves.2, kernels.halves.3].map(Int.init)
    var laid = halves
    for (place, half) in halves.enumerated() {
      let row = place / width, within = places[row % 4]
      laid[((row / 4 * 2 + within / 2) * width + place % width) * 2 + within % 2] = half
    }
    return laid
  }

  @Test("numbers are rounded to the nearest, ties to even, and denormal ones to zero", arguments: names)
  func rounding(_ name: String) throws {
    let kernels = try #require(Kernels(named: name)).table
    let x = Self.special + random(4080, 1)
    var y = [UInt16](repeating: 0, count: x.count)
    kernels.halve(x.count, x, &y)
    #expect(y == laid(x.map(Self.half), width: 1, kernels))
  }

  @Test("pairs hold rows of a panel, four by four, and zero beyond the last one", arguments: names, [1, 2, 3, 5, 8])
  func pairs(_ name: String, _ count: Int) throws {
    let kernels = try #require(Kernels(named: name)).table
    let rows = 12, first = 3, x = random(2 * rows * 64, 2), pairs = ck_product.pairs(count)
    var y = [UInt32](repeating: .max, count: 2 * pairs * 64)
    kernels.pair_rows(x, rows, first, first + count, &y, pairs, 0, 2)
    for p in 0..<2 {
      let halves = x[(p * rows + first) * 64..<(p * rows + first + count) * 64].map(Self.half)
      let expected = laid(halves + Array(repeating: 0, count: (2 * pairs - count) * 64), width: 64, kernels)
      let found = y[p * pairs * 64..<(p + 1) * pairs * 64].flatMap { [UInt16($0 & 0xFFFF), UInt16($0 >> 16)] }
      #expect(found == expected)
    }
  }

  /// The sum over k of products of halves: in blocks of 32 the even k from zero and the odd ones, then both together,
  /// then the whole; denormal numbers are zeros.
  private static func sum(from start: Float, _ k: Int, _ a: (Int) -> UInt16, _ b: (Int) -> UInt16) -> Float {
    func added(_ a: Float, _ b: Float) -> Float {
      // Exact where it is denormal.
      let sum = (a.isSubnormal ? Float(signOf: a, magnitudeOf: 0) : a) + b
      return sum.isSubnormal ? Float(signOf: sum, magnitudeOf: 0) : sum
    }
    var whole = start
    for block in stride(from: 0, to: k, by: 32) {
      var sums: [Float] = [0, 0]
      for i in block..<min(block + 32, (k + 3) / 4 * 4) {
        sums[i % 2] = Self.added(i < k ? a(i) : 0, i < k ? b(i) : 0, to: sums[i % 2])
      }
      whole = added(whole, added(sums[0], sums[1]))
    }
    return whole
  }

  @Test(
    "a product adds even and odd k apart in blocks of 32, with denormal numbers as zeros",
    arguments: names, [(1, 64), (7, 150), (6, 2), (17, 32), (33, 576), (45, 71)])
  func product(_ name: String, _ size: (rows: Int, k: Int)) throws {
    let kernels = try #require(Kernels(named: name)).table
    let (rows, k) = size, panels = (k + 63) / 64, pairs = ck_product.pairs(k)
    let a = KernelCheck.buffer(random(rows * panels * 64, 3)), b = KernelCheck.buffer(random(k * 64, 4))
    let start = KernelCheck.buffer(
      random(rows * 64, 5).enumerated().map { place, number in
        place % 5 == 0 ? -0.0 : place % 7 == 0 ? .leastNormalMagnitude / 8 : number
      })
    let halves = FloatBuffer(rows * panels * 32), pairsOfB = FloatBuffer(pairs * 64), c = FloatBuffer(rows * 64)
    kernels.halve(rows * panels * 64, a.base, halves.base.halves)
    kernels.pair_rows(b.base, k, 0, k, pairsOfB.words, pairs, 0, 1)
    var x = ck_product(
      a: a.base, aRows: rows, b: b.base, bRows: k, k: k, c: c.base, cRows: rows, start: .rows(start.base)
    ).inPairs(a: halves.base, b: pairsOfB.base)
    kernels.product(&x, 0, rows, 0, 1)
    for r in 0..<rows {
      for j in 0..<64 {
        let sum = Self.sum(
          from: start.base[r * 64 + j], k, { Self.half(a.base[($0 / 64 * rows + r) * 64 + $0 % 64]) },
          { Self.half(b.base[$0 * 64 + j]) })
        #expect(c.base[r * 64 + j].bitPattern == sum.bitPattern)
      }
    }
  }

  @Test("so does a product of columns", arguments: names, [1, 2, 7, 36, 128, 530, 1030])
  func transposed(_ name: String, _ k: Int) throws {
    let kernels = try #require(Kernels(named: name)).table
    let pairs = ck_product.pairs(k), tiles = 2, panels = 2
    let a = KernelCheck.buffer(random(k * tiles * 64, 3)), b = KernelCheck.buffer(random(k * panels * 64, 4))
    let pairsOfA = FloatBuffer(pairs * tiles * 64), pairsOfB = FloatBuffer(pairs * panels * 64)
    let c = FloatBuffer(tiles * 64 * panels * 64)
    kernels.pair_rows(a.base, k, 0, k, pairsOfA.words, pairs, 0, tiles)
    kernels.pair_rows(b.base, k, 0, k, pairsOfB.words, pairs, 0, panels)
    var x = ck_product(
      a: a.base, aRows: k, b: b.base, bRows: k, k: k, c: c.base, cRows: tiles * 64, start: .zero
    ).transposedInPairs(a: pairsOfA.base, b: pairsOfB.base)
    // In two parts, as threads take them.
    kernels.product_transposed(&x, tiles, 1, 4)
    kernels.product_transposed(&x, tiles, 0, 1)
    for column in stride(from: 0, to: panels * 64, by: 7) {
      for row in stride(from: 0, to: tiles * 64, by: 3) {
        let sum = Self.sum(
          from: 0, k, { Self.half(a.base[(row / 64 * k + $0) * 64 + row % 64]) },
          { Self.half(b.base[(column / 64 * k + $0) * 64 + column % 64]) })
        #expect(c.base[(column / 64 * tiles * 64 + row) * 64 + column % 64].bitPattern == sum.bitPattern)
      }
    }
  }

  @Test(
    "training with rounded operands finds nearly the same gradients", arguments: NetworkCase.everySize)
  func gradients(_ example: NetworkCase) throws {
    let network = example.network(), batch = example.batch(steps: 3, lanes: 5, seed: 1)
    func found(_ precision: Precision) throws -> (loss: Float, tensors: [Tensor]) {
      let pool = WorkerPool(threads: 1)
      defer { pool.stop() }
      return try Trainer(
        network: network, optimizer: OptimizerSettings(name: .sgd, learningRate: 1), lanes: 5, steps: 3,
        precision: precision, pool: pool
      ).gradients(batch, seed: 3)
    }
    let exact = try found(.f32), rounded = try found(.bf16)
    #expect(abs(exact.loss - rounded.loss) <= 0.02 * abs(exact.loss) + 0.002)
    #expect(exact.tensors != rounded.tensors)
    for (exact, rounded) in zip(exact.tensors, rounded.tensors) {
      let size = exact.values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let differences = zip(exact.values, rounded.values).map { $0 - $1 }
      let error = differences.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(error <= 0.05 * size + 1e-5, "\(exact.name)")
    }
  }
}

extension FloatBuffer {
  /// The same place as pairs of halves.
  fileprivate var words: UnsafeMutablePointer<UInt32> {
    UnsafeMutableRawPointer(base).assumingMemoryBound(to: UInt32.self)
  }
}
