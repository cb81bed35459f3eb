/// What is wrong with a network, a batch or a set of tensors: names, shapes, values out of range.
package struct NetworkError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What happened and what was expected, in lower case, without a full stop.
  package var message: String

  package init(_ message: String) { self.message = message }

  package var description: String { message }
}
