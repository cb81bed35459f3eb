/// How many notes a quarter a song has: `4` (about, to a tenth), `at least 2`, `at most 6`, `2 to 6`.
package struct NoteDensity: WrittenAsText {
  package let description: String
  /// Notes a quarter; nil: any.
  package let least: Double?
  package let most: Double?

  /// Reads one of the four ways to write it; numbers are above 0 and at most 100.
  package init?(_ text: String) {
    func number(_ text: some StringProtocol) -> Double? {
      guard text.utf8.count <= 20, text.utf8.allSatisfy({ ($0 >= 48 && $0 <= 57) || $0 == 46 }),
        let value = Double(text), value > 0, value <= 100
      else { return nil }
      return value
    }
    let words = text.split(separator: " ")
    switch (words.count, words.first) {
    case (1, _):
      guard let about = number(text) else { return nil }
      (least, most) = (about * 0.9, about * 1.1)
    case (3, "at") where words[1] == "least":
      guard let bound = number(words[2]) else { return nil }
      (least, most) = (bound, nil)
    case (3, "at") where words[1] == "most":
      guard let bound = number(words[2]) else { return nil }
      (least, most) = (nil, bound)
    case (3, _) where words[1] == "to":
      guard let low = number(words[0]), let high = number(words[2]), low <= high else { return nil }
      (least, most) = (low, high)
    default: return nil
    }
    description = words.joined(separator: " ")
  }
}
