import Foundation
import Glibc
import Identity
import Ledger

/// Puts in order at start what a crash has left.
struct Recovery {
  let paths: StudioPaths
  let environment: StudioEnvironment
  let ledger: Ledger
  let supervisor: Supervisor
  let intake: Intake
  let unrecorded: UnrecordedFiles

  /// Makes the folders that are missing.
  func makeFolders() throws {
    for folder in [
      paths.inbox, paths.outbox, paths.hidden, paths.objects, paths.weights, paths.runs, paths.requests,
    ] {
      try environment.makeFolders(folder)
    }
  }

  /// Finishes what was cut, then removes what is left over.
  ///
  /// A fault of the machine in one place does not keep the others from being dealt with.
  ///
  /// - Returns: the problems that stay.
  func recover() throws -> [Problem] {
    var problems: [Problem] = []
    func trying(_ what: String, _ body: () throws -> Void) throws {
      do {
        try body()
      } catch let error as FileError {
        problems.append(Problem(error, doing: what, at: environment.clock.now))
      } catch let error as LedgerError where error.machineFault != nil {
        problems.append(Problem(error, doing: what, at: environment.clock.now))
      }
    }
    try trying("files on their way out of the inbox cannot be dealt with", intake.emptyTaken)
    for run in try ledger.reader.unfinishedRuns() {
      try trying("the run \(run.id) cannot be taken up again") {
        do {
          if run.state == .ready {
            try supervisor.delivery.moveIn(run.id)
          } else {
            try supervisor.recover(run)
          }
        } catch let error where error.isOfOneRun {
          problems.append(Problem(run: run.id, error, at: environment.clock.now))
        }
      }
    }
    try trying("the outbox cannot be cleaned") { try removeStaging() }
    try trying("temporary files cannot be removed") { try removeTemporaryFiles() }
    try trying("objects and weights cannot be looked through") { try unrecorded.setAside() }
    return problems
  }

  /// Removes what stands half put together in the outbox; that of ready runs was moved in before.
  func removeStaging() throws {
    let ready = Set(try ledger.reader.runs(in: [.ready]).map { paths.staging($0.id).last })
    for name in try environment.names(in: paths.outbox)
    where name.bytes.starts(with: StudioPaths.stagingPrefix.utf8) && !ready.contains(name) {
      try environment.make(.removeLeftover) { try environment.removeTree(paths.outbox / name) }
    }
  }

  /// Removes temporary files below `.ritornello`, and songs that were being made again.
  func removeTemporaryFiles() throws {
    // A reproduction takes no lock; its folder is named for its process.
    for name in try environment.names(in: paths.reproductions) where !Self.isAlive(name) {
      try environment.removeTree(paths.reproductions / name)
    }
    for (folder, depth) in [
      (paths.hidden, 0), (paths.objects, 1), (paths.weights, 0), (paths.cache, 0), (paths.requests, 0), (paths.runs, 3),
    ] {
      try environment.removeTemporaryFiles(in: folder, depth: depth)
    }
  }

  private static func isAlive(_ name: FileName) -> Bool {
    guard let process = name.text.flatMap({ pid_t($0) }), process > 0 else { return false }
    return kill(process, 0) == 0 || errno == EPERM
  }
}
