package import Foundation
internal import GRDB

extension Ledger {
  /// Records that something is wrong; where it was told before, the first time stays.
  package func setProblem(_ code: String, subject: String = "", message: String, remedy: String, at: Date) throws {
    try write { db in
      try db.record(Problem(code: code, subject: subject, message: message, remedy: remedy, since: at))
    }
  }

  /// Records that it is wrong no longer.
  ///
  /// `subject` is what it was about; nil: all of this code.
  package func clearProblem(_ code: String, subject: String? = nil) throws {
    let held = try reader.problems().contains { $0.code == code && (subject ?? $0.subject) == $0.subject }
    guard held else { return }
    try write { db in
      try db.run("DELETE FROM problems WHERE code = ?1 AND subject = coalesce(?2, subject)", [code, subject])
    }
  }

  /// Records what a pass found wrong: problems of these codes that it did not find again are gone.
  package func replaceProblems(ofCodes codes: Set<String>, with found: [Problem]) throws {
    let key = { (problem: Problem) in [problem.code, problem.subject] }
    let held = try reader.problems().filter { codes.contains($0.code) }
    let known = Dictionary(held.map { (key($0), $0) }, uniquingKeysWith: { first, _ in first })
    let kept = Set(found.map(key))
    let gone = held.filter { !kept.contains(key($0)) }
    let new = found.filter { problem in
      guard let old = known[key(problem)] else { return true }
      return (old.message, old.remedy) != (problem.message, problem.remedy)
    }
    guard !gone.isEmpty || !new.isEmpty else { return }
    try write { db in
      for problem in gone {
        try db.run("DELETE FROM problems WHERE code = ? AND subject = ?", [problem.code, problem.subject])
      }
      for problem in new { try db.record(problem) }
    }
  }
}

extension Database {
  fileprivate func record(_ problem: Problem) throws {
    try run(
      """
      INSERT INTO problems (code, subject, message, remedy, since) VALUES (?1, ?2, ?3, ?4, ?5)
      ON CONFLICT (code, subject) DO UPDATE SET message = ?3, remedy = ?4
      """, [problem.code, problem.subject, problem.message, problem.remedy, problem.since.stamp])
  }
}
