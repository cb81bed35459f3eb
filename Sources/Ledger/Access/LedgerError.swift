internal import Foundation
internal import GRDB

/// Why the ledger could not be read or written.
package enum LedgerError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The machine failed, not the ledger and not the data: it may succeed later.
  case machine(MachineFault, String)
  /// The ledger was written by a newer program; both versions are named in the text.
  case newer(String)
  /// The file is no ledger, or its content is damaged.
  case damaged(String)
  /// What was asked is against the rules: a change of state that is not allowed, a second fate of a drop.
  case refused(String)
  /// There is no such run, song, weights, corpus or file.
  case unknown(String)
  /// A fault of ours.
  case fault(String)

  /// What the machine lacked.
  package enum MachineFault: String, Sendable, Equatable, CaseIterable {
    case diskFull, inputOutput, permission, busy, memory
  }

  package var description: String {
    switch self {
    case .machine(_, let text), .newer(let text), .damaged(let text), .refused(let text), .unknown(let text),
      .fault(let text):
      text
    }
  }

  /// What the machine lacked, or nil where the machine is not to blame.
  package var machineFault: MachineFault? {
    guard case .machine(let fault, _) = self else { return nil }
    return fault
  }
}

extension LedgerError {
  /// Runs a body and tells every error of SQLite as one of ours; the message holds no values, as names from outside
  /// stay out of logs.
  static func telling<T>(_ path: String, _ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch let error as LedgerError {
      throw error
    } catch let error as DatabaseError {
      throw LedgerError(error, path: path)
    } catch let error as CocoaError where error.code == .fileWriteOutOfSpace {
      throw LedgerError.machine(.diskFull, "no space left for the ledger \(path); make room")
    } catch let error as CocoaError
      where error.code == .fileWriteNoPermission || error.code == .fileReadNoPermission
      || error.code == .fileWriteVolumeReadOnly
    {
      throw LedgerError.machine(.permission, "no permission for \(path); check its owner and mode")
    } catch let error as CocoaError {
      throw LedgerError.machine(.inputOutput, "\(path) cannot be made or read: \(error.localizedDescription)")
    } catch {
      throw LedgerError.fault("the ledger \(path): \(error)")
    }
  }

  private init(_ error: DatabaseError, path: String) {
    let cause = "\(error.message ?? "no message") (SQLite \(error.extendedResultCode.rawValue))"
    if error.extendedResultCode == .SQLITE_IOERR_SHMSIZE {
      self = .machine(.diskFull, "no space left for the ledger \(path): \(cause); make room")
      return
    }
    switch error.resultCode {
    case .SQLITE_FULL: self = .machine(.diskFull, "no space left for the ledger \(path): \(cause); make room")
    case .SQLITE_IOERR: self = .machine(.inputOutput, "reading or writing the ledger \(path) failed: \(cause)")
    case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH, .SQLITE_READONLY:
      self = .machine(
        .permission, "the ledger \(path) cannot be opened: \(cause); check owner and mode of the file and its folder")
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      self = .machine(.busy, "the ledger \(path) was locked by another process for 5 s: \(cause); try again")
    case .SQLITE_NOMEM: self = .machine(.memory, "no memory for the ledger \(path): \(cause)")
    case .SQLITE_CORRUPT, .SQLITE_NOTADB:
      self = .damaged("the ledger \(path) is damaged: \(cause); restore a backup")
    default: self = .fault("the ledger \(path): \(error.description)")
    }
  }
}
