internal import CKernels

/// Operands rounded to bfloat16. They lie in buffers of floats, two in the place of one.
extension Engine {
  /// Rounds `count` numbers, a multiple of 16, one after another.
  func halve(_ x: UnsafePointer<Float>, count: Int, into y: UnsafeMutablePointer<Float>) {
    let piece = 4096, y = y.halves
    pool.runRanges((count + piece - 1) / piece) {
      let first = $0.lowerBound * piece
      kernels.halve(min($0.upperBound * piece, count) - first, x + first, y + first)
    }
  }

  /// Rounds rows of a matrix of `xRows` rows in panels, two rows in the place of one: [panels][yRows][64] pairs, of
  /// which `ck_product.pairs(rows)` are written.
  func pairRows(
    _ x: UnsafePointer<Float>, xRows: Int, rows: Range<Int>, panels: Int, into y: UnsafeMutablePointer<Float>,
    yRows: Int
  ) {
    let piece = 64, pairs = UnsafeMutableRawPointer(y).assumingMemoryBound(to: UInt32.self)
    pool.runRanges((rows.count + piece - 1) / piece) {
      let first = $0.lowerBound * piece, end = min($0.upperBound * piece, rows.count)
      kernels.pair_rows(
        x, xRows, rows.lowerBound + first, rows.lowerBound + end, pairs + first / 2 * 64, yRows, 0, panels)
    }
  }

  /// The same of all rows.
  func pairRows(_ x: UnsafePointer<Float>, rows: Int, panels: Int, into y: UnsafeMutablePointer<Float>) {
    pairRows(x, xRows: rows, rows: 0..<rows, panels: panels, into: y, yRows: ck_product.pairs(rows))
  }
}

extension UnsafeMutablePointer<Float> {
  /// The same place as bfloat16.
  var halves: UnsafeMutablePointer<UInt16> { UnsafeMutableRawPointer(self).assumingMemoryBound(to: UInt16.self) }
}

extension ck_product {
  /// How many pairs `count` numbers make, padded to fours.
  static func pairs(_ count: Int) -> Int { (count + 3) / 4 * 2 }

  /// The same product of rounded operands: A's rows, and B's pairs of rows.
  func inPairs(a: UnsafePointer<Float>, b: UnsafePointer<Float>) -> ck_product {
    var x = self
    x.a = a
    x.b = b
    x.k = Self.pairs(k)
    x.b_rows = Self.pairs(b_rows)
    x.pairs = 1
    return x
  }

  /// The same transposed product of rounded operands: pairs of both sides' rows.
  func transposedInPairs(a: UnsafePointer<Float>, b: UnsafePointer<Float>) -> ck_product {
    var x = inPairs(a: a, b: b)
    x.a_rows = Self.pairs(a_rows)
    return x
  }
}
