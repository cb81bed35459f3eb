import Identity
import Ledger

/// What keeps the studio from working, with the exit status that says so.
package enum StudioError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Another process holds the studio; its pid, where the lock names one.
  case busy(pid: Int32?)
  /// The private folder lies on a file system where the ledger cannot be trusted.
  case networkFileSystem(String)
  /// The request cannot be met, and why.
  case refused(String)
  /// There is no such thing.
  case missing(String)
  /// The owner of the studio has gone while it was waited for.
  case ownerGone
  /// What was made again is not what it was.
  case differs(String)
  /// A fault of ours.
  case fault(String)

  package var description: String {
    switch self {
    case .busy(let pid):
      "another process (pid \(pid.map(String.init) ?? "unknown")) holds this studio; try again when it has ended"
    case .networkFileSystem(let name):
      ".ritornello lies on \(name), where the ledger is not safe; keep the studio on a local disk"
        + " (inbox and outbox may be links to folders elsewhere)"
    case .ownerGone: "the process that owned the studio has ended; the next one takes up what was handed over"
    case .refused(let message), .missing(let message), .differs(let message), .fault(let message): message
    }
  }

  /// The exit status, as sysexits.h has them.
  package var exitStatus: Int32 {
    switch self {
    case .busy, .ownerGone: 75
    case .networkFileSystem, .refused: 65
    case .missing: 66
    case .differs: 1
    case .fault: 70
    }
  }
}

extension Error {
  /// Says that the error lies in one run or one request alone, and is neither the machine's nor the whole ledger's: the
  /// studio goes on with all else.
  var isOfOneRun: Bool {
    switch self {
    case let error as LedgerError:
      switch error {
      case .refused, .unknown, .fault: true
      case .machine, .newer, .damaged: false
      }
    case is StudioError, is WorkerFault, is Unstartable, is DecodingError, is EncodingError: true
    default: false
    }
  }
}

extension Error {
  /// Says that the machine failed, which may be well again.
  var isOfMachine: Bool { self is FileError || (self as? LedgerError)?.machineFault != nil }
}

extension StudioError {
  /// A job that is not in `jobs.yaml`, with those that are.
  static func noJob(_ name: String, _ known: [String]) -> StudioError {
    let list = known.isEmpty ? "it has none" : "it has " + known.joined(separator: ", ")
    return .missing("there is no job '\(FileName(name).shown)' in jobs.yaml; \(list)")
  }
}
