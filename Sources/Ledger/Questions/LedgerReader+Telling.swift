internal import GRDB
package import Identity

extension LedgerReader {
  /// Tells songs as a JSON array, an object each, oldest first: all, or the newest `count`.
  ///
  /// `write` takes the document piece by piece; nothing is read meanwhile.
  package func tellSongs(last count: Int? = nil, to write: ([UInt8]) throws -> Void) throws {
    try tell(.songs, last: count, to: write)
  }

  /// Tells runs as a JSON array, an object each, oldest first: all, or the newest `count`.
  ///
  /// `write` takes the document piece by piece; nothing is read meanwhile.
  package func tellRuns(last count: Int? = nil, to write: ([UInt8]) throws -> Void) throws {
    try tell(.runs, last: count, to: write)
  }

  /// A song as JSON, as it stands in a member of an object; null where there is none of this id.
  package func json(ofSong id: SongID) throws -> JSONValue { try json(of: .songs, id.description) }

  /// A run as JSON, as it stands in a member of an object; null where there is none of this id.
  package func json(ofRun id: RunID) throws -> JSONValue { try json(of: .runs, id.description) }

  private func json(of rows: JSONRows, _ id: String) throws -> JSONValue {
    try read { db in
      var json = JSONBytes()
      try rows.append(to: &json, from: db, " WHERE id = ?", [id]) { _ in }
      return json.bytes.isEmpty ? .null : .raw(String(decoding: json.bytes, as: UTF8.self))
    }
  }

  private func tell(_ rows: JSONRows, last count: Int?, to write: ([UInt8]) throws -> Void) throws {
    let connection: any DatabaseReader = try LedgerError.telling(path) { try self.connection() }
    // The newest so many begin behind this one.
    var last = try LedgerError.telling(path) {
      try connection.read { db in
        guard let count else { return Int.min }
        let sql = "SELECT ordinal FROM \(rows.table) ORDER BY ordinal DESC LIMIT 1 OFFSET ?"
        return try Int.fetchOne(db, sql: sql, arguments: [count]) ?? Int.min
      }
    }
    var number = 0
    while true {
      var json = JSONBytes()
      var told = 0
      // A reader that takes its time holds no transaction: that would keep the writer's log from being cleared.
      try LedgerError.telling(path) {
        try connection.read { db in
          let next = try rows.append(
            to: &json, from: db, " WHERE ordinal > ? ORDER BY ordinal LIMIT \(JSONRows.page)", [last]
          ) {
            $0.append(number + told == 0 ? "[\n  " : ",\n  ")
            told += 1
          }
          last = next ?? last
        }
      }
      number += told
      let isWhole = told < JSONRows.page
      if isWhole { json.append(number == 0 ? "[]\n" : "\n]\n") }
      try write(json.bytes)
      if isWhole { return }
    }
  }
}

/// Rows of a table as JSON: each row an object, each column of the question a member of its name.
struct JSONRows {
  let table: String
  private let columns: String

  /// Rows that are read together.
  static let page = 20_000
  /// What holds JSON itself, and is written as it stands.
  private static let stored: Set<String> = ["metrics", "judgement"]

  static let songs = JSONRows(
    table: "songs",
    // A seed is text in the ledger, as SQLite's numbers have a sign.
    columns: """
      id, substr(run, 1, instr(run, '/') - 1) AS job, run, path, sha256, weights, snapshot,
        CAST(seed AS INTEGER) AS seed, bars, notes, seconds, delivered_at, collected_at AS collected, metrics, judgement
      """)
  static let runs = JSONRows(
    table: "runs",
    columns: """
      id, job, state, attempts, queued_at, started_at, ended_at, weights_in, weights_out,
        (SELECT count(*) FROM songs WHERE songs.run = runs.id) AS songs, error
      """)

  /// Appends the rows that a condition leaves, each after what `lead` appends.
  ///
  /// - Returns: the last one's ordinal; nil: there was none.
  @discardableResult
  func append(
    to json: inout JSONBytes, from db: Database, _ condition: String, _ arguments: StatementArguments,
    lead: (inout JSONBytes) -> Void
  ) throws -> Int? {
    let sql = "SELECT ordinal, \(columns) FROM \(table)" + condition
    let names = try db.cachedStatement(sql: sql).columnNames.dropFirst()
    let members = names.enumerated().map { place, name in
      let before = (place == 0 ? "{" : ",") + "\n    " + JSONValue.string(name).text() + ": "
      return (before: Array(before.utf8), isStored: Self.stored.contains(name))
    }
    var last: Int?
    try db.eachRow(sql, arguments) { row in
      lead(&json)
      last = row.integer(0)
      for (place, member) in members.enumerated() {
        json.append(member.before)
        switch row.kind(place + 1) {
        case .null, .blob: json.append("null")
        case .integer: json.append(row.integer(place + 1).description)
        case .real: json.append(JSONValue.double(row.real(place + 1)).text())
        case .text where member.isStored: json.append(json: row.bytes(place + 1))
        case .text: json.append(string: row.bytes(place + 1))
        }
      }
      json.append("\n  }")
    }
    return last
  }
}
