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

  @Test("numbers are rounded to the nearest, ties to even, and denormal ones to zero", arguments: names)
  func rounding(_ name: String) throws {
    let kernels = try #require(Kernels(named: name)).table
    let x = Self.special + random(4080, 1)
    var y = [UInt16](repeating: 0, count: x.count)
    kernels.halve(x.count, x, &y)
    #expect(y == x.map(Self.half))
  }

  @Test("pairs hold two rows of a panel, and zero beyond the last one", arguments: names, [1, 2, 5])
  func pairs(_ name: String, _ count: Int) throws {
    let kernels = try #require(Kernels(named: name)).table
    let rows = 9, first = 3, x = random(2 * rows * 64, 2), half = (count + 1) / 2
    var y = [UInt32](repeating: .max, count: 2 * half * 64)
    kernels.pair_rows(x, rows, first, first + count, &y, half, 0, 2)
    for p in 0..<2 {
      for i in 0..<half {
        for j in 0..<64 {
          let place = (p * rows + first + 2 * i) * 64 + j
          let high = 2 * i + 1 < count ? UInt32(Self.half(x[place + 64])) : 0
          #expect(y[(p * half + i) * 64 + j] == high << 16 | UInt32(Self.half(x[place])))
        }
      }
    }
  }

  @Test(
    "a product adds each pair's odd product first, then its even one, with denormal numbers as zeros",
    arguments: names, [(1, 64), (7, 150), (6, 2)])
  func product(_ name: String, _ size: (rows: Int, k: Int)) throws {
    let kernels = try #require(Kernels(named: name)).table
    let (rows, k) = size, width = (k + 63) / 64 * 64
    let a = random(rows * width, 3).map(Self.half), b = random(k * 64, 4).map(Self.half)
    let pairs = (0..<k / 2 * 64).map { (place: Int) -> UInt32 in
      let even = place / 64 * 128 + place % 64
      return UInt32(b[even]) | UInt32(b[even + 64]) << 16
    }
    var c = [Float](repeating: .nan, count: rows * 64)
    a.withUnsafeBytes { a in
      pairs.withUnsafeBytes { b in
        c.withUnsafeMutableBufferPointer { c in
          guard let a = a.bindMemory(to: Float.self).baseAddress, let b = b.bindMemory(to: Float.self).baseAddress,
            let c = c.baseAddress
          else { return }
          var x = ck_product(a: a, aRows: rows, b: b, bRows: k, k: k, c: c, cRows: rows, start: .zero).inPairs(
            a: a, b: b)
          kernels.product(&x, 0, rows, 0, 1)
        }
      }
    }
    for r in 0..<rows {
      for j in 0..<64 {
        var sum: Float = 0
        for i in stride(from: 0, to: k, by: 2) {
          for i in [i + 1, i] { sum = Self.added(a[(i / 64 * rows + r) * 64 + i % 64], b[i * 64 + j], to: sum) }
        }
        #expect(c[r * 64 + j].bitPattern == sum.bitPattern)
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
