internal import CKernels
import TestSupport
import Testing

@testable import Network

@Suite("Products of a part of a panel")
struct ProductColumnsTests {
  private static let names = KernelChoice.available

  private func random(_ count: Int, _ seed: UInt64) -> [Float] {
    var numbers = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float.random(in: -1...1, using: &numbers) }
  }

  @Test(
    "columns that are asked for are those of the whole product, whole sixteens of them, and no others are written",
    arguments: names, [1, 16, 17, 40, 63, 64, 65, 130])
  func columns(_ name: String, _ columns: Int) throws {
    let kernels = try #require(Kernels(named: name)).table
    let rows = 7, k = 75, panels = 3
    let a = random(rows * 128, 1), b = random(k * panels * 64, 2)
    func made(_ columns: Int) -> [Float] {
      var c = [Float](repeating: .infinity, count: rows * panels * 64)
      c.withUnsafeMutableBufferPointer { c in
        a.withUnsafeBufferPointer { a in
          b.withUnsafeBufferPointer { b in
            guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
            var x = ck_product(
              a: a, aRows: rows, b: b, bRows: k, k: k, c: c, cRows: rows, start: .zero, columns: columns)
            kernels.product(&x, 0, rows, 0, panels)
          }
        }
      }
      return c
    }
    let whole = made(0), part = made(columns)
    for p in 0..<panels {
      for r in 0..<rows {
        for j in 0..<64 {
          let place = (p * rows + r) * 64 + j, isMade = p * 64 + j < (columns + 15) / 16 * 16
          var sum: Float = 0
          for i in 0..<k { sum.addProduct(a[(i / 64 * rows + r) * 64 + i % 64], b[(p * k + i) * 64 + j]) }
          #expect(whole[place] == sum)
          #expect(part[place] == (isMade ? sum : .infinity))
        }
      }
    }
  }

  @Test("a transposed product writes the same columns as its whole", arguments: names, [16, 24, 100])
  func transposed(_ name: String, _ columns: Int) throws {
    let kernels = try #require(Kernels(named: name)).table
    let k = 37, panels = 2
    let a = random(k * 64, 1), b = random(k * panels * 64, 2)
    func made(_ columns: Int) -> [Float] {
      var c = [Float](repeating: .infinity, count: 64 * panels * 64)
      c.withUnsafeMutableBufferPointer { c in
        a.withUnsafeBufferPointer { a in
          b.withUnsafeBufferPointer { b in
            guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
            var x = ck_product(a: a, aRows: k, b: b, bRows: k, k: k, c: c, cRows: 64, start: .zero, columns: columns)
            kernels.product_transposed(&x, 1, 0, panels)
          }
        }
      }
      return c
    }
    let whole = made(0), part = made(columns)
    for place in whole.indices {
      let isMade = place / 4096 * 64 + place % 64 < (columns + 15) / 16 * 16
      #expect(part[place] == (isMade ? whole[place] : .infinity))
    }
  }
}
