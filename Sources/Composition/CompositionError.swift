/// What kept a piece of work from being done, told for people.
package struct CompositionError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Whose fault it is.
  package enum Kind: String, Sendable, Codable {
    /// The music or the weights.
    case data
    /// The settings.
    case spec
    /// The machine: a full disk, a file that cannot be read.
    case machine
    /// The program.
    case fault
  }

  package var kind: Kind
  /// What happened, where, and what to do.
  package var message: String

  package init(_ kind: Kind, _ message: String) {
    self.kind = kind
    self.message = message
  }

  package var description: String { message }
}
