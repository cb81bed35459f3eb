internal import Foundation
internal import GRDB
internal import Identity

/// What a row holds, as our values. A value that cannot be one is a damaged ledger, never a trap.
extension Row {
  func optional<T: DatabaseValueConvertible>(_ type: T.Type, _ column: String) throws -> T? {
    let value: DatabaseValue = self[column]
    if value.isNull { return nil }
    guard let result = T.fromDatabaseValue(value) else { throw Self.damaged(column) }
    return result
  }

  func value<T: DatabaseValueConvertible>(_ type: T.Type, _ column: String) throws -> T {
    guard let result = try optional(type, column) else { throw Self.damaged(column) }
    return result
  }

  func text(_ column: String) throws -> String { try value(String.self, column) }
  func integer(_ column: String) throws -> Int { try value(Int.self, column) }
  func decimal(_ column: String) throws -> Double { try value(Double.self, column) }

  func time(_ column: String) throws -> Date { try Self.whole(optionalTime(column), column) }
  func optionalTime(_ column: String) throws -> Date? {
    try optional(String.self, column).map { try Self.whole(Instant.time($0), column) }
  }

  func hash(_ column: String) throws -> ContentHash { try Self.whole(optionalHash(column), column) }
  func optionalHash(_ column: String) throws -> ContentHash? {
    try optional(String.self, column).map { try Self.whole(ContentHash(hex: $0), column) }
  }

  func run(_ column: String) throws -> RunID { try Self.whole(optionalRun(column), column) }
  func optionalRun(_ column: String) throws -> RunID? {
    try optional(String.self, column).map { try Self.whole(RunID($0), column) }
  }

  /// The name that the columns `name` and `name_bytes` hold.
  func fileName() throws -> FileName {
    if let bytes = try optional(Data.self, "name_bytes") { return FileName(bytes: Array(bytes)) }
    return FileName(try text("name"))
  }

  static func whole<T>(_ value: T?, _ column: String) throws -> T {
    guard let value else { throw damaged(column) }
    return value
  }

  private static func damaged(_ column: String) -> LedgerError {
    .damaged("the ledger holds an unusable value in the column \(column)")
  }
}

extension FileName {
  /// The columns `name` and `name_bytes`: text where it says all, else what is shown and the bytes.
  var columns: (name: String, bytes: Data?) {
    // SQLite's own functions end a text at its first zero byte.
    if let text, !bytes.contains(0) { return (text, nil) }
    return (shown, Data(bytes))
  }
}

extension Date {
  /// The time as the ledger writes it.
  var stamp: String { Instant.text(self) }
}

extension Database {
  /// Runs one statement, compiled once a connection.
  func run(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws {
    try cachedStatement(sql: sql).execute(arguments: arguments)
  }

  /// The first row that a query gives, compiled once a connection.
  func first(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> Row? {
    try Row.fetchOne(cachedStatement(sql: sql), arguments: arguments)
  }
}
