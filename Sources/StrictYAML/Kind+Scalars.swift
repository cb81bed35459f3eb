extension Kind where Value == Int {
  /// A whole number in plain decimal digits.
  package static func integer(_ range: ClosedRange<Int>) -> Self {
    let bounds = "\(range.lowerBound) to \(range.upperBound)"
    return Kind(type: "integer", expected: "a whole number from \(bounds)", range: bounds) { node, place in
      guard let text = node.plainText, isDecimal(text), let value = Int(text), range.contains(value) else {
        place.reportWrong(node)
        return nil
      }
      return value
    }
  }
}

extension Kind where Value == UInt64 {
  /// A whole number from 0 to 2^64 − 1.
  package static var seed: Self {
    let bounds = "0 to \(UInt64.max)"
    return Kind(type: "integer", expected: "a whole number from \(bounds)", range: bounds) { node, place in
      guard let text = node.plainText, isDecimal(text), let value = UInt64(text) else {
        place.reportWrong(node)
        return nil
      }
      return value
    }
  }
}

extension Kind where Value == Double {
  /// A decimal number, described by its bounds and checked by a rule.
  package static func number(_ bounds: String, _ isValid: @escaping @Sendable (Double) -> Bool) -> Self {
    Kind(type: "number", expected: "a number \(bounds)", range: bounds) { node, place in
      guard let text = node.plainText, let value = decimal(text), isValid(value) else {
        place.reportWrong(node)
        return nil
      }
      return value
    }
  }
}

extension Kind where Value == Bool {
  /// `true` or `false`.
  package static var boolean: Self {
    Kind(type: "boolean", expected: "true or false", range: "true | false") { node, place in
      switch node.plainText {
      case "true": return true
      case "false": return false
      default:
        place.reportWrong(node)
        return nil
      }
    }
  }
}

extension Kind where Value == String {
  /// A text that is not empty.
  package static func text(_ expected: String, _ isValid: @escaping @Sendable (String) -> Bool = { _ in true }) -> Self
  {
    Kind(type: "text", expected: expected) { node, place in
      guard let text = node.text, !node.isNull, !text.isEmpty, isValid(text) else {
        place.reportWrong(node)
        return nil
      }
      return text
    }
  }
}

extension Kind where Value: RawRepresentable & CaseIterable & Sendable, Value.RawValue == String {
  /// One of a few words.
  package static var choice: Self { choice(refusing: [:]) }

  /// One of a few words, of which some are refused with a reason.
  package static func choice(refusing reasons: [String: String]) -> Self {
    let words = Value.allCases.map(\.rawValue).filter { reasons[$0] == nil }
    let expected =
      words.count > 1
      ? words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "") : words.joined()
    return Kind(type: "text", expected: expected, range: words.joined(separator: " | ")) { node, place in
      if let text = node.text, let reason = reasons[text] {
        place.report("\(place.key) is \(quoted(text)), \(reason)", node, expected: expected)
        return nil
      }
      guard let text = node.text, let value = Value(rawValue: text) else {
        place.reportWrong(node, nearest: node.text.flatMap { nearest(to: $0, among: words) })
        return nil
      }
      return value
    }
  }
}

/// Says whether a text is a whole number in decimal digits with at most a minus sign.
private func isDecimal(_ text: String) -> Bool {
  let digits = text.hasPrefix("-") ? text.dropFirst() : Substring(text)
  return !digits.isEmpty && digits.utf8.count <= 20 && digits.utf8.allSatisfy { $0 >= 48 && $0 <= 57 }
}

/// A number in decimal digits with at most a sign, a point and an exponent.
private func decimal(_ text: String) -> Double? {
  guard text.utf8.count <= 40, text.utf8.contains(where: { $0 >= 48 && $0 <= 57 }),
    text.utf8.allSatisfy({ ($0 >= 48 && $0 <= 57) || [43, 45, 46, 69, 101].contains($0) }), let value = Double(text),
    value.isFinite
  else { return nil }
  return value
}
