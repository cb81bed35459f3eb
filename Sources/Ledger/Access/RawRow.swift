internal import GRDB
internal import GRDBSQLite

/// The row at which a statement stands, read by place without a copy.
///
/// For answers of very many rows, where making a value of each column costs more than finding it.
struct RawRow {
  /// What a column holds.
  enum Kind { case null, integer, real, text, blob }

  private let statement: SQLiteStatement

  fileprivate init(_ statement: Statement) { self.statement = statement.sqliteStatement }

  func kind(_ place: Int) -> Kind {
    switch sqlite3_column_type(statement, Int32(truncatingIfNeeded: place)) {
    case SQLITE_INTEGER: .integer
    case SQLITE_FLOAT: .real
    case SQLITE_TEXT: .text
    case SQLITE_BLOB: .blob
    default: .null
    }
  }

  func integer(_ place: Int) -> Int { Int(sqlite3_column_int64(statement, Int32(truncatingIfNeeded: place))) }
  func real(_ place: Int) -> Double { sqlite3_column_double(statement, Int32(truncatingIfNeeded: place)) }

  /// The bytes of a text or blob; they are there until the next row.
  func bytes(_ place: Int) -> UnsafeBufferPointer<UInt8> {
    let column = Int32(truncatingIfNeeded: place)
    let start = sqlite3_column_blob(statement, column)
    let count = Int(sqlite3_column_bytes(statement, column))
    return UnsafeBufferPointer(start: start?.assumingMemoryBound(to: UInt8.self), count: start == nil ? 0 : count)
  }
}

extension Database {
  /// Does something with each row that a question gives.
  func eachRow(
    _ sql: String, _ arguments: StatementArguments = StatementArguments(), _ body: (RawRow) throws -> Void
  ) throws {
    let statement = try cachedStatement(sql: sql)
    let rows = try Row.fetchCursor(statement, arguments: arguments)
    let row = RawRow(statement)
    while try rows.next() != nil { try body(row) }
  }
}
