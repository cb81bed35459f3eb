/// What a field takes: how a node becomes a value, and the words with which that is explained.
package struct Kind<Value>: Sendable {
  /// `integer`, `number`, `text`, `boolean`, `duration`, `size`, `list` and so on.
  package var type: String
  /// What a message says was expected: `a whole number from 1 to 4096`.
  package var expected: String
  package var unit: String?
  package var range: String?
  /// Gives the value, or nil after reporting why there is none.
  package var read: @Sendable (Node, FieldPlace) -> Value?

  package init(
    type: String, expected: String, unit: String? = nil, range: String? = nil,
    read: @escaping @Sendable (Node, FieldPlace) -> Value?
  ) {
    self.type = type
    self.expected = expected
    self.unit = unit
    self.range = range
    self.read = read
  }

  /// The same, turned into something else.
  package func map<Other>(_ transform: @escaping @Sendable (Value) -> Other) -> Kind<Other> {
    let read = read
    return Kind<Other>(type: type, expected: expected, unit: unit, range: range) { node, place in
      read(node, place).map(transform)
    }
  }

  /// The same in a unit that the schema names.
  package func measured(in unit: String) -> Self {
    var result = self
    result.unit = unit
    return result
  }
}

/// The field that is being read, to report to.
package struct FieldPlace {
  package let key: String
  package let expected: String
  package let list: DiagnosticList

  package init(key: String, expected: String, list: DiagnosticList) {
    self.key = key
    self.expected = expected
    self.list = list
  }

  /// Reports that a value is not what was expected.
  package func reportWrong(_ node: Node, nearest: String? = nil) {
    guard !node.isRefused else { return }
    list.report("\(key) is \(node.shown)", at: node.mark, key: key, expected: expected, nearest: nearest)
  }

  /// Reports something else about a value.
  package func report(_ message: String, _ node: Node, expected: String? = nil, nearest: String? = nil) {
    guard !node.isRefused else { return }
    list.report(message, at: node.mark, key: key, expected: expected, nearest: nearest)
  }
}

extension Kind where Value: Sendable {
  /// The same, or the word `none`, which is nil.
  package var orNone: Kind<Value?> {
    let expected = self.expected + ", or none"
    let inner = self
    return Kind<Value?>(
      type: type + " or none", expected: expected, unit: unit, range: (range.map { $0 + ", " } ?? "") + "none"
    ) { node, place in
      if node.plainText == "none" { return .some(nil) }
      guard let value = inner.read(node, FieldPlace(key: place.key, expected: expected, list: place.list)) else {
        return nil
      }
      return .some(value)
    }
  }

  /// A list of these.
  package func list(expected: String, count: ClosedRange<Int>) -> Kind<[Value]> {
    let element = self
    return Kind<[Value]>(type: "list of " + element.type, expected: expected, unit: element.unit, range: element.range)
    {
      node, place in
      guard case .sequence(let items) = node.content, count.contains(items.count) else {
        place.reportWrong(node)
        return nil
      }
      let inner = FieldPlace(key: place.key, expected: element.expected, list: place.list)
      let values = items.compactMap { element.read($0, inner) }
      return values.count == items.count ? values : nil
    }
  }
}
