/// Settings that no representation can have.
package struct RepresentationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The key of the setting.
  package var key: String
  /// What is wrong and what was expected.
  package var message: String

  package var description: String { "representation.\(key): \(message)" }
}

extension RepresentationSettings {
  /// Checks each setting against its bounds.
  func check() throws(RepresentationError) {
    let bounds: [(String, Int, ClosedRange<Int>)] = [
      ("resolution", resolution, 1...480), ("pitches", pitches.lowerBound, 0...127),
      ("pitches", pitches.upperBound, 0...127), ("block", block, 1...256), ("lines", lines, 1...8),
    ]
    for (key, value, range) in bounds where !range.contains(value) {
      throw RepresentationError(
        key: key, message: "\(value) is out of range; expected \(range.lowerBound) to \(range.upperBound)")
    }
    if case .listed(let programs) = self.programs {
      let isFine =
        (1...16).contains(programs.count) && programs.allSatisfy { (0...127).contains($0) }
        && zip(programs, programs.dropFirst()).allSatisfy { $0 < $1 }
      guard isFine else {
        throw RepresentationError(
          key: "programs", message: "expected 1 to 16 programs from 0 to 127, ascending, each once")
      }
    }
  }
}
