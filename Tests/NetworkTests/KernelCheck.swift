internal import CKernels
import TestSupport

@testable import Network

/// Numbers and small matrices for kernels beside plain loops.
enum KernelCheck {
  static let names = KernelChoice.available

  static func random(_ count: Int, _ seed: UInt64) -> [Float] {
    var numbers = SeededGenerator(seed: seed)
    return (0..<count).map { _ in Float.random(in: -1...1, using: &numbers) }
  }

  static func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }

  /// A buffer with these numbers.
  static func buffer(_ values: [Float]) -> FloatBuffer {
    let buffer = FloatBuffer(values.count)
    for (place, value) in values.enumerated() { buffer.base[place] = value }
    return buffer
  }

  /// Sixteen sums, number i into sum i % 16, then a tree.
  static func tree(_ sums: [Float]) -> Float {
    var sums = sums
    for half in [8, 4, 2, 1] { for i in 0..<half { sums[i] += sums[i + half] } }
    return sums[0]
  }
}

extension FloatBuffer {
  var values: [Float] { Array(UnsafeBufferPointer(start: base, count: count)) }
}
