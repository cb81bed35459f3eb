internal import CKernels
import TestSupport
import Testing

@testable import Network

@Suite("Kernels beside plain loops")
struct KernelTests {
  private static let names = KernelCheck.names
  private func random(_ count: Int, _ seed: UInt64) -> [Float] { KernelCheck.random(count, seed) }
  private func bits(_ values: [Float]) -> [UInt32] { KernelCheck.bits(values) }

  struct Size: CustomTestStringConvertible, Sendable {
    var rows: Int
    var k: Int
    var panels: Int
    var testDescription: String { "\(rows) rows, k \(k), \(panels) panels" }
  }

  @Test(
    "a product accumulates over ascending k, fused", arguments: names,
    [
      Size(rows: 1, k: 64, panels: 1), Size(rows: 5, k: 128, panels: 3), Size(rows: 7, k: 64, panels: 2),
      Size(rows: 103, k: 64, panels: 1), Size(rows: 13, k: 576, panels: 1),
    ])
  func product(_ name: String, _ size: Size) throws {
    let kernels = try #require(Kernels(named: name)).table
    let (rows, k, panels) = (size.rows, size.k, size.panels)
    // B has more rows than are used, as the head's matrix has.
    let a = random(rows * k, 1), b = random((k + 3) * panels * 64, 2), bias = random(panels * 64, 3)
    var c = [Float](repeating: .nan, count: rows * panels * 64)
    c.withUnsafeMutableBufferPointer { c in
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          bias.withUnsafeBufferPointer { bias in
            guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress, let bias = bias.baseAddress
            else { return }
            var x = ck_product(a: a, aRows: rows, b: b, bRows: k + 3, k: k, c: c, cRows: rows, start: .bias(bias))
            kernels.product(&x, 0, rows, 0, panels)
          }
        }
      }
    }
    var expected = c
    for p in 0..<panels {
      for r in 0..<rows {
        for j in 0..<64 {
          var sum = bias[p * 64 + j]
          for i in 0..<k { sum.addProduct(a[(i / 64 * rows + r) * 64 + i % 64], b[(p * (k + 3) + i) * 64 + j]) }
          expected[(p * rows + r) * 64 + j] = sum
        }
      }
    }
    #expect(bits(c) == bits(expected))
  }

  @Test("a transposed product accumulates over ascending rows, fused", arguments: names, [1, 7, 64, 259])
  func transposed(_ name: String, _ k: Int) throws {
    let kernels = try #require(Kernels(named: name)).table
    let tiles = 2, panels = 1
    let a = random(k * tiles * 64, 1), b = random(k * panels * 64, 2)
    var c = [Float](repeating: .nan, count: tiles * 64 * panels * 64)
    c.withUnsafeMutableBufferPointer { c in
      a.withUnsafeBufferPointer { a in
        b.withUnsafeBufferPointer { b in
          guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
          var x = ck_product(a: a, aRows: k, b: b, bRows: k, k: k, c: c, cRows: tiles * 64, start: .zero)
          kernels.product_transposed(&x, tiles, 0, tiles * panels)
        }
      }
    }
    var expected = c
    for r in 0..<tiles * 64 {
      for j in 0..<64 {
        var sum: Float = 0
        for i in 0..<k { sum.addProduct(a[(r / 64 * k + i) * 64 + r % 64], b[i * 64 + j]) }
        expected[r * 64 + j] = sum
      }
    }
    #expect(bits(c) == bits(expected))
  }

  @Test("a sparse product equals the dense sum", arguments: names)
  func sparse(_ name: String) throws {
    let kernels = try #require(Kernels(named: name)).table
    let rows = 5, width = 9
    var numbers = SeededGenerator(seed: 4)
    let dense = (0..<rows * width).map { _ in
      Bool.random(using: &numbers) ? Float.random(in: -1...1, using: &numbers) : 0
    }
    let b = random(width * 64, 2)
    var c = [Float](repeating: .nan, count: rows * 64)
    SparseRows(dense: dense, width: width).withPointers { sparse in
      c.withUnsafeMutableBufferPointer { c in
        b.withUnsafeBufferPointer { b in
          guard let b = b.baseAddress, let c = c.baseAddress else { return }
          var sparse = sparse
          var x = ck_product(a: b, aRows: 0, b: b, bRows: width, k: 0, c: c, cRows: rows, start: .zero)
          kernels.sparse_product(&sparse, &x, 0, rows, 0, 1)
        }
      }
    }
    for r in 0..<rows {
      for j in 0..<64 {
        var sum: Float = 0
        for i in 0..<width { sum.addProduct(dense[r * width + i], b[i * 64 + j]) }
        #expect(c[r * 64 + j] == sum)
      }
    }
  }

  @Test("a sum of squares is sixteen sums and a tree", arguments: names, [0, 1, 16, 61, 8192])
  func squares(_ name: String, _ count: Int) throws {
    let kernels = try #require(Kernels(named: name)).table
    let x = random(count, 1) + [0]
    var sums = [Float](repeating: 0, count: 16)
    for i in 0..<count { sums[i % 16].addProduct(x[i], x[i]) }
    #expect(kernels.squares(count, x) == KernelCheck.tree(sums))
  }
}
