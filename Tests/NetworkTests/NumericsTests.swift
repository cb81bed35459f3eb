internal import CKernels
import Foundation
import Testing

@testable import Network

@Suite("Numerics")
struct NumericsTests {
  private static let points: [Float] =
    (-9_000...9_000).map { Float($0) / 100 } + (-126...127).map { Float(sign: .plus, exponent: $0, significand: 1.37) }
    + [0, -0.0, 0x1p-130, .infinity, -.infinity, .nan]

  @Test("every build of the kernels gives the same bits", arguments: KernelChoice.available)
  func builds(_ name: String) throws {
    let kernels = try #require(Kernels(named: name)).table, portable = try #require(Kernels(named: "portable")).table
    let points = Self.points
    for pair in [
      (kernels.exp, portable.exp), (kernels.log, portable.log), (kernels.sigmoid, portable.sigmoid),
      (kernels.tanh, portable.tanh),
    ] {
      var found = points, expected = points
      pair.0(points.count, points, &found)
      pair.1(points.count, points, &expected)
      // NaNs are equal whatever their sign is.
      #expect(zip(found, expected).allSatisfy { $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN) })
    }
  }

  @Test("the functions are near the true ones")
  func accuracy() {
    for x in Self.points where x.isFinite {
      let exact = Double(x)
      if x > -87.3, x < 88.7 { #expect(abs(Double(Numerics.exp(x)) / exp(exact) - 1) < 2e-7) }
      if x > 0 { #expect(abs(Double(Numerics.log(x)) - log(exact)) <= 2e-7 * max(abs(log(exact)), 0.1)) }
      #expect(abs(Double(Numerics.sigmoid(x)) - 1 / (1 + exp(-exact))) < 2e-7)
      #expect(abs(Double(Numerics.tanh(x)) - tanh(exact)) <= 3e-7 * abs(tanh(exact)) + 1e-38)
    }
  }

  @Test("edges are as expected")
  func edges() {
    #expect(Numerics.exp(-.infinity) == 0)
    #expect(Numerics.exp(.infinity) == .infinity)
    #expect(Numerics.exp(0) == 1)
    #expect(Numerics.exp(.nan).isNaN)
    #expect(Numerics.log(0) == -.infinity)
    #expect(Numerics.log(1) == 0)
    #expect(Numerics.log(-1).isNaN)
    #expect(Numerics.log(.infinity) == .infinity)
    #expect(Numerics.sigmoid(-.infinity) == 0)
    #expect(Numerics.sigmoid(.infinity) == 1)
    #expect(Numerics.tanh(.infinity) == 1)
    #expect(Numerics.tanh(-.infinity) == -1)
  }

  @Test("the rate rises, then falls along a cosine")
  func rate() {
    let settings = OptimizerSettings(name: .adamw, learningRate: 0.5, schedule: .cosine, warmUp: 10)
    for i in 0..<100 {
      let expected = 0.5 * min(Double(i + 1) / 10, 0.5 + 0.5 * cos(Double.pi * Double(i) / 100))
      #expect(abs(Double(settings.rate(at: i, of: 100)) - expected) < 1e-7)
    }
    #expect(settings.rate(at: 100, of: 100) == 0)
  }
}
