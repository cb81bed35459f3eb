package import Foundation
internal import GRDB

/// How much a ledger holds.
package struct LedgerCounts: Sendable, Equatable {
  package var drops: [DropFate: Int] = [:]
  package var objects = 0
  package var corpora = 0
  package var runs: [RunState: Int] = [:]
  package var songs = 0
  package var collected = 0
  /// Weights whose file is kept.
  package var weights = 0
  /// When songs were last delivered; nil: never.
  package var lastDelivered: Date?
}

extension LedgerReader {
  /// Counts what the ledger holds; of a million rows this takes a good part of a second.
  package func counts() throws -> LedgerCounts {
    try read { db in
      var counts = LedgerCounts()
      for row in try Row.fetchAll(db, sql: "SELECT fate, count(*) AS number FROM drops GROUP BY fate") {
        if let fate = DropFate(rawValue: try row.text("fate")) { counts.drops[fate] = try row.integer("number") }
      }
      for row in try Row.fetchAll(db, sql: "SELECT state, count(*) AS number FROM runs GROUP BY state") {
        if let state = RunState(rawValue: try row.text("state")) { counts.runs[state] = try row.integer("number") }
      }
      let row = try db.first(
        """
        SELECT (SELECT count(*) FROM objects) AS objects, (SELECT count(*) FROM corpora) AS corpora,
          (SELECT count(*) FROM weights WHERE pruned_at IS NULL) AS weights, count(*) AS songs,
          count(collected_at) AS collected, max(delivered_at) AS delivered FROM songs
        """)
      if let row {
        counts.objects = try row.integer("objects")
        counts.corpora = try row.integer("corpora")
        counts.weights = try row.integer("weights")
        counts.songs = try row.integer("songs")
        counts.collected = try row.integer("collected")
        counts.lastDelivered = try row.optionalTime("delivered")
      }
      return counts
    }
  }
}
