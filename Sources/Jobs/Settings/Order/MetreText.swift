/// A metre: `3/4`.
package struct MetreText: WrittenAsText {
  /// 1 to 64.
  package let numerator: Int
  /// A power of two from 1 to 64.
  package let denominator: Int

  /// Reads `3/4`.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ (1...2).contains($0.utf8.count) && $0.first != "0" }),
      let numerator = Int(parts[0]), let denominator = Int(parts[1]), (1...64).contains(numerator),
      [1, 2, 4, 8, 16, 32, 64].contains(denominator)
    else { return nil }
    self.numerator = numerator
    self.denominator = denominator
  }

  package var description: String { "\(numerator)/\(denominator)" }
}
