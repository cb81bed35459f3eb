import Foundation
import Identity

extension JSONValue {
  /// A value as its own coding writes it, the members by name.
  static func encoded(_ value: some Encodable) throws -> JSONValue {
    .stored(String(decoding: try JSONEncoder().encode(value), as: UTF8.self))
  }
}
