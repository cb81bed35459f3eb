package import StrictYAML

/// A value with the place where it is written; a preset's and another file's have none.
package struct Written<Value: Sendable>: Sendable {
  package let value: Value
  package let mark: Mark?

  package init(_ value: Value, at mark: Mark? = nil) {
    self.value = value
    self.mark = mark
  }

  /// The same without a place.
  var placeless: Written { Written(value) }
}

extension MappingReader {
  /// A field's value with its place.
  func written<Value: Sendable>(_ key: String, _ kind: Kind<Value>, default standard: String? = nil) -> Written<Value>?
  {
    value(key, kind, default: standard).map { Written($0, at: node(key)?.mark) }
  }
}
