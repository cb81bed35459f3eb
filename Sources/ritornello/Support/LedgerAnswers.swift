import ArgumentParser
import Foundation
import Glibc
import Identity
import Ledger
import Studio

/// What the commands that ask the ledger share.
enum LedgerAnswers {
  /// Does some work and turns what ledger and studio throw into a message and an exit status.
  static func telling<Result>(_ work: () throws -> Result) throws -> Result {
    do {
      return try work()
    } catch let error as LedgerError {
      throw fail("\(error)", status(of: error))
    } catch let error as StudioError {
      throw fail("\(error)", error.exitStatus)
    } catch let error as FileError {
      throw fail("\(error); \(error.remedy)", StudioOpening.status(of: error))
    } catch let error as PathWalk.Problem {
      let status =
        switch error.kind {
        case .noSuchPath: Exit.noInput
        case .unusable: Exit.data
        case .machine: Exit.inputOutput
        }
      throw fail("\(error.path.shown): \(error.message)", status)
    }
  }

  /// Writes to a studio's ledger while no other process owns the studio.
  static func writing<Result>(_ studio: String, as word: String, _ work: (Ledger) throws -> Result) throws -> Result {
    try makeFolder(StudioPaths(root: studio).hidden)
    let lock = try StudioLock(
      at: StudioPaths(root: studio).lock, word: word, files: GlibcFileSystem(), clock: SystemClock())
    return try withExtendedLifetime(lock) {
      let ledger = try Ledger(studio: studio)
      let result = Swift.Result { try work(ledger) }
      try ledger.close()
      return try result.get()
    }
  }

  private static func makeFolder(_ path: FileName) throws(FileError) {
    do {
      try GlibcFileSystem().makeFolder(path, in: workingFolder, permissions: 0o755)
    } catch {
      if error.code == EEXIST { return }
      throw error
    }
  }

  /// The exit status that tells of an error of the ledger.
  static func status(of error: LedgerError) -> Int32 {
    switch error {
    case .machine(.busy, _), .machine(.memory, _), .machine(.diskFull, _): Exit.tryLater
    case .machine: Exit.inputOutput
    case .newer, .damaged, .refused: Exit.data
    case .unknown: Exit.noInput
    case .fault: Exit.software
    }
  }
}

extension JSONValue {
  /// A time as ISO 8601, or null.
  static func time(_ time: Date?) -> JSONValue { .text(time.map(Instant.text)) }
  /// A hash, or null.
  static func hash(_ hash: ContentHash?) -> JSONValue { .text(hash?.hex) }

  /// The members that name a file of a corpus: `name`, and `path_base64` where it is not UTF-8.
  static func members(namingCorpusFile name: FileName) -> [(String, JSONValue)] {
    members(naming: name).map { ($0.0 == "path" ? "name" : $0.0, $0.1) }
  }

  /// A JSON text of the ledger as a value, its members by name; null where it is none.
  static func stored(_ text: String) -> JSONValue {
    // What the program wrote itself is plain, and is handed on as it is: that is many times faster.
    if text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }), text.hasPrefix("{") { return .raw(text) }
    return (try? JSONDecoder().decode(StoredJSON.self, from: Data(text.utf8)))?.value ?? .null
  }
}

/// Any JSON.
private struct StoredJSON: Decodable {
  let value: JSONValue

  init(from decoder: any Decoder) throws {
    let single = try decoder.singleValueContainer()
    if single.decodeNil() {
      value = .null
    } else if let bool = try? single.decode(Bool.self) {
      value = .bool(bool)
    } else if let int = try? single.decode(Int.self) {
      value = .int(int)
    } else if let double = try? single.decode(Double.self) {
      value = .double(double)
    } else if let text = try? single.decode(String.self) {
      value = .string(text)
    } else if let elements = try? single.decode([StoredJSON].self) {
      value = .array(elements.map(\.value))
    } else {
      let members = try single.decode([String: StoredJSON].self)
      value = .object(members.sorted { $0.key < $1.key }.map { ($0.key, $0.value.value) })
    }
  }
}
