internal import CKernels

/// The functions of the kernels, one number at a time: the same bits on every machine.
package enum Numerics {
  /// Raised whenever a change of ours alters bytes of weights or songs.
  package static let version = 4

  /// e to the power of x; 0 below -87.3.
  package static func exp(_ x: Float) -> Float { apply(Kernels.selected.table.exp, x) }

  /// e to the power of each number, the same as one at a time.
  package static func exp(_ numbers: inout [Float]) {
    numbers.withUnsafeMutableBufferPointer { numbers in
      guard let base = numbers.baseAddress else { return }
      Kernels.selected.table.exp(numbers.count, base, base)
    }
  }

  /// The natural logarithm; -infinity at 0, NaN below.
  package static func log(_ x: Float) -> Float { apply(Kernels.selected.table.log, x) }

  /// 1 / (1 + e to the power of -x).
  package static func sigmoid(_ x: Float) -> Float { apply(Kernels.selected.table.sigmoid, x) }

  package static func tanh(_ x: Float) -> Float { apply(Kernels.selected.table.tanh, x) }

  private static func apply(_ function: (Int, UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void, _ x: Float)
    -> Float
  {
    var result: Float = 0
    withUnsafePointer(to: x) { function(1, $0, &result) }
    return result
  }
}
